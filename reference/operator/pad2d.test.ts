import { describe, expect, test } from 'vitest'
import { real } from '../arithmetic/real.ts'
import { ShapeError } from '../contract.ts'
import { tensor } from '../tensor.ts'
import { conv2d } from './conv2d.ts'
import { pad2d } from './pad2d.ts'

describe('pad2d (F16)', () => {
  test('each side is its own: [t,l,b,r] = [1,2,0,1] and [0,1,2,0] around [[1,2],[3,4]]', () => {
    const x = tensor([1, 1, 2, 2], [1, 2, 3, 4])
    const y = pad2d(real, x, [1, 2, 0, 1])
    expect(y.shape).toEqual([1, 1, 3, 5])
    expect(Array.from(y.data)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 4, 0])
    const below = pad2d(real, x, [0, 1, 2, 0])
    expect(below.shape).toEqual([1, 1, 4, 3])
    expect(Array.from(below.data)).toEqual([0, 1, 2, 0, 3, 4, 0, 0, 0, 0, 0, 0])
  })

  test('conv2d with padding = conv2d without of the padded input', () => {
    const x = tensor(
      [2, 2, 3, 4],
      Float64Array.from({ length: 48 }, (_, i) => ((i * 7) % 11) - 5),
    )
    const w = tensor(
      [3, 2, 2, 3],
      Float64Array.from({ length: 36 }, (_, i) => ((i * 5) % 7) - 3),
    )
    const a = { stride: [2, 1], dilation: [1, 2], groups: 1 } as const
    const padded = conv2d(real, { x: pad2d(real, x, [2, 1, 0, 3]), w }, { ...a, padding: [0, 0, 0, 0] })
    expect(padded).toEqual(conv2d(real, { x, w }, { ...a, padding: [2, 1, 0, 3] }))
    expect(padded.shape).toEqual([2, 3, 2, 4])
  })

  test('a negative padding and an x without channels are refused, by name', () => {
    expect(() => pad2d(real, tensor([1, 1, 1, 1], [1]), [0, -1, 0, 0])).toThrow(
      new ShapeError('pad2d: padding=(0,-1,0,0) holds -1; each must be a whole number ≥ 0'),
    )
    expect(() => pad2d(real, tensor([2, 2, 2], []), [0, 0, 0, 0])).toThrow(
      new ShapeError('pad2d: x has 3 axes (2,2,2), expects 4 (N,C,H,W)'),
    )
  })
})
