/** A call of the contract as a case: one line that `cnn-oracle replay` runs again. */
import { type Case, operandShapes } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import type { OperatorName } from '../../reference/contract.ts'
import type { Sizes } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import type { MappedCall } from './node.ts'

/** Values are written out up to this many; beyond, the line has the shapes, and values are drawn. */
const MOST_VALUES = 40

export interface CaseLine {
  readonly text: string
  /** Whether the values are those of the call. */
  readonly literal: boolean
}

/** undefined where the shapes of a case do not say the call. */
export function caseOf({ operator, operands, attributes }: MappedCall): CaseLine | undefined {
  const sizes = sizesOf(operator, operands)
  if (!sizes) return undefined
  const given = Object.entries(operands).filter(([, operand]) => operand !== undefined)
  const count = given.reduce((sum, [, operand]) => sum + operand!.data.length, 0)
  const literal = count <= MOST_VALUES
  const values: Case['values'] = literal
    ? { literal: Object.fromEntries(given.map(([name, operand]) => [name, Array.from(operand!.data)])) }
    : { draw: 'real', seed: 1 }
  const c: Case = { operator, sizes, attributes, bias: operands.b !== undefined, values }
  const shapes = operandShapes(c)
  const same = given.every(([name, operand]) => sizeOf(shapes[name] ?? []) === operand!.data.length)
  return same ? { text: printCase(c), literal } : undefined
}

/** "the layer alone: cnn-oracle replay …" */
export function replayText({ text, literal }: CaseLine, target: string): string {
  const what = literal ? 'the layer alone' : 'a layer of its sizes, values drawn'
  return `${what}: cnn-oracle replay '${text}' --target ${target}`
}

function sizesOf(operator: OperatorName, operands: MappedCall['operands']): Sizes | undefined {
  const [x = [], w = []] = [operands.x?.shape, operands.w?.shape]
  const image = { n: x[0]!, c: x[1]!, h: x[2]!, w: x[3]! }
  if (operator === 'conv2d') return { ...image, m: w[0]!, r: w[2]!, s: w[3]! }
  if (operator === 'maxPool2d' || operator === 'averagePool2d') return image
  if (operator === 'dense') return { n: x[0]!, i: x[1]!, o: w[0]! }
  if (operator === 'softmax') return { n: x[0]!, k: x[1]! }
  if (operator === 'relu' || operator === 'sigmoid' || operator === 'tanh') return { n: 1, c: 1, h: 1, w: sizeOf(x) }
  return undefined
}
