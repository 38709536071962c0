/**
 * One node of a model, held against what it must give for the inputs that it had: by the textbook where the contract has the
 * operator, by a float64 formula with its bound (elementwise.ts), or, where numbers only move, to the bit.
 */

import { agreement } from '../../properties/agreement.ts'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { formats, gamma } from '../../properties/format.ts'
import { type Fault, type Grade, type Verdict, verdict } from '../../properties/verdict.ts'
import { real } from '../../reference/arithmetic/real.ts'
import { type Precision, ShapeError } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { shapeText, sizeOf } from '../../reference/tensor.ts'
import { type Elementwise, elementwise, isElementwise } from './elementwise.ts'
import { isMapped, mappedCalls } from './mapping.ts'
import { isMovement, moved } from './movement.ts'
import { type MappedCall, type NodeCall, present, Unmapped, type Value } from './node.ts'

type Way = 'textbook' | 'formula' | 'to the bit'

export interface NodeVerdict {
  readonly by: Way
  readonly grade: Grade
  readonly fault?: Fault
  readonly counts: Readonly<Record<Grade, number>>
  /** Largest error in units of its bound. */
  readonly worst: number
  readonly message?: string
  /** What must come out is constant or nearly all zero, so that it proves little. */
  readonly weak: boolean
  /** The call of the contract that deviates. */
  readonly call?: MappedCall
}

/** Throws Unmapped where nothing here computes the node. */
export function judgeNode(node: NodeCall): NodeVerdict {
  const got = present(node.outputs, 0)
  if (isMapped(node.opType)) return byTextbook(node)
  if (isElementwise(node.opType)) return { by: 'formula', ...held(node, got, formulaExpectation(node, got)) }
  const value = moved(node)
  const zero = new Float64Array(value.data.length)
  return {
    by: 'to the bit',
    ...held(
      node,
      got,
      agreement(node.opType, precisionOf(got), value.shape, Float64Array.from(value.data), zero),
      value.was,
    ),
  }
}

/** What the node gives in float64, for inputs in whatever precision; `like` has the shape of its output. Throws Unmapped. */
export function computeNode(node: NodeCall, like: Value): Value {
  if (!isMapped(node.opType)) {
    if (!isElementwise(node.opType)) return moved(node)
    const { shape, value } = elementwise(node)
    const was = node.inputs[0]?.was
    return { shape, data: value, ...(was === undefined ? {} : { was }) }
  }
  // In the place of what came stand positions: where the mapping moves them, results go back from there.
  const positions = { shape: like.shape, data: Float64Array.from({ length: sizeOf(like.shape) }, (_, i) => i) }
  const data = new Float64Array(positions.data.length)
  for (const { operator, operands, attributes, got } of mappedCalls({ ...node, outputs: [positions] })) {
    const result = operatorRow(operator).textbook(real, operands, attributes).data
    for (let i = 0; i < result.length; i++) data[got.data[i]!] = result[i]!
  }
  return { shape: like.shape, data }
}

/** Whether anything here computes an operator. */
export const isComputed = (opType: string): boolean => isMapped(opType) || isElementwise(opType) || isMovement(opType)

function byTextbook(node: NodeCall): NodeVerdict {
  const whole = node.inputs.find((input) => input?.was !== undefined)
  if (whole) throw new Unmapped(`${node.opType} of ${whole.was}; the textbook computes in floats`)
  const form = formFault(node)
  if (form !== undefined) {
    const none = { exact: 0, accurate: 0, tolerable: 0, wrong: 0 }
    return { by: 'textbook', grade: 'wrong', fault: 'shape', counts: none, worst: Infinity, message: form, weak: false }
  }
  let all: NodeVerdict | undefined
  for (const call of mappedCalls(node)) {
    const { operator, operands, attributes, got } = call
    const found = verdict(got, expectationOf(operator, operands, attributes, precisionOf(got)))
    all = merged(all, { by: 'textbook', ...brief(found), ...(found.grade === 'wrong' ? { call } : {}) })
  }
  if (!all) throw new Unmapped(`${node.opType} of nothing`)
  return all
}

