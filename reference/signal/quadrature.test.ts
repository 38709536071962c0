import { describe, expect, test } from 'vitest'
import { integrate, integrateUncertain, QuadratureError } from './quadrature.ts'

const INFINITE = Number.POSITIVE_INFINITY
describe('integrals with a closed form', () => {
  const cases: [string, (x: number) => number, number, number, number][] = [
    ['∫ e^(−x²) over the line = √π', (x) => Math.exp(-x * x), -INFINITE, INFINITE, Math.sqrt(Math.PI)],
    ['∫ 1/(1+x²) over the line = π', (x) => 1 / (1 + x * x), -INFINITE, INFINITE, Math.PI],
    ['∫ e^(−x) from 2 = e⁻²', (x) => Math.exp(-x), 2, INFINITE, Math.exp(-2)],
    ['∫ e^(x) to −1 = e⁻¹', (x) => Math.exp(x), -INFINITE, -1, Math.exp(-1)],
    ['∫ sin over half a turn = 2', Math.sin, 0, Math.PI, 2],
    ['∫ √x over (0,1) = 2/3, a singular slope', Math.sqrt, 0, 1, 2 / 3],
    ['∫ log x over (0,1) = −1, singular at an end', Math.log, 0, 1, -1],
    ['∫ |x − 1/3| over (0,1) = 5/18, a kink nobody named', (x) => Math.abs(x - 1 / 3), 0, 1, 5 / 18],
    ['∫ [x > 1/3] over (0,1) = 2/3, a jump nobody named', (x) => (x > 1 / 3 ? 1 : 0), 0, 1, 2 / 3],
  ]
  for (const [name, f, from, to, expected] of cases) {
    test(`${name}, within the error it states`, () => {
      const { value, error } = integrate(f, from, to)
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(error)
      expect(error).toBeLessThanOrEqual(1e-10 * Math.abs(expected) * 1.001)
    })
  }

  test('a named jump costs two panels, one nobody named many', () => {
    const jump = (x: number) => (x > 1 / 3 ? 1 : 0)
    expect(integrate(jump, 0, 1, { breakpoints: [1 / 3] }).evaluations).toBe(30)
    expect(integrate(jump, 0, 1).evaluations).toBeGreaterThan(300)
  })

  test('an interval without width is 0; breakpoints outside the interval change nothing', () => {
    expect(integrate(Math.exp, 1, 1)).toEqual({ value: 0, error: 0, evaluations: 0 })
    const plain = integrate(Math.exp, 0, 1)
    expect(integrate(Math.exp, 0, 1, { breakpoints: [-1, 0, 1, 7, Number.NaN] })).toEqual(plain)
  })
})

test('the errors of an uncertain function are integrated and stated: ±x on ∫ 1 over (1,4) is ±7.5', () => {
  const { value, error } = integrateUncertain((x) => ({ value: 1, error: x, evaluations: 1 }), 1, 4)
  expect(value).toBeCloseTo(3, 13)
  expect(error).toBeCloseTo(7.5, 12)
})

describe('refusals', () => {
  test('a value that is not finite is refused, with the place', () => {
    expect(() => integrate((x) => 1 / (x - 0.5), 0, 1)).toThrow(/Infinity at 0\.5/)
    expect(() => integrate(() => Number.NaN, 0, 1)).toThrow(QuadratureError)
  })

  test('a divergent integral and too low a limit are refused, not answered', () => {
    expect(() => integrate((x) => 1 / x, 0, 1)).toThrow(/above the tolerance/)
    expect(() => integrate((x) => Math.sin(1e4 * x), 0, 1, { limit: 20 })).toThrow(/limit=20/)
  })

  test('from > to and NaN are refused', () => {
    expect(() => integrate(Math.exp, 1, 0)).toThrow(/from=1 to=0/)
    expect(() => integrate(Math.exp, Number.NaN, 0)).toThrow(QuadratureError)
  })
})
