import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestToFraction, rational } from './rational.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const text = (value: number): string => rational.from(value).toFraction()

describe('rational', () => {
  test('from is the float64 itself: 0.1 = 3602879701896397/36028797018963968', () => {
    expect(text(0.1)).toBe('3602879701896397/36028797018963968')
  })

  test.each([
    [0, '0'],
    [-0, '0'],
    [-2.5, '-5/2'],
    [2 ** 60, '1152921504606846976'],
    [Number.MIN_VALUE, `1/${2n ** 1074n}`],
    [Number.MAX_VALUE, `${2n ** 1024n - 2n ** 971n}`],
  ])('from(%d) reads every field of the bits', (value, expected) => {
    expect(text(value)).toBe(expected)
  })

  test('0.1 + 0.2 is not 0.3, and differs from it by 1/36028797018963968', () => {
    const sum = rational.add(rational.from(0.1), rational.from(0.2))
    expect(rational.sub(sum, rational.from(0.3)).toFraction()).toBe('1/36028797018963968')
  })

  test('(1e16 + 1) − 1e16 = 1', () => {
    const big = rational.from(1e16)
    expect(rational.sub(rational.add(big, rational.one), big).toFraction()).toBe('1')
  })

  test('a ring: a+b = b+a, (a+b)+c = a+(b+c), ab = ba, (ab)c = a(bc), a(b+c) = ab+ac, a−a = 0; (a/b)·b = a', () => {
    const k = rational
    fc.assert(
      fc.property(finite, finite, finite, (u, v, w) => {
        const [a, b, c] = [k.from(u), k.from(v), k.from(w)]
        expect(k.add(a, b)).toEqual(k.add(b, a))
        expect(k.add(k.add(a, b), c)).toEqual(k.add(a, k.add(b, c)))
        expect(k.mul(a, b)).toEqual(k.mul(b, a))
        expect(k.mul(k.mul(a, b), c)).toEqual(k.mul(a, k.mul(b, c)))
        expect(k.mul(a, k.add(b, c))).toEqual(k.add(k.mul(a, b), k.mul(a, c)))
        expect(k.add(a, k.neg(a)).n).toBe(0n)
        if (v !== 0) expect(k.mul(k.div(a, b), b).equals(a)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('greater orders like the float64 it came from', () => {
    fc.assert(fc.property(finite, finite, (u, v) => rational.greater(rational.from(u), rational.from(v)) === u > v))
  })

  test('nearestToFraction(from(x)) = x', () => {
    fc.assert(fc.property(finite, (x) => nearestToFraction(rational.from(x)) === x))
  })

  test('nearestToFraction rounds a sum, product and quotient as IEEE 754 does', () => {
    const normal = fc.double({ noNaN: true, min: -1e150, max: 1e150 })
    const k = rational
    fc.assert(
      fc.property(normal, normal, (u, v) => {
        const [a, b] = [k.from(u), k.from(v)]
        expect(nearestToFraction(k.add(a, b))).toBe(u + v + 0)
        expect(Math.abs(nearestToFraction(k.mul(a, b)))).toBe(Math.abs(u * v))
        if (v !== 0) expect(Math.abs(nearestToFraction(k.div(a, b)))).toBe(Math.abs(u / v))
      }),
      { numRuns: 300 },
    )
  })

  test('nearestToFraction: ties to even, overflow at 2¹⁰²⁴ − 2⁹⁷⁰, subnormals once rounded', () => {
    const k = rational
    const tie = (x: number, unit: number): number => nearestToFraction(k.add(k.from(x), k.div(k.from(unit), k.from(2))))
    expect(tie(1, 2 ** -52)).toBe(1)
    expect(tie(1 + 2 ** -52, 2 ** -52)).toBe(1 + 2 ** -51)
    expect(tie(Number.MAX_VALUE, 2 ** 971)).toBe(Infinity)
    expect(tie(0, Number.MIN_VALUE)).toBe(0)
    expect(tie(Number.MIN_VALUE, Number.MIN_VALUE)).toBe(2 * Number.MIN_VALUE)
  })

  test.each([Number.NaN, Infinity, -Infinity])('from(%d) is refused and names the systems that hold it', (value) => {
    expect(() => rational.from(value)).toThrow(
      `rational cannot express ${value}: a fraction is finite; keep NaN and ±∞ out of the operands, or use real or doubleDouble`,
    )
  })

  test('a/0, exp, log and tanh are refused and say why', () => {
    const half = rational.from(0.5)
    expect(() => rational.div(half, rational.zero)).toThrow('rational cannot express 1/2 / 0: no fraction is infinite')
    for (const f of ['exp', 'log', 'tanh'] as const) {
      expect(() => rational[f](half)).toThrow(`rational cannot express ${f}: it is irrational at every fraction`)
    }
  })
})
