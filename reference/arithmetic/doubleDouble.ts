import type { Arithmetic } from './arithmetic.ts'

/**
 * The unevaluated sum hi + lo of two float64, with |lo| ≤ ulp(hi)/2: about 106 bits, the oracle for float64.
 *
 * Relative errors, u = 2⁻⁵³, as proven by Joldes, Muller & Popescu 2017 for the same steps:
 *
 *   add, sub  3u² < 2⁻¹⁰⁴      mul  7u² < 2⁻¹⁰³      div  15u² + 56u³ < 2⁻¹⁰²
 *
 * (seen in 6·10⁴ random pairs: 1.5u², 3.7u², 7.1u²). exp and log stay below 2⁻¹⁰¹, tanh below 2⁻¹⁰⁰: estimated from those,
 * held to by the tests, and 2⁻¹⁰³·⁵ was the worst of 4000 random places.
 *
 * Underflow: the low part of a number below 2⁻⁹⁶⁹ has no room, which adds at most 2⁻¹⁰⁷⁴ to these errors.
 *
 * With operands that are float64 (lo = 0), hi is what float64 computes for + − · /, and so is all that is not finite and
 * the sign of zero, with lo = 0.
 *
 * Sources: Dekker 1971 and Ogita, Rump & Oishi 2005, §2 (error-free transformations); Hida, Li & Bailey 2001;
 * Joldes, Muller & Popescu 2017, Tight and Rigorous Error Bounds for Basic Building Blocks of Double-Word Arithmetic.
 */
export interface DoubleDouble {
  readonly hi: number
  readonly lo: number
}

/** 2²⁷ + 1 cuts a float64 into two halves of at most 26 bits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1
/** Beyond 2⁹⁹⁶ the split, or the product of the halves, can overflow: done at 2⁻⁵⁴ of the size there. */
const SPLIT_LIMIT = 2 ** 996

/** Below 2⁻⁹⁶⁸ the error of a product has bits under 2⁻¹⁰⁷⁴. Such products and quotients are formed in mid-range. */
const NO_ROOM = 2 ** -960

/** ln 2 in three pieces. The first two have at most 42 bits: their product with an exponent (11 bits) is exact. */
const LN2_A = 3048493539143 * 2 ** -42
const LN2_B = 1063452974651 * 2 ** -84
const LN2_C = 4046270634835203 * 2 ** -138

/** 0.7ⁿ/n! falls below 0.7·2⁻¹⁰⁷ at n = 28. */
const TAYLOR_TERMS = 28
/** ((√2−1)/(√2+1))²ⁿ/(2n+1) falls below 2⁻¹⁰⁹ at n = 21. */
const ATANH_TERMS = 21

class DoubleDoubles implements Arithmetic<DoubleDouble> {
  readonly name = 'doubleDouble'
  readonly zero: DoubleDouble = { hi: 0, lo: 0 }
  readonly one: DoubleDouble = { hi: 1, lo: 0 }
  from(value: number): DoubleDouble {
    return { hi: value, lo: 0 }
  }

