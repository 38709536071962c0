import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conv2d } from '../operator/conv2d.ts'
import { tensor } from '../tensor.ts'
import { type Dual, dual, dualAlong, dualDerivatives, dualVariable } from './dual.ts'
import { real } from './real.ts'

const k = dual
const at = (re: number): Dual => ({ re, du: 1 })
const whole = fc.integer({ min: -1000, max: 1000 })
const number = fc.record({ re: whole, du: whole })
/** Equal as numbers: −0 = 0. */
const equal = (a: Dual, b: Dual): void => expect([a.re + 0, a.du + 0]).toEqual([b.re + 0, b.du + 0])

describe('dual', () => {
  test.each<[string, (x: Dual) => Dual, (x: number) => number]>([
    ['(x² + 3x)′ = 2x + 3', (x) => k.add(k.mul(x, x), k.mul(k.from(3), x)), (x) => 2 * x + 3],
    ['(1 − x)′ = −1', (x) => k.sub(k.one, x), () => -1],
    ['(−x³)′ = −3x²', (x) => k.neg(k.mul(x, k.mul(x, x))), (x) => -3 * x * x],
    ['(1/x)′ = −1/x²', (x) => k.div(k.one, x), (x) => -1 / (x * x)],
    ['(x/(1+x))′ = 1/(1+x)²', (x) => k.div(x, k.add(k.one, x)), (x) => 1 / (1 + x) ** 2],
    ['(eˣ)′ = eˣ', (x) => k.exp(x), Math.exp],
    ['(log x)′ = 1/x', (x) => k.log(x), (x) => 1 / x],
    ['(tanh x)′ = 1 − tanh² x', (x) => k.tanh(x), (x) => 1 - Math.tanh(x) ** 2],
    ['(e^(−x²))′ = −2x e^(−x²)', (x) => k.exp(k.neg(k.mul(x, x))), (x) => -2 * x * Math.exp(-x * x)],
  ])('%s', (_, f, slope) => {
    for (const x of [0.25, 0.75, 1.5, 2.5]) {
      expect(Math.abs(f(at(x)).du - slope(x))).toBeLessThanOrEqual(8 * 2 ** -52 * Math.max(1, Math.abs(slope(x))))
    }
  })

  test('tanh′ keeps its digits where 1 − tanh² has none left: 4e⁻⁸⁰ at 40', () => {
    expect(k.tanh(at(40)).du / (4 * Math.exp(-80))).toBeCloseTo(1, 12)
    expect(k.tanh(at(800))).toEqual({ re: 1, du: 0 })
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

  test('(a/b)·b = a with both parts, where the quotient is exact', () => {
    const power = fc.integer({ min: -8, max: 8 }).map((e) => 2 ** e)
    fc.assert(
      fc.property(number, power, whole, (a, re, du) => {
        const b = { re, du }
        equal(k.mul(k.div(a, b), b), k.add(a, k.zero))
      }),
    )
  })

  test('ε² = 0', () => expect(k.mul({ re: 0, du: 1 }, { re: 0, du: 1 })).toEqual(k.zero))

  test('re is what real computes, bit for bit, with NaN, ±∞ and −0', () => {
    const any = fc.double()
    fc.assert(
      fc.property(any, any, (u, v) => {
        const [a, b] = [k.from(u), k.from(v)]
        for (const f of ['add', 'sub', 'mul', 'div'] as const) expect(k[f](a, b).re).toBe(real[f](u, v))
        for (const f of ['neg', 'exp', 'log', 'tanh'] as const) expect(k[f](a).re).toBe(real[f](u))
        expect(k.greater(a, b)).toBe(u > v)
        expect(k.isNaN(a)).toBe(Number.isNaN(u))
      }),
    )
  })

  test('comparisons do not see du', () => {
    expect(k.greater({ re: 1, du: 5 }, { re: 1, du: 2 })).toBe(false)
    expect(k.greater({ re: 2, du: -9 }, { re: 1, du: 9 })).toBe(true)
  })

  test('through the textbook: ∂y[0,1]/∂w[0,0] of a correlation is the x it meets, and along a direction the sum', () => {
    const x = tensor([1, 1, 1, 3], [3, 5, 7])
    const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
    const slopes = (data: Dual[]): number[] => {
      const w = { shape: [1, 1, 1, 2], data }
      return [
        ...dualDerivatives(
          conv2d(k, { x: { shape: x.shape, data: Array.from(x.data, (v) => k.from(v)) }, w }, attributes).data,
        ),
      ]
    }
    expect(slopes(dualVariable([10, 20], 0))).toEqual([3, 5])
    expect(slopes(dualVariable([10, 20], 1))).toEqual([5, 7])
    expect(slopes(dualAlong([10, 20], [2, -1]))).toEqual([1, 3])
  })
})
