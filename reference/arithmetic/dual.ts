import type { Arithmetic } from './arithmetic.ts'
import { doubleDouble } from './doubleDouble.ts'
import { real } from './real.ts'

/**
 * Dual numbers re + du·ε with ε² = 0: a value and its derivative in one direction. Any formula of the textbook,
 * evaluated in here, returns its own derivative by the chain rule (Clifford 1873; Griewank & Walther 2008, ch. 3).
 *
 *   (a + a′ε)(b + b′ε) = ab + (ab′ + a′b)ε        f(a + a′ε) = f(a) + f′(a) a′ ε
 *
 * The parts are numbers of another system: `dual` over `real`, `preciseDual` over `doubleDouble`. re is, bit for bit, what
 * that system computes. Comparisons see re alone: at a kink (relu at 0, a tie in a window) du is the slope of the branch
 * that the comparison takes. Where re is not finite du is not to be relied on.
 */
export interface DualOf<T> {
  readonly re: T
  readonly du: T
}

export type Dual = DualOf<number>

class Duals<T> implements Arithmetic<DualOf<T>> {
  readonly name: string
  readonly zero: DualOf<T>
  readonly one: DualOf<T>
  private readonly k: Arithmetic<T>
  constructor(name: string, k: Arithmetic<T>) {
    this.name = name
    this.k = k
    this.zero = { re: k.zero, du: k.zero }
    this.one = { re: k.one, du: k.zero }
  }
  /** A constant: its derivative is 0. */
  from(value: number): DualOf<T> {
    return { re: this.k.from(value), du: this.k.zero }
  }
  add(a: DualOf<T>, b: DualOf<T>): DualOf<T> {
    return { re: this.k.add(a.re, b.re), du: this.k.add(a.du, b.du) }
  }
  sub(a: DualOf<T>, b: DualOf<T>): DualOf<T> {
    return { re: this.k.sub(a.re, b.re), du: this.k.sub(a.du, b.du) }
  }
  mul(a: DualOf<T>, b: DualOf<T>): DualOf<T> {
    const { k } = this
    return { re: k.mul(a.re, b.re), du: k.add(k.mul(a.re, b.du), k.mul(a.du, b.re)) }
  }
  div(a: DualOf<T>, b: DualOf<T>): DualOf<T> {
    const { k } = this
    const re = k.div(a.re, b.re)
    return { re, du: k.div(k.sub(a.du, k.mul(re, b.du)), b.re) }
  }
  neg(a: DualOf<T>): DualOf<T> {
    return { re: this.k.neg(a.re), du: this.k.neg(a.du) }
  }
  exp(a: DualOf<T>): DualOf<T> {
    const re = this.k.exp(a.re)
    return { re, du: this.k.mul(re, a.du) }
  }
  log(a: DualOf<T>): DualOf<T> {
    return { re: this.k.log(a.re), du: this.k.div(a.du, a.re) }
  }
  /** tanh′ = 1/cosh² = (2/(eˣ + e⁻ˣ))², which keeps its digits where 1 − tanh² has cancelled them. */
  tanh(a: DualOf<T>): DualOf<T> {
    const { k } = this
    const sech = k.div(k.from(2), k.add(k.exp(a.re), k.exp(k.neg(a.re))))
    return { re: k.tanh(a.re), du: k.mul(k.mul(a.du, sech), sech) }
  }
  greater(a: DualOf<T>, b: DualOf<T>): boolean {
    return this.k.greater(a.re, b.re)
  }
  isNaN(a: DualOf<T>): boolean {
    return this.k.isNaN(a.re)
  }
  array(n: number): DualOf<T>[] {
    return new Array<DualOf<T>>(n).fill(this.zero)
  }
}

export const dual = new Duals('dual', real)

/** Dual numbers of about 100 bits: their derivatives stand for the exact ones beside float64. */
export const preciseDual = new Duals('preciseDual', doubleDouble)

/** Operand data that moves along `direction`: the derivative of all that follows is taken along it. */
export const dualAlong = (values: ArrayLike<number>, direction: ArrayLike<number>): Dual[] =>
  Array.from(values, (re, i) => ({ re, du: direction[i]! }))

/** Operand data that moves in the one element `index`: ∂/∂xᵢ. */
export const dualVariable = (values: ArrayLike<number>, index: number): Dual[] =>
  Array.from(values, (re, i) => ({ re, du: i === index ? 1 : 0 }))

/** The derivatives of a result. */
export const dualDerivatives = (data: ArrayLike<Dual>): Float64Array => Float64Array.from(data, ({ du }) => du)
