import fc from 'fast-check'
import type { Fraction } from 'mathjs'
import { describe, expect, test } from 'vitest'
import { type DoubleDouble, doubleDouble, nearestFloat64 } from './doubleDouble.ts'
import { rational } from './rational.ts'
import { real } from './real.ts'

const k = doubleDouble
const U2 = 2 ** -106 // u²
/** hi + lo as a fraction. */
const exact = (x: DoubleDouble): Fraction => rational.add(rational.from(x.hi), rational.from(x.lo))
/** |got − expected| / scale, to about 10 digits. */
const relative = (got: Fraction, expected: Fraction, scale = expected): number =>
  got.equals(expected) ? 0 : got.sub(expected).div(scale).abs().valueOf()

/** A generator of its own (xorshift32), so that every run sees the same operands. */
function randomOperands(seed: number): () => DoubleDouble {
  let state = seed
  const uniform = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return () => {
    const hi = (uniform() + uniform() * 2 ** -32 - 0.5) * 2 ** Math.floor(uniform() * 60 - 30)
    return nearestPair(hi, hi * (uniform() - 0.5) * 2 ** -52)
  }
}
const nearestPair = (hi: number, lo: number): DoubleDouble => {
  const { nearest, remainder } = nearestFloat64({ hi, lo })
  return { hi: nearest, lo: remainder }
}

