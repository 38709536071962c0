/** A row of the table of operators: all that laws, gradient checks, audits, benchmarks and reports need to know of one. */
import type { Arithmetic } from './arithmetic/arithmetic.ts'
import type { Mode, OperatorName, Padding, Pair } from './contract.ts'
import type { TensorOf } from './tensor.ts'

/** Operands by name; an absent bias is undefined. */
export type AnyOperands<T> = Readonly<Record<string, TensorOf<T> | undefined>>

/** Every attribute that some operator has. A call carries exactly those of its row. */
export interface AttributeBag {
  readonly mode?: Mode
  readonly kernel?: Pair
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly groups?: number
  readonly outputPadding?: Pair
  readonly ceilMode?: boolean
  readonly countIncludePad?: boolean
  readonly inputSize?: Pair
  readonly kernelSize?: Pair
}

/** Attributes that a case chooses; the others (inputSize, kernelSize) follow from its sizes. */
export type ChosenAttribute = Exclude<keyof AttributeBag, 'inputSize' | 'kernelSize'>

/** Extents by letter: n, c, h, w, m, r, s, p, q, i, o, k; `shape` for operators that take any shape. */
export type Sizes = Readonly<Record<string, number>>

/** Shapes of operands by name, an absent one left out. */
export type Shapes = Readonly<Record<string, readonly number[] | undefined>>

/** Which generator of cases a row belongs to. */
export type Family =
  | 'sequence'
  | 'plane'
  | 'convolution'
  | 'transposed'
  | 'map'
  | 'pooling'
  | 'dense'
  | 'matrix'
  | 'pointwise'
  | 'rows'

/**
 * How a result is computed, which decides its error bound:
 * 'sum' rounds sums of products, 'mean' also divides by a count, 'selection' picks and never rounds,
 * 'function' goes through exp, log or tanh and has a bound of its own.
 */
type Kind = 'sum' | 'mean' | 'selection' | 'function'

export interface OperatorRow {
  readonly name: OperatorName
  readonly family: Family
  readonly kind: Kind
  /** Id in the list of formulas: "F14". */
  readonly formula: string
  readonly tex: string
  readonly source: string
  /** Operand names in the contract's order. */
  readonly operands: readonly string[]
  /** The operand that may be absent. */
  readonly optional?: 'b'
  /** Letters of its sizes in the order of a descriptor; a blank starts a new group: "nchw mrs". */
  readonly sizes: string
  readonly attributes: readonly ChosenAttribute[]
  /** Operands that are compared and never added or multiplied: the x of maxPool2dGradient. */
  readonly compared?: readonly string[]
  /** Sets of operands that the result is linear in together: conv2d in x (with b absent), in w, in (x, b) as affine. */
  readonly linearIn: readonly string[]
  /** Operator that holds the derivative by each operand. */
  readonly derivatives?: Readonly<Record<string, OperatorName>>
  textbook<T>(k: Arithmetic<T>, operands: AnyOperands<T>, attributes: AttributeBag): TensorOf<T>
  /** Shapes of all operands (the optional one included) for sizes and complete attributes. Throws ShapeError. */
  shapes(sizes: Sizes, attributes: AttributeBag): Record<string, number[]>
  /** Shape of the result, by the family's shape checker. Throws ShapeError. */
  resultShape(operands: Shapes, attributes: AttributeBag): number[]
  /** Attributes that follow from sizes. */
  derived?(sizes: Sizes): AttributeBag
  /** At most how many terms one element of the result sums. */
  terms(sizes: Sizes, attributes: AttributeBag): number
  /** Multiplications and additions of one call. */
  flops(sizes: Sizes, attributes: AttributeBag): number
}
