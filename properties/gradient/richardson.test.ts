import { describe, expect, it } from 'vitest'
import { Random } from '../random.ts'
import { slopesAlong } from './richardson.ts'

const along = (f: (x: number) => number, x: number, step = 2 ** -3) =>
  slopesAlong({ at: (h) => [f(x + h)], u: 2 ** -53, reach: Math.abs(x), step })

/** Smooth functions and their slopes by hand. */
const smooth: Readonly<Record<string, readonly [f: (x: number) => number, slope: (x: number) => number]>> = {
  'x³ − 2x': [(x) => x ** 3 - 2 * x, (x) => 3 * x * x - 2],
  eˣ: [Math.exp, Math.exp],
  'sin x': [Math.sin, Math.cos],
  'sin 50x, which steps of 1, ½, ¼ see as a slow wave': [(x) => Math.sin(50 * x), (x) => 50 * Math.cos(50 * x)],
  'tanh x': [Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  '1/(1+x²)': [(x) => 1 / (1 + x * x), (x) => (-2 * x) / (1 + x * x) ** 2],
  '1/(1+e⁻ˣ)': [(x) => 1 / (1 + Math.exp(-x)), (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
  '7': [() => 7, () => 0],
}

describe('the estimate of the error covers the error', () => {
  it.each(Object.keys(smooth))('%s', async (name) => {
    const [f, slope] = smooth[name]!
    const random = new Random(3)
    for (let n = 0; n < 60; n++) {
      const x = 8 * random.unit() - 4
      const step = 2 ** random.integer(-4, 0)
      const { central, left, right } = await along(f, x, step)
      for (const { value, error } of [central, left, right]) {
        expect(Math.abs(value[0]! - slope(x)), `${name} at ${x}`).toBeLessThanOrEqual(error[0]!)
      }
      expect(central.error[0]!, `${name} at ${x}`).toBeLessThan(1e-6)
    }
  })
})

it('a wave that steps of 1, ¼, 1/16 and 1/64 all miss: finer steps contradict them, and are believed', async () => {
  const wave = 2 * Math.PI * 64
  const { central } = await along((x) => x + Math.sin(wave * x), 0.1, 1)
  const slope = 1 + wave * Math.cos(wave * 0.1)
  expect(Math.abs(central.value[0]! - slope)).toBeLessThanOrEqual(central.error[0]!)
  expect(central.error[0]!).toBeLessThan(1e-3)
})

it('sides of a kink: |x| at 0 has the slopes −1 and 1, exactly', async () => {
  const { left, right } = await along(Math.abs, 0)
  expect([left.value[0], right.value[0]]).toEqual([-1, 1])
  expect(Math.max(left.error[0]!, right.error[0]!)).toBeLessThan(1e-12)
})

it('values are vectors: each element has its own best step', async () => {
  const { central } = await slopesAlong({
    at: (h) => [Math.sin(300 * (1 + h)), 1e6 * (1 + h), 1e-6 * Math.exp(1 + h)],
    u: 2 ** -53,
    reach: 1,
    step: 1 / 8,
  })
  const slopes = [300 * Math.cos(300), 1e6, 1e-6 * Math.E]
  slopes.forEach((slope, i) => {
    expect(Math.abs(central.value[i]! - slope) / Math.abs(slope)).toBeLessThan(1e-7)
  })
})

it('noise that nobody declared is measured: a slope of float32 values is known to three digits, and says so', async () => {
  for (const x of [0.3, 1.1, 2.7]) {
    const { central } = await along((v) => Math.fround(Math.sin(Math.fround(v))), x)
    const off = Math.abs(central.value[0]! - Math.cos(x))
    expect(off).toBeLessThanOrEqual(central.error[0]!)
    expect(central.error[0]!).toBeLessThan(2e-2)
    expect(central.error[0]!).toBeGreaterThan(1e-7)
  }
})