describe('doubleDouble against exact fractions', () => {
  const worst = (count: number, error: (a: DoubleDouble, b: DoubleDouble) => number): number => {
    const next = randomOperands(20051)
    let largest = 0
    for (let i = 0; i < count; i++) largest = Math.max(largest, error(next(), next()))
    return largest
  }

  test('a + b and a − b err by at most 3u² over 10⁴ random pairs', () => {
    expect(worst(10_000, (a, b) => relative(exact(k.add(a, b)), exact(a).add(exact(b))))).toBeLessThanOrEqual(3 * U2)
    expect(worst(2_000, (a, b) => relative(exact(k.sub(a, b)), exact(a).sub(exact(b))))).toBeLessThanOrEqual(3 * U2)
  })

  test('a + b errs by at most 3u² where a and b cancel: b = −a(1 + small)', () => {
    const next = randomOperands(7)
    for (let i = 0; i < 2_000; i++) {
      const a = next()
      const other = next()
      const b = nearestPair(-a.hi * (1 + 2 ** -(i % 53)), -a.lo + other.lo * 2 ** -40)
      expect(relative(exact(k.add(a, b)), exact(a).add(exact(b)))).toBeLessThanOrEqual(3 * U2)
    }
  })

  test('a·b errs by at most 7u² over 10⁴ random pairs', () => {
    expect(worst(10_000, (a, b) => relative(exact(k.mul(a, b)), exact(a).mul(exact(b))))).toBeLessThanOrEqual(7 * U2)
  })

  test('a/b errs by at most 15u² + 56u³ over 10⁴ random pairs', () => {
    expect(worst(10_000, (a, b) => relative(exact(k.div(a, b)), exact(a).div(exact(b))))).toBeLessThanOrEqual(
      15.001 * U2,
    )
  })

  test('a product of two float64 is exact', () => {
    const next = randomOperands(99)
    for (let i = 0; i < 2_000; i++) {
      const [a, b] = [k.from(next().hi), k.from(next().hi)]
      expect(exact(k.mul(a, b)).equals(exact(a).mul(exact(b)))).toBe(true)
    }
  })

  test('a dot product of 100 terms errs by at most (3·99 + 7)u² of Σ|aᵢbᵢ|', () => {
    const next = randomOperands(3)
    for (let run = 0; run < 50; run++) {
      let [sum, truth, magnitude] = [k.zero, rational.zero, rational.zero]
      for (let i = 0; i < 100; i++) {
        const [a, b] = [next(), next()]
        const product = exact(a).mul(exact(b))
        sum = k.add(sum, k.mul(a, b))
        truth = truth.add(product)
        magnitude = magnitude.add(product.abs())
      }
      expect(relative(exact(sum), truth, magnitude)).toBeLessThanOrEqual(304 * U2)
    }
  })

  test('(1e16 + 1) − 1e16 = 1, which float64 loses', () => {
    const big = k.from(1e16)
    expect(k.sub(k.add(big, k.one), big)).toEqual(k.one)
    expect(1e16 + 1 - 1e16).toBe(0)
  })

  test('a·b and a/b keep their low part at both ends of the range', () => {
    const bound = (got: DoubleDouble, expected: Fraction): void =>
      expect(relative(exact(got), expected)).toBeLessThanOrEqual(16 * U2)
    const pairs: [number, number][] = [
      [2 ** 1023 * 1.1, 0.3],
      [0.7, 2 ** 1000 * 1.3],
      [2 ** 512 * 1.3, 2 ** 511 * 1.5],
      [2 ** 512 * (1 - 2 ** -53), 2 ** 512 * (1 - 2 ** -53)],
      [2 ** -480 * 1.1, 2 ** -480 * 1.7],
    ]
    for (const [x, y] of pairs) {
      const [a, b] = [k.from(x), k.from(y)]
      bound(k.mul(a, b), exact(a).mul(exact(b)))
      bound(k.mul(b, a), exact(a).mul(exact(b)))
      for (const [p, q] of [
        [a, b],
        [b, a],
      ] as const)
        if (Math.abs(Math.log2(p.hi / q.hi)) < 960) bound(k.div(p, q), exact(p).div(exact(q)))
    }
    bound(
      k.div(k.from(2 ** -1000 * 1.1), k.from(2 ** -1000 * 1.7)),
      rational.from(2 ** -1000 * 1.1).div(rational.from(2 ** -1000 * 1.7)),
    )
    bound(k.div(k.from(Number.MAX_VALUE), k.from(1.7)), rational.from(Number.MAX_VALUE).div(rational.from(1.7)))
  })

  test('where the low part underflows, products and quotients err by at most 2⁻¹⁰⁷⁴ more', () => {
    const within = (got: DoubleDouble, truth: Fraction, bound: number): void => {
      const room = truth.abs().mul(rational.from(bound)).add(rational.from(Number.MIN_VALUE))
      expect(exact(got).sub(truth).abs().lte(room)).toBe(true)
    }
    const next = randomOperands(11)
    for (let i = 0; i < 1_000; i++) {
      const a = k.from(next().hi * 2 ** -500)
      const b = k.from(next().hi * 2 ** -490)
      const c = k.from(next().hi * 2 ** 480)
      within(k.mul(a, b), exact(a).mul(exact(b)), 7 * U2)
      within(k.div(a, c), exact(a).div(exact(c)), 15.001 * U2)
    }
  })
})

