import { createRequire } from 'node:module'
import type { Fraction } from 'mathjs'
import { type Arithmetic, Inexpressible } from './arithmetic.ts'

/** mathjs in one file: the same library from its thousand modules takes 17 times as long to load (3.7 s against 0.2 s). */
const mathjs: typeof import('mathjs') = createRequire(import.meta.url)('mathjs/lib/browser/math.js')

/**
 * Exact fractions: mathjs' Fraction, numerator and denominator of any length. Sums, products and quotients carry no
 * error at all, so that any difference from a result in here is a difference from the truth.
 *
 * Every method in use works on BigInt from end to end (fraction.js 5: add, sub, mul, div, neg, gt). Its constructor
 * from a float64 does not: it searches a short fraction near it and makes 1/10 of 0.1. `from` reads the bits instead.
 */
class Rational implements Arithmetic<Fraction> {
  readonly name = 'rational'
  readonly zero = new mathjs.Fraction(0n, 1n)
  readonly one = new mathjs.Fraction(1n, 1n)
  from(value: number): Fraction {
    if (!Number.isFinite(value)) {
      throw new Inexpressible(
        this.name,
        String(value),
        'a fraction is finite; keep NaN and ±∞ out of the operands, or use real or doubleDouble for them',
      )
    }
    const { mantissa, exponent } = decompose(value)
    return exponent < 0
      ? new mathjs.Fraction(mantissa, 1n << BigInt(-exponent))
      : new mathjs.Fraction(mantissa << BigInt(exponent), 1n)
  }
  add(a: Fraction, b: Fraction): Fraction {
    return a.add(b)
  }
  sub(a: Fraction, b: Fraction): Fraction {
    return a.sub(b)
  }
  mul(a: Fraction, b: Fraction): Fraction {
    return a.mul(b)
  }
  div(a: Fraction, b: Fraction): Fraction {
    if (b.n === 0n) {
      throw new Inexpressible(this.name, `${a.toFraction()} / 0`, 'no fraction is infinite; use real or doubleDouble')
    }
    return a.div(b)
  }
  neg(a: Fraction): Fraction {
    return a.neg()
  }
  exp(_: Fraction): Fraction {
    throw new Inexpressible(this.name, 'exp', 'it is irrational at every fraction but 0; use doubleDouble')
  }
  log(_: Fraction): Fraction {
    throw new Inexpressible(this.name, 'log', 'it is irrational at every fraction but 1; use doubleDouble')
  }
  tanh(_: Fraction): Fraction {
    throw new Inexpressible(this.name, 'tanh', 'it is irrational at every fraction but 0; use doubleDouble')
  }
  greater(a: Fraction, b: Fraction): boolean {
    return a.gt(b)
  }
  isNaN(_: Fraction): boolean {
    return false
  }
  array(n: number): Fraction[] {
    return new Array<Fraction>(n).fill(this.zero)
  }
}

export const rational = new Rational()

/**
 * The float64 nearest to a fraction, ties to even; ±∞ from 2¹⁰²⁴ − 2⁹⁷⁰ on.
 * (Fraction's own valueOf divides two rounded numbers: two roundings too many, and NaN beyond the range.)
 */
export function nearestToFraction(f: Fraction): number {
  if (f.n === 0n) return 0
  // The unit in the last place: 2ᵉ with 2⁵² ≤ |f|/2ᵉ < 2⁵³, or 2⁻¹⁰⁷⁴ for a subnormal.
  let e = Math.max(bitLength(f.n) - bitLength(f.d) - 53, -1074)
  if (units(f, e).quotient >= 2n ** 53n) e++
  const { quotient, twiceRemainder, divisor } = units(f, e)
  const up = twiceRemainder > divisor || (twiceRemainder === divisor && quotient % 2n === 1n)
  return Number(f.s) * Number(up ? quotient + 1n : quotient) * 2 ** e
}

/** |f| = (quotient + remainder/divisor)·2ᵉ. */
function units(f: Fraction, e: number): { quotient: bigint; twiceRemainder: bigint; divisor: bigint } {
  const dividend = e < 0 ? f.n << BigInt(-e) : f.n
  const divisor = e < 0 ? f.d : f.d << BigInt(e)
  return { quotient: dividend / divisor, twiceRemainder: 2n * (dividend % divisor), divisor }
}

const bitLength = (n: bigint): number => {
  const hex = n.toString(16)
  return 4 * hex.length - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28
}

const bits = new DataView(new ArrayBuffer(8))

/** value = mantissa·2ᵉˣᵖᵒⁿᵉⁿᵗ, from the fields of IEEE 754 binary64: 1 sign, 11 exponent, 52 fraction bits. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  bits.setFloat64(0, value)
  const word = bits.getBigUint64(0)
  const biased = Number((word >> 52n) & 0x7ffn)
  const fraction = word & 0xfffffffffffffn
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n)
  return { mantissa: word >> 63n === 1n ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 }
}
