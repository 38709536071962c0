/** The floating-point formats of the contract, and the error that n roundings in one of them can make. */
import type { Precision } from '../reference/contract.ts'

export interface FloatFormat {
  /** Unit roundoff: half the distance from 1 to the next number. */
  readonly u: number
  /** Smallest subnormal, smallest normal and largest number. */
  readonly eta: number
  readonly tiny: number
  readonly huge: number
  /** Significand bits, the hidden one included. */
  readonly bits: number
}

export const formats: Readonly<Record<Precision, FloatFormat>> = {
  float32: { u: 2 ** -24, eta: 2 ** -149, tiny: 2 ** -126, huge: (2 - 2 ** -23) * 2 ** 127, bits: 24 },
  float64: { u: 2 ** -53, eta: 2 ** -1074, tiny: 2 ** -1022, huge: Number.MAX_VALUE, bits: 53 },
}

/** γ(n) = n·u/(1 − n·u): n roundings in a row. Infinite where n·u ≥ 1, and nothing can be said. */
export const gamma = (n: number, u: number): number => (n * u < 1 ? (n * u) / (1 - n * u) : Infinity)

/** Error bounds of a result, element by element. */
export interface ErrorBounds {
  /** Beyond this the declared arithmetic was not carried out. */
  readonly bound: Float64Array
  /** Within this the result is as good as random rounding makes it. */
  readonly typical: Float64Array
  /** Σ|terms|, finite terms alone: where it overflows the format, so may a partial sum, and nothing is certain. */
  readonly scale: Float64Array
}
