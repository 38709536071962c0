import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { real } from '../arithmetic/real.ts'
import type { Mode } from '../contract.ts'
import { ShapeError } from '../contract.ts'
import { type TensorOf, tensor } from '../tensor.ts'
import { convolve1d } from './convolve1d.ts'
import { convolve2d } from './convolve2d.ts'
import { correlate1d, correlate2d } from './correlate.ts'
import { shiftAndAdd } from './shiftAndAdd.ts'

const row = (...values: number[]) => tensor([values.length], values)
const numbers = (t: TensorOf<number>) => ({ shape: t.shape, data: Array.from(t.data) })
const turned = (t: TensorOf<number>) => tensor(t.shape, Array.from(t.data).reverse())
const modes: Mode[] = ['full', 'same', 'valid']

const small = fc.integer({ min: -9, max: 9 })
const sequence = (least: number, most: number) =>
  fc.array(small, { minLength: least, maxLength: most }).map((values) => row(...values))
const plane = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
    .chain(([H, W]) => fc.array(small, { minLength: H * W, maxLength: H * W }).map((values) => tensor([H, W], values)))

describe('F2', () => {
  test('(1,2)∗(3,4,5) = (3, 4+6, 5+8, 10)', () => {
    const full = convolve1d(real, { f: row(1, 2), g: row(3, 4, 5) }, { mode: 'full' })
    expect(numbers(full)).toEqual({ shape: [4], data: [3, 10, 13, 10] })
  })

  test('same starts at ⌊(k−1)/2⌋ of full: (1,2,3)∗(1,10) same = (1,12,23), ∗(1,10,100) same = (12,123,230)', () => {
    const f = row(1, 2, 3)
    expect(numbers(convolve1d(real, { f, g: row(1, 10) }, { mode: 'same' })).data).toEqual([1, 12, 23])
    expect(numbers(convolve1d(real, { f, g: row(1, 10, 100) }, { mode: 'same' })).data).toEqual([12, 123, 230])
  })

  test('valid: (1,2,3)∗(1,10) = (12,23); refused when g is the longer', () => {
    expect(numbers(convolve1d(real, { f: row(1, 2, 3), g: row(1, 10) }, { mode: 'valid' })).data).toEqual([12, 23])
    expect(() => convolve1d(real, { f: row(1), g: row(1, 2) }, { mode: 'valid' })).toThrow(ShapeError)
  })

  test('polynomials multiply: f∗g are the coefficients of the product', () => {
    fc.assert(
      fc.property(sequence(1, 6), sequence(1, 6), fc.integer({ min: -4, max: 4 }), (f, g, x) => {
        const at = (t: TensorOf<number>) => Array.from(t.data).reduce((sum, c, i) => sum + c * x ** i, 0)
        expect(at(convolve1d(real, { f, g }, { mode: 'full' })) + 0).toBe(at(f) * at(g) + 0)
      }),
    )
  })
})

describe('F3', () => {
  test('shift and add = F2, and row u is f·g(u) after u places', () => {
    fc.assert(
      fc.property(sequence(1, 6), sequence(1, 6), (f, g) => {
        const { copies, sum } = shiftAndAdd(real, { f, g })
        const full = convolve1d(real, { f, g }, { mode: 'full' })
        expect(Array.from(sum.data, (v) => v + 0)).toEqual(Array.from(full.data, (v) => v + 0))
        const [k, extent] = [g.data.length, f.data.length + g.data.length - 1]
        expect([copies.shape, sum.shape]).toEqual([[k, extent], [extent]])
        for (let u = 0; u < k; u++) {
          for (let i = 0; i < extent; i++) {
            expect(copies.data[u * extent + i]! + 0).toBe((f.data[i - u] ?? 0) * g.data[u]! + 0)
          }
        }
      }),
    )
  })
})

describe('F5', () => {
  test('an impulse at (1,0) moves the kernel there', () => {
    const f = tensor([2, 2], [0, 0, 1, 0])
    const g = tensor([2, 2], [1, 2, 3, 4])
    const full = convolve2d(real, { f, g }, { mode: 'full' })
    expect(numbers(full)).toEqual({ shape: [3, 3], data: [0, 0, 0, 1, 2, 0, 3, 4, 0] })
  })

  test('a separable kernel: F5 = F2 down the columns of F2 along the rows', () => {
    fc.assert(
      fc.property(plane(1, 4), sequence(1, 3), sequence(1, 3), (f, a, b) => {
        const outer = tensor(
          [a.shape[0]!, b.shape[0]!],
          Array.from(a.data).flatMap((x) => Array.from(b.data, (y) => x * y)),
        )
        const column = tensor([a.shape[0]!, 1], a.data)
        const along = tensor([1, b.shape[0]!], b.data)
        const full = { mode: 'full' } as const
        const twice = convolve2d(real, { f: convolve2d(real, { f, g: along }, full), g: column }, full)
        expect(numbers(twice)).toEqual(numbers(convolve2d(real, { f, g: outer }, full)))
      }),
    )
  })
})

describe('F6', () => {
  test('valid is Σ g(r) f(p+r): (1,2,3)⋆(1,10) = (21,32)', () => {
    expect(numbers(correlate1d(real, { f: row(1, 2, 3), g: row(1, 10) }, { mode: 'valid' })).data).toEqual([21, 32])
  })

  test('F6 = F5 and F2 with the kernel turned, in every mode', () => {
    fc.assert(
      fc.property(sequence(4, 6), sequence(1, 4), plane(3, 5), plane(1, 3), (f, g, image, kernel) => {
        for (const mode of modes) {
          expect(numbers(correlate1d(real, { f, g }, { mode }))).toEqual(
            numbers(convolve1d(real, { f, g: turned(g) }, { mode })),
          )
          expect(numbers(correlate2d(real, { f: image, g: kernel }, { mode }))).toEqual(
            numbers(convolve2d(real, { f: image, g: turned(kernel) }, { mode })),
          )
        }
      }),
    )
  })

  test('correlation does not commute: exchanging f and g turns the result', () => {
    const [f, g] = [row(1, 2, 3), row(4, 5)]
    const ab = numbers(correlate1d(real, { f, g }, { mode: 'full' })).data
    expect(numbers(correlate1d(real, { f: g, g: f }, { mode: 'full' })).data).toEqual(ab.toReversed())
    expect(ab).toEqual([5, 14, 23, 12])
  })
})

describe('operands with other axes are refused in the name of the operator', () => {
  const [line, square] = [row(1, 2), tensor([1, 2], [1, 2])]
  const full = { mode: 'full' } as const
  const refused: readonly [refuse: () => unknown, message: string][] = [
    [() => convolve1d(real, { f: square, g: line }, full), 'convolve1d: f has 2 axes (1,2), expects 1 (n)'],
    [() => correlate1d(real, { f: line, g: square }, full), 'correlate1d: g has 2 axes (1,2), expects 1 (k)'],
    [() => convolve2d(real, { f: line, g: square }, full), 'convolve2d: f has 1 axes (2), expects 2 (H,W)'],
    [() => correlate2d(real, { f: square, g: line }, full), 'correlate2d: g has 1 axes (2), expects 2 (R,S)'],
    [() => shiftAndAdd(real, { f: line, g: square }), 'shiftAndAdd: g has 2 axes (1,2), expects 1 (k)'],
  ]
  test.each(refused.map(([refuse, message]) => ({ refuse, message })))('$message', ({ refuse, message }) => {
    expect(refuse).toThrow(new ShapeError(message))
  })
})
