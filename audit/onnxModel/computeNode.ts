/** A node computed: by the textbook and the formulas in float64, or by an implementation of the contract. */
import { formFault } from '../../properties/verdict.ts'
import { real } from '../../reference/arithmetic/real.ts'
import type { Implementation, Precision } from '../../reference/contract.ts'
import { callOperator, operatorRow } from '../../reference/operators.ts'
import { convert, sizeOf, type Tensor, type TensorOf } from '../../reference/tensor.ts'
import { elementwise, isElementwise } from './elementwise.ts'
import { isMapped, mappedCalls } from './mapping.ts'
import { isMovement, moved } from './movement.ts'
import { type MappedCall, type NodeCall, present, Unmapped, type Value } from './node.ts'

/** Whether anything here computes an operator. */
export const isComputed = (opType: string): boolean => isMapped(opType) || isElementwise(opType) || isMovement(opType)

/** What the node gives in float64, for inputs in whatever precision; `like` has the shape of its output. Throws Unmapped. */
export function computeNode(node: NodeCall, like: Value): Value {
  if (!isMapped(node.opType)) {
    if (!isElementwise(node.opType)) return moved(node)
    const { shape, value } = elementwise(node)
    const was = node.inputs[0]?.was
    return { shape, data: value, ...(was === undefined ? {} : { was }) }
  }
  const { calls, joined } = callsInPlace(node, like)
  return joined(
    calls.map(({ operator, operands, attributes }) => operatorRow(operator).textbook(real, operands, attributes)),
  )
}

/** What the node gives in float64, as `computeNode`, where nobody gave its output before: for nodes of one call, and of none. */
export function computeNodeAnew(node: NodeCall): Value {
  if (!isMapped(node.opType)) return computeNode(node, present(node.inputs, 0))
  const [call, ...rest] = mappedCalls({ ...node, outputs: [present(node.inputs, 0)] })
  if (!call || rest.length > 0) throw new Unmapped(`${node.opType} is not one call of the contract`)
  const { shape, data } = operatorRow(call.operator).textbook(real, call.operands, call.attributes)
  return { shape, data: Float64Array.from(data) }
}

/** A result of another shape or element type than was asked for: nothing can be compared, nor go on from there. */
class FormFault extends Error {
  override readonly name = 'FormFault'
}

/**
 * What an implementation of the contract gives for the node; undefined where it leaves out an operator. Throws FormFault, and
 * Unmapped for operands that its precision does not hold.
 */
export async function callNode(
  node: NodeCall,
  like: Value,
  implementation: Implementation,
): Promise<Value | undefined> {
  const { precision } = implementation
  const { calls, joined } = callsInPlace(node, like)
  const results: Tensor[] = []
  for (const { operator, operands, attributes, got } of calls) {
    const own = Object.entries(operands).map(([name, t]) => [name, t && inPrecision(t, precision)])
    const result = await callOperator(implementation, operator, Object.fromEntries(own), attributes)
    if (result === undefined) return undefined
    const fault = formFault(result, { row: operatorRow(operator), precision, shape: got.shape })
    if (fault) throw new FormFault(fault.message)
    results.push(result)
  }
  return convert(joined(results), precision)
}

function inPrecision(t: Tensor, precision: Precision): Tensor {
  const own = convert(t, precision)
  if (own.data.every((v, i) => Object.is(v, t.data[i]))) return own
  throw new Unmapped(`operands in float64 that ${precision} does not hold`)
}

/** The calls of a node, and its output put together from their results. */
function callsInPlace(
  node: NodeCall,
  { shape }: Value,
): { calls: readonly MappedCall[]; joined(results: readonly TensorOf<number>[]): Value } {
  // In the place of what came stand positions: where the mapping moves them, results go back from there.
  const positions = { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => i) }
  const calls = mappedCalls({ ...node, outputs: [positions] })
  const joined = (results: readonly TensorOf<number>[]) => {
    const data = new Float64Array(positions.data.length)
    for (const [c, { got }] of calls.entries()) {
      const result = results[c]!.data
      for (let i = 0; i < result.length; i++) data[got.data[i]!] = result[i]!
    }
    return { shape, data }
  }
  return { calls, joined }
}
