import { expect, it } from 'vitest'
import { ShapeError } from '../reference/contract.ts'
import { blocked32, blocked64, optimized, simd, threads, winograd32 } from './index.ts'

it.each([blocked32, blocked64, simd ?? blocked32, threads, winograd32, optimized])(
  '$name refuses a tensor with fewer numbers than its shape says',
  ({ operators }) => {
    const x = { shape: [2, 2], data: Float32Array.of(1) }
    const w = { shape: [1, 2], data: Float32Array.of(1, 2) }
    expect(() => operators.dense({ x, w }, {})).toThrow(
      new ShapeError('dense: x holds 1 numbers, its shape (2,2) needs 4'),
    )
  },
)