describe('doubleDouble as IEEE 754', () => {
  const any = fc.oneof(
    fc.double(),
    fc.constantFrom(0, -0, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -Infinity),
  )

  /** Not only any float64, but pairs whose product or quotient falls beside 2⁻¹⁰²². */
  const subnormal = fc
    .tuple(
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      fc.double({ min: 0.5, max: 1, noNaN: true }),
      fc.integer({ min: -1074, max: -960 }),
    )
    .chain(([a, b, e]) =>
      fc.constantFrom<[number, number]>([a * 2 ** -500, b * 2 ** (e + 500)], [a * 2 ** (e + 1023), b * 2 ** 1023]),
    )

  test('on float64 operands the high part is what real computes: NaN, ±∞, −0 and subnormals too', () => {
    const holds = (u: number, v: number): void => {
      const [a, b] = [k.from(u), k.from(v)]
      for (const f of ['add', 'sub', 'mul', 'div'] as const) {
        const got = k[f](a, b)
        expect(got.hi).toBe(real[f](u, v))
        expect(nearestFloat64(got).nearest).toBe(got.hi)
        expect(Number.isFinite(got.lo)).toBe(true)
      }
      expect(k.neg(a).hi).toBe(-u)
      expect(k.greater(a, b)).toBe(u > v)
      expect(k.isNaN(a)).toBe(Number.isNaN(u))
    }
    // Found by this property: rounded twice on the way below 2⁻¹⁰²², and s − a beyond the largest float64.
    holds(-4.154918528896451e-163, 4.15684598639856e-155)
    holds(2.203117682401485e-151, 4.454293886192626e-158)
    holds(-1, -1.554383698384114e307)
    holds(-8.783590599248463e307, Number.MAX_VALUE)
    fc.assert(fc.property(any, any, holds), { numRuns: 1000 })
    fc.assert(
      fc.property(subnormal, ([u, v]) => holds(u, v)),
      { numRuns: 1000 },
    )
  })

  test('exp, log and tanh of what is not finite, of ±0, and beyond the range', () => {
    for (const x of [Number.NaN, Infinity, -Infinity, 0, -0, 800, -800, -3]) {
      const [exp, log, tanh] = [k.exp(k.from(x)), k.log(k.from(x)), k.tanh(k.from(x))]
      if (Math.abs(x) !== 3) expect(exp).toEqual({ hi: Math.exp(x), lo: 0 })
      if (x !== 800) expect(log).toEqual({ hi: Math.log(x), lo: 0 })
      if (Math.abs(x) !== 3) expect(tanh).toEqual({ hi: Math.tanh(x), lo: tanh.lo })
      expect(Number.isFinite(tanh.lo)).toBe(true)
    }
  })

  test('a ring, exactly, on whole numbers up to 2³⁰: a+b = b+a, (ab)c = a(bc), a(b+c) = ab+ac, a−a = 0', () => {
    const whole = fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map(k.from)
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        expect(k.add(a, b)).toEqual(k.add(b, a))
        expect(k.mul(a, b)).toEqual(k.mul(b, a))
        expect(exact(k.mul(k.mul(a, b), c)).equals(exact(k.mul(a, k.mul(b, c))))).toBe(true)
        expect(exact(k.mul(a, k.add(b, c))).equals(exact(k.add(k.mul(a, b), k.mul(a, c))))).toBe(true)
        expect(k.sub(a, a)).toEqual(k.zero)
      }),
    )
  })

  test('greater sees the low part', () => {
    const above = k.add(k.one, k.from(2 ** -90))
    expect([k.greater(above, k.one), k.greater(k.one, above), k.greater(above, above)]).toEqual([true, false, false])
  })

  test('nearestFloat64: the sum rounded, and the rest', () => {
    expect(nearestFloat64({ hi: 1, lo: 2 ** -60 })).toEqual({ nearest: 1, remainder: 2 ** -60 })
    expect(nearestFloat64({ hi: 1, lo: 3 * 2 ** -53 })).toEqual({ nearest: 1 + 2 ** -51, remainder: -(2 ** -53) })
    expect(nearestFloat64(k.div(k.one, k.from(3))).nearest).toBe(1 / 3)
    expect(nearestFloat64(k.from(-Infinity))).toEqual({ nearest: -Infinity, remainder: 0 })
  })
})

/** Fixed point with 2⁻⁴⁰⁰ as unit: sums and products of BigInt alone, nothing in common with the code under test. */
const B = 400n
const ONE = 1n << B
const fixed = (x: DoubleDouble): bigint => (exact(x).s * exact(x).n * ONE) / exact(x).d
/** eˣ for x ≥ 0: Taylor at x/2¹², then squared twelve times. */
function fixedExp(x: bigint): bigint {
  const reduced = x >> 12n
  let [sum, term] = [0n, ONE]
  for (let n = 1n; term > 0n; n++) {
    sum += term
    term = ((term * reduced) >> B) / n
  }
  for (let i = 0; i < 12; i++) sum = (sum * sum) >> B
  return sum
}
/** |got/expected − 1|. */
const off = (got: bigint, expected: bigint): number => {
  const scaled = ((got - expected) * 2n ** 200n) / expected
  return Math.abs(Number(scaled)) * 2 ** -200
}