/** A result that has another number of axes than the operands, or cannot be laid out as theirs are: the mapping needs both right. */
function formFault({ opType, inputs, outputs }: NodeCall): string | undefined {
  const [got, x] = [present(outputs, 0), present(inputs, 0)]
  const rank = opType === 'Gemm' ? 2 : Math.max(...inputs.map((input) => input?.shape.length ?? 0))
  if (got.shape.length !== rank) return `${opType}: shape ${shapeText(got.shape)}, expected ${rank} axes`
  const sameAsInput = ['Softmax', 'Relu', 'Sigmoid', 'Tanh'].includes(opType)
  if (sameAsInput && got.shape.join() !== x.shape.join())
    return `${opType}: shape ${shapeText(got.shape)}, expected ${shapeText(x.shape)}`
  const [M, N] = [x.shape.at(-2), inputs[1]?.shape.at(-1)]
  if (opType === 'MatMul' && (got.shape.at(-2) !== M || got.shape.at(-1) !== N))
    return `${opType}: shape ${shapeText(got.shape)}, expected (…,${M},${N})`
  return undefined
}

function expectationOf(
  operator: MappedCall['operator'],
  operands: MappedCall['operands'],
  attributes: MappedCall['attributes'],
  precision: Precision,
): Expectation {
  try {
    return expectation(operatorRow(operator), operands, attributes, precision)
  } catch (error) {
    if (error instanceof ShapeError) throw new Unmapped(`the contract refuses it: ${error.message}`)
    throw error
  }
}

const precisionOf = ({ data }: { data: Float32Array | Float64Array }): Precision =>
  data instanceof Float32Array ? 'float32' : 'float64'

function held(
  node: NodeCall,
  got: Value,
  expected: Expectation,
  was: string | undefined = node.inputs[0]?.was,
): Omit<NodeVerdict, 'by'> {
  const none = { exact: 0, accurate: 0, tolerable: 0, wrong: 0 }
  if (got.was !== was && node.opType !== 'Cast') {
    const message = `${node.opType}: the result is of ${got.was ?? 'floats'}, ${was ?? 'floats'} are expected`
    return { grade: 'wrong', fault: 'type', counts: none, worst: Infinity, message, weak: false }
  }
  // A tensor without elements, of which a verdict cannot speak, has only a shape to be right.
  const empty = got.data.length === 0 && got.shape.join() === expected.shape.join()
  return empty ? { grade: 'exact', counts: none, worst: 0, weak: true } : brief(verdict(got, expected))
}

function brief({ grade, fault, counts, worst, message, weak }: Verdict): Omit<NodeVerdict, 'by'> {
  return {
    grade,
    counts,
    worst,
    weak,
    ...(fault === undefined ? {} : { fault }),
    ...(message === undefined ? {} : { message }),
  }
}

const severity: readonly Grade[] = ['exact', 'accurate', 'tolerable', 'wrong']

/** Both in one: the worse grade with its message, the first of equals. */
function merged(a: NodeVerdict | undefined, b: NodeVerdict): NodeVerdict {
  if (!a) return b
  const worse =
    severity.indexOf(b.grade) > severity.indexOf(a.grade) || (a.fault === 'convention' && b.fault === 'wrong')
  const counts = { ...a.counts }
  for (const grade of severity) counts[grade] += b.counts[grade]
  return { ...(worse ? b : a), counts, worst: Math.max(a.worst, b.worst), weak: a.weak && b.weak }
}

function formulaExpectation(node: NodeCall, got: Value): Expectation {
  const { shape, value, scale, roundings }: Elementwise = elementwise(node)
  const precision = precisionOf(got)
  const { u, eta, tiny, huge } = formats[precision]
  const whole = node.inputs[0]?.was !== undefined
  const n = whole ? 0 : roundings
  const bound = scale.map((s) => {
    if (n === 0 || !Number.isFinite(s)) return 0
    return s >= huge ? Infinity : (gamma(n, u) + gamma(n + 2, formats.float64.u)) * s + n * eta
  })
  const special = node.inputs.some((input) => input?.data.some((v) => !Number.isFinite(v)))
  return { ...agreement(node.opType, precision, shape, value, bound), special, flush: () => (n + 1) * tiny }
}
