import type { Arithmetic } from './arithmetic.ts'

const { fround } = Math

/**
 * IEEE 754 float32: every operation rounded once, so that the textbook in `single` is what a plain program in float32
 * computes. + − · / are taken in float64 and rounded again, which gives the correctly rounded float32, as 53 ≥ 2·24 + 2
 * (Figueroa 1995, When is double rounding innocuous?). exp, log and tanh are those of float64, rounded.
 */
class Single implements Arithmetic<number> {
  readonly name = 'single'
  readonly zero = 0
  readonly one = 1
  /** The nearest float32: here alone a number system does not hold every float64. */
  from(value: number): number {
    return fround(value)
  }
  add(a: number, b: number): number {
    return fround(a + b)
  }
  sub(a: number, b: number): number {
    return fround(a - b)
  }
  mul(a: number, b: number): number {
    return fround(a * b)
  }
  div(a: number, b: number): number {
    return fround(a / b)
  }
  neg(a: number): number {
    return -a
  }
  exp(a: number): number {
    return fround(Math.exp(a))
  }
  log(a: number): number {
    return fround(Math.log(a))
  }
  tanh(a: number): number {
    return fround(Math.tanh(a))
  }
  greater(a: number, b: number): boolean {
    return a > b
  }
  isNaN(a: number): boolean {
    return Number.isNaN(a)
  }
  array(n: number): Float32Array {
    return new Float32Array(n)
  }
}

export const single = new Single()
