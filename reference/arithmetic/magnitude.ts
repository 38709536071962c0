import { type Arithmetic, Inexpressible } from './arithmetic.ts'

/**
 * Σ|terms|: every formula evaluated on absolute values, with differences turned into sums. This is the S of the
 * error bound n·u·S (Higham, Accuracy and Stability, §3.1): the sum that no cancellation has made small.
 *
 * A term that is not finite counts as 0: it decides the value (∞ or NaN) by itself, and S then tells whether the
 * finite terms alone could have overflowed.
 */
class Magnitude implements Arithmetic<number> {
  readonly name = 'magnitude'
  readonly zero = 0
  readonly one = 1
  from(value: number): number {
    return Number.isFinite(value) ? Math.abs(value) : 0
  }
  add(a: number, b: number): number {
    return a + b
  }
  sub(a: number, b: number): number {
    return a + b
  }
  mul(a: number, b: number): number {
    return a * b
  }
  div(a: number, b: number): number {
    return a / b
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
    return new Float64Array(n)
  }
}

export const magnitude = new Magnitude()
