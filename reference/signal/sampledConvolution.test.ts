import { describe, expect, test } from 'vitest'
import { convolutionIntegral, type Interval, QuadratureError, sampledConvolution } from './index.ts'

/** Steps 1/8 … 1/256, halved each time. */
const steps = [3, 4, 5, 6, 7, 8].map((power) => 2 ** -power)

/** The exponent p of error ≈ c·hᵖ: the least-squares slope of log error over log h. */
function order(errors: readonly number[]): number {
  const [xs, ys] = [steps.map(Math.log), errors.map(Math.log)]
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length
  const [mx, my] = [mean(xs), mean(ys)]
  const cross = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0)
  return cross / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0)
}

function errorsAt(
  t: number,
  truth: number,
  f: (u: number) => number,
  supportF: Interval,
  g = f,
  supportG = supportF,
): number[] {
  return steps.map((h) => Math.abs(sampledConvolution(f, g, { h, supportF, supportG }).at(t) - truth))
}

describe('how F1 meets F2: h·Σ f(uh) g(nh−uh) → ∫ f(u) g(t−u) du', () => {
  // 1−u² on [−1,1] is 0 at its ends but arrives there with a slope, so the first Euler–Maclaurin term h²/12·[F′] of the
  // trapezoid rule does not vanish: the order is 2 and no better. Its self-convolution is (2−t)³(t²+6t+4)/30, t in [0,2].
  const arch = (u: number) => 1 - u * u
  const archSquared = (t: number) => ((2 - t) ** 3 * (t * t + 6 * t + 4)) / 30

  test('the closed form of arch∗arch is what F1 gives', () => {
    const support: Interval = [-1, 1]
    const { value, error } = convolutionIntegral(arch, arch, 0.5, { f: { support }, g: { support } })
    expect(Math.abs(value - archSquared(0.5))).toBeLessThanOrEqual(error)
  })

  test('order 2 for functions that are smooth inside and vanish at their ends: 1−u²', () => {
    const slope = order(errorsAt(0.5, archSquared(0.5), arch, [-1, 1]))
    expect(slope).toBeGreaterThan(1.98)
    expect(slope).toBeLessThan(2.02)
  })

  test('order 1 across a jump: causal e^(−u), whose sum is (t+h)e^(−t) for the integral t e^(−t)', () => {
    const slope = order(errorsAt(1, Math.exp(-1), (u) => Math.exp(-u), [0, 2]))
    expect(slope).toBeGreaterThan(0.98)
    expect(slope).toBeLessThan(1.02)
  })

  test('order 1 for box∗box, both ends sampled: the sum is one sample too long', () => {
    const errors = errorsAt(0.5, 0.5, () => 1, [-0.5, 0.5])
    expect(errors).toEqual(steps)
  })

  test('no power of h for a Gaussian, which has no ends: 1e-13 already at h = 1/4', () => {
    const gauss = (u: number) => Math.exp(-u * u)
    const { at } = sampledConvolution(gauss, gauss, { h: 0.25, supportF: [-9, 9], supportG: [-9, 9] })
    expect(Math.abs(at(0.5) - Math.sqrt(Math.PI / 2) * Math.exp(-0.125))).toBeLessThan(1e-13)
  })
})

describe('what it hands out', () => {
  test('values[i] stands at (start+i)·h; 0 beyond; a t between the samples is refused', () => {
    const ends = { h: 0.5, supportF: [0, 1], supportG: [1, 2] } as const
    const { start, values, at } = sampledConvolution('1', '1', ends)
    expect(start).toBe(2)
    expect(Array.from(values)).toEqual([0.5, 1, 1.5, 1, 0.5])
    expect([at(1), at(2), at(3), at(0), at(10)]).toEqual([0.5, 1.5, 0.5, 0, 0])
    expect(() => at(1.25)).toThrow(/2\.5 steps/)
  })

  test('one sample is enough: (1 at 0) ∗ (2 at 3) = 2h at 3', () => {
    const { start, values } = sampledConvolution('1', '2', { h: 1.5, supportF: [0, 1], supportG: [3, 3] })
    expect([start, ...Array.from(values)]).toEqual([2, 3])
  })

  test('a support without samples, or with infinitely many, and a step that is not positive are refused', () => {
    const good = { h: 1, supportF: [0, 1], supportG: [0, 1] } as const
    const none = (name: string, support: string, h: number) =>
      new QuadratureError(
        `sampledConvolution: ${name} has no samples: support [${support}] with step h=${h}; ` +
          'give a finite support that holds a multiple of a positive h',
      )
    const asked = (changed: Partial<Parameters<typeof sampledConvolution>[2]>) => () =>
      sampledConvolution('1', '1', { ...good, ...changed })
    expect(asked({ supportF: [0.2, 0.8] })).toThrow(none('f', '0.2, 0.8', 1))
    expect(asked({ supportG: [0.2, 0.8] })).toThrow(none('g', '0.2, 0.8', 1))
    expect(asked({ supportF: [0, Number.POSITIVE_INFINITY] })).toThrow(none('f', '0, Infinity', 1))
    expect(asked({ supportF: [Number.NEGATIVE_INFINITY, 0] })).toThrow(none('f', '-Infinity, 0', 1))
    expect(asked({ h: 0 })).toThrow(none('f', '0, 1', 0))
    expect(asked({ h: Number.NaN })).toThrow(none('f', '0, 1', Number.NaN))
    expect(asked({ h: -1, supportF: [0, 0] })).toThrow(none('f', '0, 0', -1))
  })

  test('an expression that is none is refused by its name', () => {
    const supports = { h: 1, supportF: [0, 1], supportG: [0, 1] } as const
    expect(() => sampledConvolution('(', '1', supports)).toThrow(/^sampledConvolution: f="\(" is not an expression/)
    expect(() => sampledConvolution('1', '(', supports)).toThrow(/^sampledConvolution: g="\(" is not an expression/)
  })
})
