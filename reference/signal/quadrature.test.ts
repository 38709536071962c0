import { describe, expect, test } from 'vitest'
import { gaussKronrod } from './gaussKronrod.ts'
import { integrate, integrateUncertain, QuadratureError, type Tolerance } from './quadrature.ts'

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

  test('breakpoints may stand in any order and twice', () => {
    const steps = (x: number) => (x > 0.75 ? 3 : x > 0.25 ? 2 : 1)
    const { value, evaluations } = integrate(steps, 0, 1, { breakpoints: [0.75, 0.25, 0.75] })
    expect(value).toBeCloseTo(2, 13)
    expect(evaluations).toBe(45)
  })

  test('a half line is never asked beyond its end; the whole line is cut at 0 unless a breakpoint is named', () => {
    const asked: number[] = []
    const bell = (x: number) => {
      asked.push(x)
      return Math.exp(-((x - 5) ** 2))
    }
    integrate(bell, 2, INFINITE)
    expect(Math.min(...asked)).toBeGreaterThan(2)
    asked.length = 0
    integrate(bell, -INFINITE, 8)
    expect(Math.max(...asked)).toBeLessThan(8)
    asked.length = 0
    integrate(bell, -INFINITE, -2)
    expect(Math.max(...asked)).toBeLessThan(-2)
    expect(integrate(bell, -INFINITE, INFINITE, { absolute: 2 }).evaluations).toBe(30)
    expect(integrate(bell, -INFINITE, INFINITE, { absolute: 2, breakpoints: [5] }).evaluations).toBe(30)
  })

  test('either tolerance is enough; a function that is 0 needs none', () => {
    const cost = (options: Tolerance) => integrate(Math.sqrt, 0, 1, options).evaluations
    expect(cost({ absolute: 1e-2, relative: 0 })).toBe(45)
    expect(cost({ absolute: 0, relative: 1e-2 })).toBe(75)
    expect(cost({ absolute: 1e-2, relative: 1e-2 })).toBe(45)
    expect(integrate(() => 0, 0, 1, { absolute: 0 })).toEqual({ value: 0, error: 0, evaluations: 15 })
  })

  test('evaluations counts every call', () => {
    let calls = 0
    const counted = (x: number) => {
      calls++
      return Math.sqrt(x)
    }
    expect(integrate(counted, 0, 1).evaluations).toBe(calls)
    expect(calls).toBeGreaterThan(100)
  })

  test('the error of one panel is that of qk15: spread·min(1, (200·|Kronrod − Gauss|/spread)^1.5)', () => {
    const f = (x: number) => x ** 20
    const { kronrod, gauss, spread } = gaussKronrod((x) => ({ value: f(x), error: 0, evaluations: 1 }), 0, 1)
    const { error } = integrate(f, 0, 1, { absolute: 1 })
    expect(error).toBe(spread * ((200 * Math.abs(kronrod - gauss)) / spread) ** 1.5)
    expect(error).toBeGreaterThan(Math.abs(kronrod - 1 / 21))
  })

  test('a tail that is 0 stays 0 where the slope of the fold overflows: ∫ x^−1.01 from 1 to 10¹⁵³', () => {
    const { value, error } = integrate((x) => (x < 1e153 ? x ** -1.01 : 0), 1, INFINITE, { limit: 1000 })
    expect(Math.abs(value - 100 * (1 - 10 ** -1.53))).toBeLessThanOrEqual(error)
    expect(error).toBeLessThan(1e-8)
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
    expect(() => integrate((x) => 1 / (x - 0.5), 0, 1)).toThrow(
      new QuadratureError(
        'integrate: the function is Infinity at 0.5; keep singularities at breakpoints, which are never asked, ' +
          'or bound the interval by a support',
      ),
    )
    expect(() => integrate(() => Number.NaN, 0, 1)).toThrow(QuadratureError)
    expect(new QuadratureError('').name).toBe('QuadratureError')
  })

  test('a divergent integral and too low a limit are refused, not answered', () => {
    expect(() => integrate((x) => 1 / x, 0, 1)).toThrow(/above the tolerance/)
    expect(() => integrate((x) => Math.sin(1e4 * x), 0, 1, { limit: 20 })).toThrow(
      /^integrate: error estimate \S+ is above the tolerance \S+ \(the larger of absolute=1e-13 and relative=1e-10 × \|\S+\|\) after 20 intervals \(limit=20\); name jumps and kinks as breakpoints, loosen the tolerance, or raise the limit$/,
    )
  })

  test('an integral beyond float64 is refused, at the latest when an interval cannot be halved any further', () => {
    const beyond = (limit: number) => () => integrate(() => 1e10, 0, 1e300, { limit })
    expect(beyond(1000)).toThrow(/after 1000 intervals/)
    // Down to (0, 2^−1074), the smallest number.
    expect(beyond(3000)).toThrow(/after 1075 intervals/)
  })

  test('from > to and NaN are refused', () => {
    expect(() => integrate(Math.exp, 1, 0)).toThrow(/from=1 to=0/)
    expect(() => integrate(Math.exp, Number.NaN, 0)).toThrow(QuadratureError)
  })
})
