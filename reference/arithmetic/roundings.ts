import { type Arithmetic, Inexpressible } from './arithmetic.ts'

/** Roundings inside a term are counted in units of one, additions in units of 2²⁰: a float64
 * holds both, and its floor costs an instruction where a remainder would call a function. */
const ADDITION = 2 ** 20

/**
 * How many roundings can meet one term of a result, whatever the order of its sums: the n of the bound n·u·S.
 *
 * A number here is a sum of terms: additions·2²⁰ + roundings inside its worst term. A sum of n products has n−1
 * additions and one rounding a product, together n, in any order of summation (Jeannerod & Rump 2013; Higham §3.1).
 * Deriving n from the formula itself leaves no table of term counts to get wrong.
 */
class Roundings implements Arithmetic<number> {
  readonly name = 'roundings'
  /** The empty sum: adding to it rounds nothing. */
  readonly zero = -1
  readonly one = 0
  /** A leaf: nothing was rounded yet. */
  from(_: number): number {
    return 0
  }
  add(a: number, b: number): number {
    if (a < 0) return b
    if (b < 0) return a
    const aSums = Math.floor(a / ADDITION) * ADDITION
    const bSums = Math.floor(b / ADDITION) * ADDITION
    return aSums + bSums + ADDITION + Math.max(a - aSums, b - bSums)
  }
  sub(a: number, b: number): number {
    return this.add(a, b)
  }
  mul(a: number, b: number): number {
    return this.total(a) + this.total(b) + 1
  }
  /** Two: an implementation may multiply by the rounded reciprocal. */
  div(a: number, b: number): number {
    return this.total(a) + this.total(b) + 2
  }
  neg(a: number): number {
    return a
  }
  exp(_: number): number {
    throw new Inexpressible(this.name, 'exp', 'it is no sum of products; its error bound stands in properties/bound.ts')
  }
  log(_: number): number {
    throw new Inexpressible(this.name, 'log', 'it is no sum of products; its error bound stands in properties/bound.ts')
  }
  tanh(_: number): number {
    throw new Inexpressible(
      this.name,
      'tanh',
      'it is no sum of products; its error bound stands in properties/bound.ts',
    )
  }
  greater(a: number, b: number): boolean {
    return a > b
  }
  isNaN(a: number): boolean {
    return Number.isNaN(a)
  }
  array(n: number): Float64Array {
    return new Float64Array(n).fill(this.zero)
  }
  /** The number of roundings that a count stands for. */
  total(count: number): number {
    if (count < 0) return 0
    const sums = Math.floor(count / ADDITION)
    return sums + count - sums * ADDITION
  }
}

export const roundings = new Roundings()
