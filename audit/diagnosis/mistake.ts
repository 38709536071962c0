/**
 * A mistake as a change to the textbook: other attributes, other operands, other addresses, another formula, another result.
 * What an implementation with that mistake returns then has an expectation of its own, value and bounds, by the same
 * machinery as the right one (properties/bound.ts), because every change is written over an `Arithmetic<T>`.
 */

import type { Call } from '../../properties/case.ts'
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'
import type { Precision } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../../reference/operators.ts'
import type { TensorOf } from '../../reference/tensor.ts'
import type { Reading } from './geometry.ts'
import { type PoolRules, pooled } from './pool.ts'
import { type SpotChange, slid } from './slide.ts'

export type Formula = <T>(k: Arithmetic<T>, operands: AnyOperands<T>, attributes: AttributeBag) => TensorOf<T>

/** What a change of the result may look at: the row, the operands as numbers and the attributes of the call. */
export interface Scene {
  readonly row: OperatorRow
  readonly operands: AnyOperands<number>
  /** The operands as they were given, before the mistake moved any. */
  readonly given: AnyOperands<number>
  readonly attributes: AttributeBag
  readonly precision: Precision
}

export type ResultChange = <T>(k: Arithmetic<T>, y: TensorOf<T>, scene: Scene) => TensorOf<T>

export interface Mistake {
  /** Other attributes, for the shape of the result as well. */
  readonly attributes?: (a: AttributeBag, scene: Scene) => AttributeBag
  /** Numbers of the operands moved, dropped or rounded before anything is computed. */
  readonly operands?: (operands: AnyOperands<number>, scene: Scene) => AnyOperands<number>
  /** Other stride, padding, dilation or window in the addresses alone: the shape of the result stays right. */
  readonly reading?: (window: Reading, extents: readonly [number, number]) => Reading
  /** What a term of a sliding sum reads instead. */
  readonly spots?: readonly SpotChange[]
  /** A later window replaces what an earlier one left, where both should add up. */
  readonly overwrites?: boolean
  readonly pool?: Partial<PoolRules>
  readonly formula?: Formula
  readonly result?: ResultChange
  /** A monotone function of each number of the result, applied last. */
  readonly rounding?: (value: number, scene: Scene) => number
  /** The textbook's formula in another number system, whose results are taken as they are. */
  readonly arithmetic?: Arithmetic<number>
  /** Computes in fewer digits than it declares: what comes is within the bounds of those. */
  readonly computedIn?: Precision
  /** The calls that the mistake is made in; all where it is absent. */
  readonly where?: (call: Call) => boolean
  /** Divides where the textbook does not, so that whole operands no longer give whole results. */
  readonly divides?: boolean
}

/** The formula of an operator under a mistake, operands and attributes aside. */
export function formulaUnder(row: OperatorRow, mistake: Mistake, scene: Scene): Formula {
  const { reading, spots = [], overwrites = false, pool, result } = mistake
  const addressed = reading !== undefined || spots.length > 0 || overwrites || pool !== undefined
  const base: Formula =
    mistake.formula ??
    (!addressed
      ? (k, o, a) => row.textbook(k, o, a)
      : row.family === 'pooling'
        ? (k, o, a) => pooled(k, row, o, a, { reading, spots, overwrites, ...pool })
        : (k, o, a) => slid(k, row, o, a, { reading, spots, overwrites }))
  return result === undefined ? base : (k, o, a) => result(k, base(k, o, a), scene)
}

/** Both mistakes in one program, the first nearer to the operands; undefined where they exclude one another. */
export function bothOf(first: Mistake, second: Mistake): Mistake | undefined {
  if (first.formula && (second.formula || isAddress(second))) return undefined
  if (second.formula && isAddress(first)) return undefined
  const together: { -readonly [K in keyof Mistake]: Mistake[K] } = { ...first, ...second }
  const { attributes, operands, reading, result, rounding } = first
  if (attributes && second.attributes) together.attributes = (a, s) => second.attributes!(attributes(a, s), s)
  if (operands && second.operands) together.operands = (o, s) => second.operands!(operands(o, s), s)
  if (reading && second.reading) together.reading = (w, e) => second.reading!(reading(w, e), e)
  if (result && second.result) together.result = (k, y, s) => second.result!(k, result(k, y, s), s)
  if (rounding && second.rounding) together.rounding = (v, s) => second.rounding!(rounding(v, s), s)
  if (first.spots && second.spots) together.spots = [...first.spots, ...second.spots]
  if (first.pool && second.pool) together.pool = { ...first.pool, ...second.pool }
  if (first.divides || second.divides) together.divides = true
  return together
}

const isAddress = (m: Mistake): boolean =>
  m.reading !== undefined || m.spots !== undefined || m.overwrites === true || m.pool !== undefined
