/**
 * The number system a formula is computed in. Every formula of the textbook is written once over `Arithmetic<T>`
 * and gains a meaning a system: values in `real`, error bounds in `magnitude` and `roundings`.
 *
 * Each system is a class of its own: V8 inlines calls on a class instance (0.4 GFLOP/s for conv2d in `real`),
 * not on an object of closures (0.08).
 */
export interface Arithmetic<T> {
  readonly name: string
  readonly zero: T
  readonly one: T
  /** The number that a float64 stands for, exactly. */
  from(value: number): T
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  div(a: T, b: T): T
  neg(a: T): T
  exp(a: T): T
  log(a: T): T
  tanh(a: T): T
  /** a > b; false when either is NaN. Maxima, relu and ties are decided by this alone. */
  greater(a: T, b: T): boolean
  isNaN(a: T): boolean
  /** Room for n numbers, each zero. */
  array(n: number): { [index: number]: T; readonly length: number }
}

/** Thrown where a number system cannot express a function: `sigmoid` has no rational value. */
export class Inexpressible extends Error {
  override readonly name = 'Inexpressible'
  constructor(system: string, operation: string, why: string) {
    super(`${system} cannot express ${operation}: ${why}`)
  }
}
