import { describe, expect, test } from 'vitest'
import { gaussKronrod } from './gaussKronrod.ts'

const exactly = (f: (x: number) => number) => (x: number) => ({ value: f(x), error: 0, evaluations: 1 })
const rule = (f: (x: number) => number) => gaussKronrod(exactly(f), -1, 1)
/** ∫ xᵈ over (−1,1). */
const power = (d: number) => (d % 2 === 0 ? 2 / (d + 1) : 0)
/** A few roundings of numbers up to 2. */
const ROUNDING = 1e-15

describe('7 in 15 nodes', () => {
  test('the weights of each rule sum to 2, from 15 values', () => {
    const { kronrod, gauss, evaluations } = rule(() => 1)
    expect(Math.abs(kronrod - 2)).toBeLessThan(ROUNDING)
    expect(Math.abs(gauss - 2)).toBeLessThan(ROUNDING)
    expect(evaluations).toBe(15)
  })

  test('Kronrod is exact for x⁰…x²³, Gauss for x⁰…x¹³', () => {
    for (let d = 0; d <= 23; d++) {
      expect(Math.abs(rule((x) => x ** d).kronrod - power(d))).toBeLessThan(ROUNDING)
      if (d <= 13) expect(Math.abs(rule((x) => x ** d).gauss - power(d))).toBeLessThan(ROUNDING)
    }
  })

  test('and no further: not for x²⁴, not for x¹⁴', () => {
    expect(Math.abs(rule((x) => x ** 24).kronrod - power(24))).toBeGreaterThan(1e-10)
    expect(Math.abs(rule((x) => x ** 14).gauss - power(14))).toBeGreaterThan(1e-6)
  })

  test('over (1,4): ∫ x², ∫ |x|, ∫ |f − mean| = 0 for a constant, and errors of f carried along', () => {
    const squares = gaussKronrod(
      exactly((x) => x * x),
      1,
      4,
    )
    expect(squares.kronrod).toBeCloseTo(21, 13)
    expect(
      gaussKronrod(
        exactly((x) => -x),
        1,
        4,
      ).magnitude,
    ).toBeCloseTo(7.5, 13)
    expect(
      gaussKronrod(
        exactly(() => 5),
        1,
        4,
      ).spread,
    ).toBeCloseTo(0, 13)
    expect(gaussKronrod((x) => ({ value: 0, error: x, evaluations: 2 }), 1, 4)).toMatchObject({ evaluations: 30 })
    expect(gaussKronrod((x) => ({ value: 0, error: x, evaluations: 2 }), 1, 4).carried).toBeCloseTo(7.5, 13)
  })
})
