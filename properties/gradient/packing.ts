/**
 * Many columns of a Jacobian in one call, exactly. Where a result is a sum of products of small whole numbers, a direction
 *
 *   u = Σ_t Bᵗ·e_{j(t)}   gives   J·u = Σ_t Bᵗ·J[:, j(t)],
 *
 * whose digits to the base B = 2ᵏ, balanced around 0, are the entries of the columns, as long as every |J| < B/2 and all
 * digits together fit the significand: 17 columns a call at |J| ≤ 3 in float64, 7 in float32. Nothing is rounded in any
 * order of summation, so nothing is tolerated.
 */
import type { Precision } from '../../reference/contract.ts'
import { formats } from '../format.ts'

export interface Packing {
  /** Bits of a digit. */
  readonly bits: number
  /** Digits a call. */
  readonly digits: number
}

/** The packing for entries of magnitude `largest` at most. The sum of all digits' magnitudes stays below 2^(p−1). */
export function packingFor(largest: number, precision: Precision): Packing {
  const bits = Math.ceil(Math.log2(largest + 1)) + 1
  return { bits, digits: Math.max(1, Math.floor((formats[precision].bits - 1) / bits)) }
}

/** The direction that packs the elements first … first+digits−1 of n. */
export function packedDirection(n: number, first: number, { bits, digits }: Packing): Float64Array {
  const u = new Float64Array(n)
  for (let t = 0, weight = 1; t < digits && first + t < n; t++, weight *= 2 ** bits) u[first + t] = weight
  return u
}

/** Writes the digits of each packed value into the columns first … of a row-major matrix with `columns` columns. */
export function unpackColumns(
  packed: ArrayLike<number>,
  matrix: Float64Array,
  columns: number,
  first: number,
  { bits, digits }: Packing,
): void {
  const [base, inverse] = [2 ** bits, 2 ** -bits]
  const count = Math.min(digits, columns - first)
  for (let i = 0; i < packed.length; i++) {
    let rest = packed[i]!
    const from = i * columns + first
    // Most of a convolution's Jacobian is 0, and behind the last digit there is nothing to write.
    for (let t = 0; t < count && rest !== 0; t++) {
      const higher = Math.round(rest * inverse)
      matrix[from + t] = rest - base * higher
      rest = higher
    }
    // What is left has no column: it shows in the last one.
    if (rest !== 0) matrix[from + count - 1] = Infinity
  }
}

/** Σ_t Bᵗ·J[first+t, :]: what a gradient must give for a dy that packs rows. */
export function packRows(
  matrix: Float64Array,
  columns: number,
  first: number,
  { bits, digits }: Packing,
): Float64Array {
  const rows = matrix.length / columns
  const packed = new Float64Array(columns)
  for (let t = 0, weight = 1; t < digits && first + t < rows; t++, weight *= 2 ** bits) {
    const from = (first + t) * columns
    for (let j = 0; j < columns; j++) packed[j] = packed[j]! + weight * matrix[from + j]!
  }
  return packed
}