  /** Both halves are added with their errors, so that cancellation of the high halves loses nothing. */
  add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    const s = a.hi + b.hi
    if (s - s !== 0) return { hi: s, lo: 0 }
    const bs = s - a.hi
    if (bs - bs !== 0) return this.add(b, a) // b.hi is near the largest float64 and s − a.hi was rounded beyond it
    let e = a.hi - (s - bs) + (b.hi - bs)
    const t = a.lo + b.lo
    const bt = t - a.lo
    const f = a.lo - (t - bt) + (b.lo - bt)
    e += t
    const v = s + e
    const w = e - (v - s) + f
    const hi = v + w
    if (hi === 0 || hi - hi !== 0) return { hi: s === 0 ? s : hi, lo: 0 }
    return { hi, lo: w - (hi - v) }
  }

  sub(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    return this.add(a, { hi: -b.hi, lo: -b.lo })
  }

  mul(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    const p = a.hi * b.hi
    if (p === 0 || p - p !== 0) return { hi: p, lo: 0 }
    if (Math.abs(p) < NO_ROOM) return this.mulScaled(a, b)
    const e = productError(a.hi, b.hi, p) + (a.hi * b.lo + a.lo * b.hi)
    const hi = p + e
    return hi - hi === 0 ? { hi, lo: e - (hi - p) } : { hi, lo: 0 }
  }

  div(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    const q = a.hi / b.hi
    if (q === 0 || q - q !== 0) return { hi: q, lo: 0 }
    const p = q * b.hi
    if (p - p !== 0 || Math.abs(p) < NO_ROOM || Math.abs(q) < NO_ROOM) return this.divScaled(a, b)
    const e = productError(q, b.hi, p) + q * b.lo
    const r = (a.hi - p + (a.lo - e)) / b.hi
    const hi = q + r
    return hi - hi === 0 ? { hi, lo: r - (hi - q) } : { hi, lo: 0 }
  }

  neg(a: DoubleDouble): DoubleDouble {
    return { hi: -a.hi, lo: -a.lo }
  }

  /** eˣ = 2ᵏ·eʳ with k = round(x / ln 2), so that |r| ≤ ½ ln 2, and eʳ by its Taylor series. */
  exp(a: DoubleDouble): DoubleDouble {
    if (!(Math.abs(a.hi) < 746)) return { hi: Math.exp(a.hi), lo: 0 }
    const k = Math.round(a.hi / Math.LN2)
    return scaled(this.add(this.one, this.expm1Series(this.lessLn2(a, k))), k)
  }

  /** log x = k ln 2 + log m with m = x/2ᵏ in [√½, √2], and log m = 2 artanh s = 2(s + s³/3 + …), s = (m−1)/(m+1). */
  log(a: DoubleDouble): DoubleDouble {
    if (!(a.hi > 0 && a.hi < Infinity)) return { hi: Math.log(a.hi), lo: 0 }
    const k = Math.round(Math.log2(a.hi))
    const m = scaled(a, -k)
    const s = this.div(this.sub(m, this.one), this.add(m, this.one))
    const square = this.mul(s, s)
    let sum = oddReciprocals[ATANH_TERMS]!
    for (let n = ATANH_TERMS - 1; n >= 0; n--) sum = this.add(this.mul(sum, square), oddReciprocals[n]!)
    return this.lessLn2(scaled(this.mul(s, sum), 1), -k)
  }

  /** tanh x = E/(E+2) with E = e²ˣ − 1, from the series of E where the subtraction would cancel. */
  tanh(a: DoubleDouble): DoubleDouble {
    if (a.hi === 0 || Number.isNaN(a.hi)) return a
    if (a.hi < 0) return this.neg(this.tanh(this.neg(a)))
    if (a.hi > 354) return this.one // 1 − tanh x = 2e⁻²ˣ < 2⁻¹⁰²⁰, while e²ˣ overflows from 355 on
    const twice = scaled(a, 1)
    const E = twice.hi < 0.69 ? this.expm1Series(twice) : this.sub(this.exp(twice), this.one)
    return this.div(E, this.add(E, { hi: 2, lo: 0 }))
  }

  greater(a: DoubleDouble, b: DoubleDouble): boolean {
    return a.hi > b.hi || (a.hi === b.hi && a.lo > b.lo)
  }
  isNaN(a: DoubleDouble): boolean {
    return Number.isNaN(a.hi)
  }
  array(n: number): DoubleDouble[] {
    return new Array<DoubleDouble>(n).fill(this.zero)
  }

  /** eʳ − 1 = r + r²/2! + … for |r| ≤ 0.7; relative accuracy also where r is tiny. */
  private expm1Series(r: DoubleDouble): DoubleDouble {
    let sum = inverseFactorials[TAYLOR_TERMS]!
    for (let n = TAYLOR_TERMS - 1; n >= 1; n--) sum = this.add(this.mul(sum, r), inverseFactorials[n]!)
    return this.mul(r, sum)
  }

  /** a − k·ln 2, where the parts of k·ln 2 that cancel against a are exact. */
  private lessLn2(a: DoubleDouble, k: number): DoubleDouble {
    const first = this.add(a, { hi: -k * LN2_A, lo: 0 })
    const second = this.add(first, { hi: -k * LN2_B, lo: 0 })
    return this.add(second, { hi: -k * LN2_C, lo: 0 })
  }

  /** a·b near the small end of the range: both brought to about 1, the product sent back. */
  private mulScaled(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    const [i, j] = [exponent(a), exponent(b)]
    return scaled(this.mul(scaled(a, -i), scaled(b, -j)), i + j)
  }

  /** a/b near the ends of the range, likewise. */
  private divScaled(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
    const [i, j] = [exponent(a), exponent(b)]
    return scaled(this.div(scaled(a, -i), scaled(b, -j)), i - j)
  }
}

