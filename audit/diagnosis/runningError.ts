/**
 * Running error analysis: every number carries how far from it a program in a given precision can be, whatever the order of
 * its sums. Functions under a mistake get their bounds from it, as no table of bounds can know them.
 *
 *   |ŷ − y| ≤ e + n·u·S for a sum of n+1 terms that err by e together, S = Σ|terms|; a product, quotient or function adds
 *   its own rounding and passes on the errors of its operands
 *
 * Source: Higham, Accuracy and Stability of Numerical Algorithms, §3.3.
 */
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'

export interface Erring {
  readonly value: number
  /** Error of the terms, without that of adding them up. */
  readonly error: number
  /** Σ|terms|. */
  readonly scale: number
  readonly additions: number
}

/** Relative error asked of exp, log and tanh, in unit roundoffs, as in properties/functionBound.ts. */
const ULPS = 8

export class RunningError implements Arithmetic<Erring> {
  readonly name = 'running error'
  readonly zero = exactly(0)
  readonly one = exactly(1)
  private readonly u: number
  /** What an underflowing power is off by. */
  private readonly eta: number
  constructor(u: number, eta = 0) {
    this.u = u
    this.eta = eta
  }
  from(value: number): Erring {
    return exactly(value)
  }
  add(a: Erring, b: Erring): Erring {
    return this.sum(a, b, a.value + b.value)
  }
  sub(a: Erring, b: Erring): Erring {
    return this.sum(a, b, a.value - b.value)
  }
  mul(a: Erring, b: Erring): Erring {
    const [ea, eb] = [this.total(a), this.total(b)]
    return this.made(a.value * b.value, Math.abs(a.value) * eb + Math.abs(b.value) * ea + ea * eb, 1)
  }
  /** Two roundings: a program may multiply by the reciprocal. */
  div(a: Erring, b: Erring): Erring {
    const [value, ea, eb] = [a.value / b.value, this.total(a), this.total(b)]
    const least = Math.abs(b.value) - eb
    return this.made(value, least > 0 ? (ea + Math.abs(value) * eb) / least : Infinity, 2)
  }
  neg(a: Erring): Erring {
    return { ...a, value: -a.value }
  }
  exp(a: Erring): Erring {
    const value = Math.exp(a.value)
    return this.made(value, (value === 0 ? 0 : value * Math.expm1(this.total(a))) + this.eta, ULPS)
  }
  log(a: Erring): Erring {
    const [value, error] = [Math.log(a.value), this.total(a)]
    return this.made(value, a.value > error ? error / (a.value - error) : Infinity, ULPS)
  }
  tanh(a: Erring): Erring {
    return this.made(Math.tanh(a.value), this.total(a), ULPS)
  }
  greater(a: Erring, b: Erring): boolean {
    return a.value > b.value
  }
  isNaN(a: Erring): boolean {
    return Number.isNaN(a.value)
  }
  array(n: number): Erring[] {
    return new Array<Erring>(n).fill(this.zero)
  }
  /** The bound of a number, its additions included. One addition has one order, and rounds its result alone. */
  total({ value, error, scale, additions }: Erring): number {
    return error + additions * this.u * (additions === 1 ? Math.abs(value) : scale)
  }
  private sum(a: Erring, b: Erring, value: number): Erring {
    const additions = a.additions + b.additions + 1
    return { value, error: a.error + b.error, scale: a.scale + b.scale, additions }
  }
  private made(value: number, error: number, roundings: number): Erring {
    const scale = Math.abs(value)
    return { value, error: error + roundings * this.u * (Number.isFinite(scale) ? scale : 0), scale, additions: 0 }
  }
}

const exactly = (value: number): Erring => ({ value, error: 0, scale: Math.abs(value), additions: 0 })