describe('doubleDouble exp, log and tanh', () => {
  const xs = Array.from({ length: 150 }, (_, i) => k.div(k.from(i * i * i + 1), k.from(5000)))

  test('30 digits of e, ln 2 and tanh 1', () => {
    const digits = (x: DoubleDouble): string => ((fixed(x) * 10n ** 30n + ONE / 2n) >> B).toString()
    expect(digits(k.exp(k.one))).toBe('2718281828459045235360287471353')
    expect(digits(k.log(k.from(2)))).toBe('693147180559945309417232121458')
    expect(digits(k.tanh(k.one))).toBe('761594155955764888119458282605')
  })

  test('exp errs by at most 2⁻¹⁰¹ up to e⁶⁷⁵, and e⁻ˣ·eˣ = 1', () => {
    for (const x of xs) {
      const truth = fixedExp(fixed(x))
      expect(off(fixed(k.exp(x)), truth)).toBeLessThanOrEqual(2 ** -101)
      const inverse = rational.div(rational.one, exact(k.exp(k.neg(x))))
      expect(off((inverse.n * ONE) / inverse.d, truth)).toBeLessThanOrEqual(
        2 ** -101 + 2 * Number.MIN_VALUE * Math.exp(x.hi),
      )
    }
  })

  test('log errs by at most 2⁻¹⁰¹, near 1 and at both ends of the range', () => {
    const near = [1e-3, 1e-10, 1e-20, -1e-3, -1e-10].map((h) => k.add(k.one, k.from(h)))
    const halves = Array.from({ length: 60 }, (_, i) => k.from(0.5 + i / 40))
    for (const x of [...xs, ...near, ...halves, k.from(1e300), k.from(1e-300)]) {
      const y = k.log(x)
      // e^|log x| against x or 1/x: its relative error is the absolute error of log x.
      const truth = y.hi > 0 ? exact(x) : rational.div(rational.one, exact(x))
      const error = off(fixedExp(fixed(y.hi < 0 ? k.neg(y) : y)), (truth.n * ONE) / truth.d)
      expect(error).toBeLessThanOrEqual(2 ** -101 * Math.abs(y.hi))
    }
    expect(k.log(k.from(Number.MIN_VALUE)).hi).toBe(Math.log(Number.MIN_VALUE))
  })

  test('tanh errs by at most 2⁻¹⁰² from 2⁻⁶⁰ to 100, is odd, and is 1 where e²ˣ overflows', () => {
    const tiny = [2 ** -60, 1e-9, 1e-4].map(k.from)
    const small = Array.from({ length: 80 }, (_, i) => k.from(0.0055 + i / 199)) // across the change of formula at 0.345
    for (const x of [...xs, ...tiny, ...small].filter((x) => x.hi < 100)) {
      const E = fixedExp(2n * fixed(x))
      expect(off(fixed(k.tanh(x)), ((E - ONE) * ONE) / (E + ONE))).toBeLessThanOrEqual(2 ** -102)
      expect(k.tanh(k.neg(x))).toEqual(k.neg(k.tanh(x)))
    }
    for (const x of [353, 356, 400]) expect(k.tanh(k.from(x)).hi).toBe(1)
  })

  test('exp(log x) = x and exp(a + b) = exp(a)·exp(b)', () => {
    const moderate = fc.double({ noNaN: true, min: -300, max: 300 })
    fc.assert(
      fc.property(moderate, moderate, (u, v) => {
        const [a, b] = [k.from(u), k.from(v)]
        // a + b is rounded to 2⁻¹⁰⁴ of itself, and exp turns that into an error of its size.
        const room = (1 + Math.abs(u + v)) * 2 ** -99
        expect(relative(exact(k.exp(k.add(a, b))), exact(k.mul(k.exp(a), k.exp(b))))).toBeLessThanOrEqual(room)
        const x = k.exp(a)
        expect(relative(exact(k.exp(k.log(x))), exact(x))).toBeLessThanOrEqual((1 + Math.abs(u)) * 2 ** -99)
      }),
    )
  })
})
