import { describe, expect, test } from 'vitest'
import { Random } from '../random.ts'
import { convolveByTransform } from './transform.ts'

/** F2 in whole numbers. */
function convolution(f: readonly number[], g: readonly number[]): number[] {
  return Array.from({ length: f.length + g.length - 1 }, (_, n) => {
    const terms = f.map((value, u) => BigInt(value) * BigInt(g[n - u] ?? 0))
    return Number(terms.reduce((a, b) => a + b))
  })
}

describe('F⁻¹(F(f)·F(g)) = f∗g', () => {
  test('on the example of shift and add', () => {
    expect([...convolveByTransform([1, 2, 2, 3], [1, -1])]).toEqual([1, 1, 0, 1, -3])
  })

  test('a sequence of one number each', () => expect([...convolveByTransform([-3], [5])]).toEqual([-15]))

  test('for every pair of lengths up to 9, signed, with sums up to 2⁵²', () => {
    const random = new Random(5)
    const values = (length: number): number[] => Array.from({ length }, () => random.integer(-(2 ** 24), 2 ** 24))
    for (let n = 1; n <= 9; n++)
      for (let k = 1; k <= 9; k++) {
        const [f, g] = [values(n), values(k)]
        expect([...convolveByTransform(f, g)]).toEqual(convolution(f, g))
      }
  })
})