/** a·b − p, exactly, where p is the rounded product (Dekker: no fused multiply-add in JavaScript). */
function productError(a: number, b: number, p: number): number {
  if (Math.abs(a) > SPLIT_LIMIT || Math.abs(b) > SPLIT_LIMIT || Math.abs(p) > SPLIT_LIMIT) {
    const [large, small] = Math.abs(a) > Math.abs(b) ? [a, b] : [b, a]
    return productError(large * 2 ** -54, small, p * 2 ** -54) * 2 ** 54
  }
  const ca = SPLITTER * a
  const ah = ca - (ca - a)
  const al = a - ah
  const cb = SPLITTER * b
  const bh = cb - (cb - b)
  const bl = b - bh
  return al * bl - (p - ah * bh - al * bh - ah * bl)
}

const exponent = ({ hi }: DoubleDouble): number => Math.round(Math.log2(Math.abs(hi)))

/**
 * x·2ᵏ, in two steps since 2ᵏ alone may leave the range of float64. What hi loses on becoming subnormal counts together
 * with lo, so that the result is rounded once; a lo that was rounded to half a unit of hi, and would turn hi into its
 * neighbour, steps back by one.
 */
function scaled({ hi, lo }: DoubleDouble, k: number): DoubleDouble {
  const half = 2 ** Math.trunc(k / 2)
  const rest = 2 ** (k - Math.trunc(k / 2))
  const high = hi * half * rest
  if (high - high !== 0) return { hi: high, lo: 0 }
  const low = (hi - high / half / rest + lo) * half * rest
  const sum = high + low
  if (Math.abs(high) < 2 ** -1022) return { hi: sum, lo: 0 }
  return { hi: high, lo: sum === high ? low : low - Math.sign(low) * Number.MIN_VALUE }
}

export const doubleDouble = new DoubleDoubles()

/** 1/n!, indexed by n. */
const inverseFactorials: DoubleDouble[] = [doubleDouble.one]
for (let n = 1; n <= TAYLOR_TERMS; n++) {
  inverseFactorials[n] = doubleDouble.div(inverseFactorials[n - 1]!, doubleDouble.from(n))
}
/** 1/(2n+1), indexed by n. */
const oddReciprocals = Array.from({ length: ATANH_TERMS + 1 }, (_, n) =>
  doubleDouble.div(doubleDouble.one, doubleDouble.from(2 * n + 1)),
)

/** The float64 nearest to hi + lo (ties to even), and what it leaves over. */
export function nearestFloat64({ hi, lo }: DoubleDouble): { readonly nearest: number; readonly remainder: number } {
  const nearest = lo === 0 ? hi : hi + lo // −0 + 0 would be 0
  return nearest - nearest === 0 ? { nearest, remainder: lo - (nearest - hi) } : { nearest: hi, remainder: 0 }
}
