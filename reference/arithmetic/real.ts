import type { Arithmetic } from './arithmetic.ts'

/** IEEE 754 float64: the number system of the oracle. */
class Real implements Arithmetic<number> {
  readonly name = 'real'
  readonly zero = 0
  readonly one = 1
  from(value: number): number {
    return value
  }
  add(a: number, b: number): number {
    return a + b
  }
  sub(a: number, b: number): number {
    return a - b
  }
  mul(a: number, b: number): number {
    return a * b
  }
  div(a: number, b: number): number {
    return a / b
  }
  neg(a: number): number {
    return -a
  }
  exp(a: number): number {
    return Math.exp(a)
  }
  log(a: number): number {
    return Math.log(a)
  }
  tanh(a: number): number {
    return Math.tanh(a)
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

export const real = new Real()
