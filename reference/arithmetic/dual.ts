import type { Arithmetic } from './arithmetic.ts'

/**
 * Dual numbers re + du·ε with ε² = 0: a value and its derivative in one direction. Any formula of the textbook,
 * evaluated in here, returns its own derivative by the chain rule (Clifford 1873; Griewank & Walther 2008, ch. 3).
 *
 *   (a + a′ε)(b + b′ε) = ab + (ab′ + a′b)ε        f(a + a′ε) = f(a) + f′(a) a′ ε
 *
 * re is, bit for bit, what `real` computes. Comparisons see re alone: at a kink (relu at 0, a tie in a window) du is
 * the slope of the branch that the comparison takes. Where re is not finite du is not to be relied on.
 */
export interface Dual {
  readonly re: number
  readonly du: number
}

class Duals implements Arithmetic<Dual> {
  readonly name = 'dual'
  readonly zero: Dual = { re: 0, du: 0 }
  readonly one: Dual = { re: 1, du: 0 }
  /** A constant: its derivative is 0. */
  from(value: number): Dual {
    return { re: value, du: 0 }
  }
  add(a: Dual, b: Dual): Dual {
    return { re: a.re + b.re, du: a.du + b.du }
  }
  sub(a: Dual, b: Dual): Dual {
    return { re: a.re - b.re, du: a.du - b.du }
  }
  mul(a: Dual, b: Dual): Dual {
    return { re: a.re * b.re, du: a.re * b.du + a.du * b.re }
  }
  div(a: Dual, b: Dual): Dual {
    const re = a.re / b.re
    return { re, du: (a.du - re * b.du) / b.re }
  }
  neg(a: Dual): Dual {
    return { re: -a.re, du: -a.du }
  }
  exp(a: Dual): Dual {
    const re = Math.exp(a.re)
    return { re, du: re * a.du }
  }
  log(a: Dual): Dual {
    return { re: Math.log(a.re), du: a.du / a.re }
  }
  /** tanh′ = 1/cosh², which keeps its digits where 1 − tanh² has cancelled them. */
  tanh(a: Dual): Dual {
    const cosh = Math.cosh(a.re)
    return { re: Math.tanh(a.re), du: a.du / cosh / cosh }
  }
  greater(a: Dual, b: Dual): boolean {
    return a.re > b.re
  }
  isNaN(a: Dual): boolean {
    return Number.isNaN(a.re)
  }
  array(n: number): Dual[] {
    return new Array<Dual>(n).fill(this.zero)
  }
}

export const dual = new Duals()

/** Operand data that moves along `direction`: the derivative of all that follows is taken along it. */
export const dualAlong = (values: ArrayLike<number>, direction: ArrayLike<number>): Dual[] =>
  Array.from(values, (re, i) => ({ re, du: direction[i]! }))

/** Operand data that moves in the one element `index`: ∂/∂xᵢ. */
export const dualVariable = (values: ArrayLike<number>, index: number): Dual[] =>
  Array.from(values, (re, i) => ({ re, du: i === index ? 1 : 0 }))

/** The derivatives of a result. */
export const dualDerivatives = (data: ArrayLike<Dual>): Float64Array => Float64Array.from(data, ({ du }) => du)
