/** Every sliding operator as a convolution layer: which operand is image, kernel or map, and its sizes and window. */
import type { Mode, OperatorName, Padding, Pair } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag } from '../../reference/operators.ts'
import { attribute } from '../../reference/rows/read.ts'
import { planeParts } from '../../reference/shape/sequence.ts'

/** What an address is reckoned from. */
export interface Reading {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  /** Rows and columns that the result of a transposed convolution has behind its last; 0 elsewhere. */
  readonly outputPadding: Pair
}

export interface Geometry extends Reading {
  readonly N: number
  readonly C: number
  readonly H: number
  readonly W: number
  readonly M: number
  readonly P: number
  readonly Q: number
  readonly G: number
  /** Taps meet cells in reverse, as in a convolution of signals. */
  readonly turned: boolean
}

export type Role = 'x' | 'w' | 'y'

/** Which operand plays which part, and which part the result has. */
const parts: Partial<Record<OperatorName, Readonly<Partial<Record<Role, string>>>>> = {
  convolve1d: { x: 'f', w: 'g' },
  correlate1d: { x: 'f', w: 'g' },
  convolve2d: { x: 'f', w: 'g' },
  correlate2d: { x: 'f', w: 'g' },
  conv2d: { x: 'x', w: 'w' },
  conv2dInputGradient: { y: 'dy', w: 'w' },
  conv2dWeightGradient: { x: 'x', y: 'dy' },
  convTranspose2d: { y: 'x', w: 'w' },
  dense: { x: 'x', w: 'w' },
  denseInputGradient: { y: 'dy', w: 'w' },
  denseWeightGradient: { x: 'x', y: 'dy' },
}

/** The operand that plays a part; undefined when it is the result that does, or none. */
export const operandOf = (operator: OperatorName, role: Role): string | undefined => parts[operator]?.[role]
export const isResult = (operator: OperatorName, role: Role): boolean =>
  parts[operator] !== undefined && parts[operator][role] === undefined

/** Sizes and window of any sliding operator, as those of a convolution layer. */
export function geometryOf(
  operator: OperatorName,
  o: AnyOperands<unknown>,
  result: readonly number[],
  a: AttributeBag,
): Geometry {
  const shapeOf = (role: Role): readonly number[] => o[operandOf(operator, role) ?? '']?.shape ?? result
  const four = (s: readonly number[]): readonly number[] =>
    operator.startsWith('dense') ? [...s, 1, 1] : [1, 1, 1, 1, ...s].slice(s.length)
  const [x, w, y] = [four(shapeOf('x')), four(shapeOf('w')), four(shapeOf('y'))]
  const kernel: Pair = [w[2]!, w[3]!]
  const sizes = { N: x[0]!, C: x[1]!, H: x[2]!, W: x[3]!, M: w[0]!, P: y[2]!, Q: y[3]!, kernel }
  const plain = { stride: [1, 1], dilation: [1, 1], outputPadding: [0, 0], G: 1, turned: false } as const
  if (operator.startsWith('dense')) return { ...sizes, ...plain, padding: [0, 0, 0, 0] }
  if (a.mode !== undefined)
    return { ...sizes, ...plain, padding: signalPadding(x, w, a.mode), turned: operator.startsWith('convolve') }
  const groups = attribute(a, 'groups')
  const outputPadding = a.outputPadding ?? ([0, 0] as const)
  const { stride, padding, dilation } = a as Required<AttributeBag>
  return { ...sizes, stride, padding, dilation, G: groups, turned: false, outputPadding }
}

/** 'full' begins where the last tap meets the first cell: k−1 cells of padding, fewer by where the mode starts. */
function signalPadding(x: readonly number[], w: readonly number[], mode: Mode): Padding {
  const [rows, columns] = planeParts('correlate2d', x.slice(2), w.slice(2), { mode })
  const before = [w[2]! - 1 - rows.start, w[3]! - 1 - columns.start] as const
  const after = [rows, columns].map((part, i) => part.extent + w[2 + i]! - 1 - x[2 + i]! - before[i]!)
  return [before[0], before[1], after[0]!, after[1]!]
}
