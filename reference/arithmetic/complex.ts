import { createRequire } from 'node:module'
import type { Arithmetic } from './arithmetic.ts'

/** One file, not its modules: rational.ts says why. */
const mathjs: typeof import('mathjs') = createRequire(import.meta.url)('mathjs/lib/browser/math.js')

/**
 * Complex numbers, for the complex step derivative (Squire & Trapp 1998):
 *
 *   f′(x) = Im f(x + ih)/h + O(h²)
 *
 * Unlike a difference quotient it subtracts nothing, so h may be as small as it likes. With STEP, h² underflows to 0:
 * re is then untouched by the step and the quotient is free of truncation error.
 *
 * add, mul and div are written out on the parts; exp and tanh are mathjs'. Comparisons see re alone, as in `dual`.
 */
export interface Complex {
  readonly re: number
  readonly im: number
}

/**
 * h = 2⁻⁶⁰⁰: h² is below the smallest float64 (2⁻¹⁰⁷⁴) and dividing by h is exact. A derivative below 2⁻⁴²² loses digits,
 * for h·f′ is then subnormal.
 */
export const STEP = 2 ** -600

/** mathjs' tanh is NaN once cosh(2·re) overflows, at 355; at 20 tanh already is 1 in float64. */
const TANH_IS_ONE = 20

class ComplexNumbers implements Arithmetic<Complex> {
  readonly name = 'complex'
  readonly zero: Complex = { re: 0, im: 0 }
  readonly one: Complex = { re: 1, im: 0 }
  from(value: number): Complex {
    return { re: value, im: 0 }
  }
  add(a: Complex, b: Complex): Complex {
    return { re: a.re + b.re, im: a.im + b.im }
  }
  sub(a: Complex, b: Complex): Complex {
    return { re: a.re - b.re, im: a.im - b.im }
  }
  mul(a: Complex, b: Complex): Complex {
    return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
  }
  /** Smith 1962: divides by the larger part first, so that |b|² is never formed. */
  div(a: Complex, b: Complex): Complex {
    if (b.im === 0) return { re: a.re / b.re, im: a.im / b.re }
    if (Math.abs(b.re) >= Math.abs(b.im)) {
      const ratio = b.im / b.re
      const scale = b.re + b.im * ratio
      return { re: (a.re + a.im * ratio) / scale, im: (a.im - a.re * ratio) / scale }
    }
    const ratio = b.re / b.im
    const scale = b.re * ratio + b.im
    return { re: (a.re * ratio + a.im) / scale, im: (a.im * ratio - a.re) / scale }
  }
  neg(a: Complex): Complex {
    return { re: -a.re, im: -a.im }
  }
  exp(a: Complex): Complex {
    // e^z of a real z is real, also where it overflows and ∞·sin 0 would be NaN.
    if (a.im === 0) return { re: Math.exp(a.re), im: a.im }
    const { re, im } = mathjs.exp(mathjs.complex(a.re, a.im))
    return { re, im }
  }
  /**
   * log|z| + i·arg z. mathjs takes log|z| from re² + im², which has lost half the digits near 1 (4e-9 at 1 + 1e-7) and
   * is −∞ below 1e-162; the larger part is taken out of the square here.
   */
  log(a: Complex): Complex {
    const [x, y] = [Math.abs(a.re), Math.abs(a.im)]
    const large = Math.max(x, y)
    const ratio = Math.min(x, y) / large
    const re = ratio > 0 ? Math.log(large) + Math.log1p(ratio * ratio) / 2 : Math.log(large)
    // Without an imaginary part a number below 0 is a real one out of log's domain, not the edge of a branch cut.
    return a.im === 0 && a.re < 0 ? { re: Number.NaN, im: Number.NaN } : { re, im: Math.atan2(a.im, a.re) }
  }
  tanh(a: Complex): Complex {
    if (Math.abs(a.re) > TANH_IS_ONE) {
      return { re: Math.sign(a.re), im: 2 * Math.sin(2 * a.im) * Math.exp(-2 * Math.abs(a.re)) }
    }
    const { re, im } = mathjs.tanh(mathjs.complex(a.re, a.im))
    return { re, im }
  }
  greater(a: Complex, b: Complex): boolean {
    return a.re > b.re
  }
  isNaN(a: Complex): boolean {
    return Number.isNaN(a.re)
  }
  array(n: number): Complex[] {
    return new Array<Complex>(n).fill(this.zero)
  }
}

export const complex = new ComplexNumbers()

/** Operand data stepped by ih along `direction`. */
export const complexAlong = (values: ArrayLike<number>, direction: ArrayLike<number>): Complex[] =>
  Array.from(values, (re, i) => ({ re, im: direction[i]! * STEP }))

/** Operand data stepped by ih in the one element `index`. */
export const complexVariable = (values: ArrayLike<number>, index: number): Complex[] =>
  Array.from(values, (re, i) => ({ re, im: i === index ? STEP : 0 }))

/** The derivatives of a result: Im/h. */
export const complexDerivatives = (data: ArrayLike<Complex>): Float64Array =>
  Float64Array.from(data, ({ im }) => im / STEP)
