import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Complex, complex, complexAlong, complexDerivatives, complexVariable, STEP } from './complex.ts'
import { real } from './real.ts'

const k = complex
const whole = fc.integer({ min: -1000, max: 1000 })
const number = fc.record({ re: whole, im: whole })
/** Equal as numbers: −0 = 0. */
const equal = (a: Complex, b: Complex): void => expect([a.re + 0, a.im + 0]).toEqual([b.re + 0, b.im + 0])
/** Within `ulps` units of the larger part. */
const close = (got: Complex, expected: Complex, ulps: number): void => {
  const room = ulps * 2 ** -52 * Math.max(Math.abs(expected.re), Math.abs(expected.im))
  expect(Math.abs(got.re - expected.re)).toBeLessThanOrEqual(room)
  expect(Math.abs(got.im - expected.im)).toBeLessThanOrEqual(room)
}

describe('complex', () => {
  test('i² = −1, (1+2i)(3+4i) = −5+10i, (−5+10i)/(1+2i) = 3+4i', () => {
    expect(k.mul({ re: 0, im: 1 }, { re: 0, im: 1 })).toEqual({ re: -1, im: 0 })
    expect(k.mul({ re: 1, im: 2 }, { re: 3, im: 4 })).toEqual({ re: -5, im: 10 })
    close(k.div({ re: -5, im: 10 }, { re: 1, im: 2 }), { re: 3, im: 4 }, 4)
    close(k.div({ re: -5, im: 10 }, { re: 2, im: 1 }), { re: 0, im: 5 }, 4)
  })

  test('a ring, exactly, on whole numbers: a+b = b+a, ab = ba, (ab)c = a(bc), a(b+c) = ab+ac, a−a = 0', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        equal(k.add(a, b), k.add(b, a))
        equal(k.mul(a, b), k.mul(b, a))
        equal(k.mul(k.mul(a, b), c), k.mul(a, k.mul(b, c)))
        equal(k.mul(a, k.add(b, c)), k.add(k.mul(a, b), k.mul(a, c)))
        equal(k.sub(a, a), k.zero)
        equal(k.add(a, k.neg(b)), k.sub(a, b))
      }),
    )
  })

  test('(ab)/b = a to a few ulp, also where |b|² would overflow', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        fc.pre(b.re !== 0 || b.im !== 0)
        close(k.div(k.mul(a, b), b), a, 8)
        const huge = { re: b.re * 2 ** 1000, im: b.im * 2 ** 1000 }
        close(k.div(huge, huge), k.one, 8)
      }),
    )
  })

  test('e^(iπ) = −1, log(−1 + ih) = iπ, log i = iπ/2, tanh(iπ/4) = i', () => {
    close(k.exp({ re: 0, im: Math.PI }), { re: -1, im: 0 }, 2)
    close(k.log({ re: -1, im: STEP }), { re: 0, im: Math.PI }, 2)
    close(k.log({ re: 0, im: 1 }), { re: 0, im: Math.PI / 2 }, 2)
    close(k.tanh({ re: 0, im: Math.PI / 4 }), { re: 0, im: 1 }, 2)
  })

  test('exp(log z) = z', () => {
    fc.assert(
      fc.property(number, (z) => {
        fc.pre(z.re !== 0 || z.im !== 0)
        fc.pre(z.im !== 0 || z.re > 0)
        close(k.exp(k.log(z)), z, 32)
      }),
    )
  })

  test.each<[string, (x: Complex) => Complex, (x: number) => number]>([
    ['(x² + 3x)′ = 2x + 3', (x) => k.add(k.mul(x, x), k.mul(k.from(3), x)), (x) => 2 * x + 3],
    ['(1/x)′ = −1/x²', (x) => k.div(k.one, x), (x) => -1 / (x * x)],
    ['(x/(1+x))′ = 1/(1+x)²', (x) => k.div(x, k.add(k.one, x)), (x) => 1 / (1 + x) ** 2],
    ['(eˣ)′ = eˣ', (x) => k.exp(x), Math.exp],
    ['(log x)′ = 1/x', (x) => k.log(x), (x) => 1 / x],
    ['(tanh x)′ = 1/cosh² x', (x) => k.tanh(x), (x) => Math.cosh(x) ** -2],
    ['(e^(−x²))′ = −2x e^(−x²)', (x) => k.exp(k.neg(k.mul(x, x))), (x) => -2 * x * Math.exp(-x * x)],
  ])('complex step: %s, to 16 ulp', (_, f, slope) => {
    for (const x of [1e-7, 0.25, 1 + 1e-7, 2.5, 30]) {
      const [got] = complexDerivatives([f(complexVariable([x], 0)[0]!)])
      expect(Math.abs(got! - slope(x))).toBeLessThanOrEqual(16 * 2 ** -52 * Math.abs(slope(x)) * Math.max(1, x * x))
    }
  })

  test('the step leaves re untouched: STEP² = 0', () => {
    expect(STEP * STEP).toBe(0)
    const [a, b] = complexAlong([0, 3], [1, 1])
    expect(k.mul(a!, a!).re).toBe(0)
    expect(k.mul(a!, b!)).toEqual({ re: 0, im: 3 * STEP })
  })

  test('complexAlong: a directional derivative is the sum of its parts', () => {
    const [x, y] = complexAlong([2, 5], [3, -1])
    expect([...complexDerivatives([k.mul(x!, y!)])]).toEqual([3 * 5 - 1 * 2])
  })

  test('re of a number without imaginary part is what real computes: exactly, exp, log and tanh to 2 ulp', () => {
    const any = fc.double()
    const same = (got: number, expected: number): void => {
      if (Number.isFinite(expected)) expect(Math.abs(got - expected)).toBeLessThanOrEqual(2 ** -51 * Math.abs(expected))
      else expect(got).toBe(expected)
    }
    fc.assert(
      fc.property(any, any, (u, v) => {
        const [a, b] = [k.from(u), k.from(v)]
        for (const f of ['add', 'sub', 'div'] as const) expect(k[f](a, b).re).toBe(real[f](u, v))
        expect(k.mul(a, b).re).toBe(real.mul(u, v))
        for (const f of ['exp', 'log', 'tanh'] as const) same(k[f](a).re, real[f](u))
        expect(k.greater(a, b)).toBe(u > v)
        expect(k.isNaN(a)).toBe(Number.isNaN(u))
      }),
      { numRuns: 300 },
    )
  })

  test('tanh stays finite where mathjs overflows: tanh(400 + ih) = 1', () => {
    expect(k.tanh({ re: 400, im: STEP }).re).toBe(1)
    expect(k.tanh({ re: -400, im: STEP }).re).toBe(-1)
  })

  test('log keeps its digits near 1, where re² + im² loses them', () => {
    expect(k.log({ re: 1 + 2 ** -30, im: STEP }).re).toBe(Math.log(1 + 2 ** -30))
    expect(k.log({ re: 1e-170, im: STEP }).re).toBe(Math.log(1e-170))
  })
})

test('e^710 is ∞ and real', () => {
  expect(complex.exp(complex.from(710))).toEqual({ re: Infinity, im: 0 })
})
