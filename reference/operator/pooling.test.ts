import { describe, expect, it } from 'vitest'
import { real } from '../arithmetic/real.ts'
import type { AveragePool2dAttributes, MaxPool2dAttributes } from '../contract.ts'
import { at4, positionOf, sizeOf, type Tensor, type TensorOf, tensor } from '../tensor.ts'
import { averagePool2d, averagePool2dGradient } from './averagePool2d.ts'
import { maxPool2d, maxPool2dGradient } from './maxPool2d.ts'

const t = (shape: readonly number[], ...values: number[]): Tensor => tensor(shape, values)
/** Different whole numbers of both signs in no order, times a factor. */
const mixed = (shape: readonly number[], factor = 1): Tensor =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => factor * (((i * 389) % 997) - 498)),
  )
/** Each image turned by 180°. */
function halfTurn(x: TensorOf<number>): Tensor {
  const plane = x.shape[2]! * x.shape[3]!
  return tensor(
    x.shape,
    Array.from(x.data, (_, at) => x.data[at - (at % plane) + plane - 1 - (at % plane)]!),
  )
}
/** x[n,c,w,h] of x[n,c,h,w]. */
function transpose(x: TensorOf<number>): Tensor {
  const [N, C, H, W] = x.shape as [number, number, number, number]
  const data = Array.from({ length: sizeOf(x.shape) }, (_, at) => {
    const [n, c, w, h] = positionOf([N, C, W, H], at) as [number, number, number, number]
    return at4(x, n, c, h, w)
  })
  return tensor([N, C, W, H], data)
}
const row = (...values: number[]): Tensor => t([1, 1, 1, values.length], ...values)
const max: MaxPool2dAttributes = {
  kernel: [1, 2],
  stride: [1, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
}
const mean: AveragePool2dAttributes = {
  kernel: [1, 2],
  stride: [1, 2],
  padding: [0, 0, 0, 0],
  ceilMode: false,
  countIncludePad: false,
}

describe('maxPool2d (F17), by hand', () => {
  it('2×3 windows with stride [1,2], two channels', () => {
    const x = t([1, 2, 2, 5], 1, 9, 2, 3, 4, 5, 6, 7, 8, 0, -1, -9, -2, -3, -4, -5, -6, -7, -8, -10)
    expect(maxPool2d(real, { x }, { ...max, kernel: [2, 3] })).toEqual(t([1, 2, 1, 2], 9, 8, -1, -2))
  })
  it('the padding is absent, not zero: the maximum of negative numbers stays negative', () => {
    const a = { ...max, kernel: [1, 3], padding: [0, 1, 0, 1] } as const
    expect(maxPool2d(real, { x: row(-5, -3, -4) }, a)).toEqual(row(-3, -3))
  })
  it('dilation 2 skips the cell between', () => {
    const a = { ...max, stride: [1, 1], dilation: [1, 2] } as const
    expect(maxPool2d(real, { x: row(1, 9, 2, 3) }, a)).toEqual(row(2, 9))
  })
  it('ceilMode adds the window over what is left, and drops one that would start beyond', () => {
    expect(maxPool2d(real, { x: row(1, 4, 2, 3, -7) }, { ...max, ceilMode: true })).toEqual(row(4, 3, -7))
    expect(maxPool2d(real, { x: row(1, 4, 2) }, { ...max, stride: [1, 3], ceilMode: true })).toEqual(row(4))
  })
  it('NaN in a window gives NaN, wherever it stands, and no other window', () => {
    expect(maxPool2d(real, { x: row(Number.NaN, 5, 7, Number.NaN, 1, 2) }, max)).toEqual(row(Number.NaN, Number.NaN, 2))
  })
  it('height as width: pooling the turned image by the turned window turns the result', () => {
    const a = { ...max, kernel: [3, 2], stride: [2, 3], padding: [2, 1, 1, 0], dilation: [2, 1] } as const
    const x = mixed([2, 3, 7, 8])
    const y = maxPool2d(real, { x }, a)
    expect(y.shape).toEqual([2, 3, 3, 3])
    const turned = { ...a, kernel: [2, 3], stride: [3, 2], padding: [1, 2, 0, 1], dilation: [1, 2] } as const
    expect(maxPool2d(real, { x: transpose(x) }, turned)).toEqual(transpose(y))
  })
  it('a window of −∞ gives −∞', () => {
    expect(maxPool2d(real, { x: row(-Infinity, -Infinity) }, max)).toEqual(row(-Infinity))
  })
})

describe('maxPool2dGradient (F25), by hand', () => {
  it('the maximum takes δ; one that wins two windows takes both', () => {
    const a = { ...max, stride: [1, 1] } as const
    expect(maxPool2dGradient(real, { x: row(1, 9, 2, 3), dy: row(10, 100, 1000) }, a)).toEqual(row(0, 110, 0, 1000))
  })
  it('a tie goes to the first in row-major order', () => {
    const x = t([1, 1, 2, 2], 1, 4, 4, 4)
    const a = { ...max, kernel: [2, 2] } as const
    expect(maxPool2dGradient(real, { x, dy: row(7) }, a)).toEqual(t([1, 1, 2, 2], 0, 7, 0, 0))
  })
  it('each sample and channel keeps its own: 2×2 windows of 2 samples of 2 channels', () => {
    const x = t([2, 2, 2, 2], 9, 1, 2, 3, 1, 9, 2, 3, 1, 2, 9, 3, 1, 2, 3, 9)
    const a = { ...max, kernel: [2, 2] } as const
    const dx = maxPool2dGradient(real, { x, dy: t([2, 2, 1, 1], 4, 5, 6, 7) }, a)
    expect(dx).toEqual(t([2, 2, 2, 2], 4, 0, 0, 0, 0, 5, 0, 0, 0, 0, 6, 0, 0, 0, 0, 7))
  })
  it('a NaN takes δ, the first of two', () => {
    const x = row(5, Number.NaN, Number.NaN, 9)
    const a = { ...max, kernel: [1, 4], stride: [1, 1] } as const
    expect(maxPool2dGradient(real, { x, dy: row(7) }, a)).toEqual(row(0, 7, 0, 0))
  })
})

describe('averagePool2d (F18), by hand', () => {
  const padded = { ...mean, kernel: [1, 4], padding: [0, 1, 0, 2] } as const
  it('(1+2+3+6)/4 = 3', () => {
    const x = t([1, 1, 2, 2], 1, 2, 3, 6)
    expect(averagePool2d(real, { x }, { ...mean, kernel: [2, 2] })).toEqual(row(3))
  })
  it('divides by the cells inside the input', () => {
    expect(averagePool2d(real, { x: row(3, 6, 9, 12) }, padded)).toEqual(row(6, 9))
  })
  it('countIncludePad divides by the cells inside the padded input', () => {
    expect(averagePool2d(real, { x: row(3, 6, 9, 12) }, { ...padded, countIncludePad: true })).toEqual(row(4.5, 6.75))
  })
  it('cells that only ceilMode adds never count', () => {
    const a = { ...mean, kernel: [1, 3], stride: [1, 3], padding: [0, 0, 0, 1], ceilMode: true } as const
    // Windows at 0 and 3; the second holds cell 3, one padded cell, and one cell beyond the padding.
    expect(averagePool2d(real, { x: row(1, 2, 3, 8) }, a)).toEqual(row(2, 8))
    expect(averagePool2d(real, { x: row(1, 2, 3, 8) }, { ...a, countIncludePad: true })).toEqual(row(2, 4))
  })
})

describe('mean pooling, height as width', () => {
  // Padding and a height that the stride does not fill; quotients by 1, 2, 3, 4 and 6 of multiples of 12 are whole.
  const upright = { ...mean, kernel: [3, 2], stride: [2, 3], padding: [2, 1, 1, 0] } as const
  const turned = { ...mean, kernel: [2, 3], stride: [3, 2], padding: [1, 2, 0, 1] } as const
  it.each([false, true])(
    'turning image and window turns mean and error term (countIncludePad %s)',
    (countIncludePad) => {
      const [a, b] = [
        { ...upright, countIncludePad, inputSize: [7, 9] as const },
        { ...turned, countIncludePad, inputSize: [9, 7] as const },
      ]
      const x = mixed([2, 3, 7, 9], 12)
      const y = averagePool2d(real, { x }, a)
      expect(y.shape).toEqual([2, 3, 4, 3])
      expect(averagePool2d(real, { x: transpose(x) }, b)).toEqual(transpose(y))
      const dy = mixed([2, 3, 4, 3], 12)
      const dx = averagePool2dGradient(real, { dy }, a)
      expect(averagePool2dGradient(real, { dy: transpose(dy) }, b)).toEqual(transpose(dx))
    },
  )
})

describe('above as below, left as right: pooling the image turned by 180° turns the result', () => {
  const [upper, lower] = [
    { kernel: [3, 2], stride: [1, 1], padding: [2, 1, 0, 0] },
    { kernel: [3, 2], stride: [1, 1], padding: [0, 0, 2, 1] },
  ] as const
  const x = mixed([2, 3, 5, 4], 12)
  it('maximum', () => {
    const y = maxPool2d(real, { x }, { ...max, ...upper })
    expect(y.shape).toEqual([2, 3, 5, 4])
    expect(maxPool2d(real, { x: halfTurn(x) }, { ...max, ...lower })).toEqual(halfTurn(y))
  })
  it('mean', () => {
    const y = averagePool2d(real, { x }, { ...mean, ...upper })
    expect(averagePool2d(real, { x: halfTurn(x) }, { ...mean, ...lower })).toEqual(halfTurn(y))
  })
})

describe('averagePool2dGradient (F24), by hand', () => {
  it('each cell of a window takes δ / cells, a cell of two windows from both', () => {
    const a = { ...mean, stride: [1, 1], inputSize: [1, 3] } as const
    expect(averagePool2dGradient(real, { dy: row(2, 20) }, a)).toEqual(row(1, 11, 10))
  })
  it('at the border by the cells inside, or with countIncludePad by the padded ones', () => {
    const a = { ...mean, kernel: [1, 4], padding: [0, 1, 0, 2], inputSize: [1, 4] } as const
    // Window 0 holds cells 0, 1, 2; window 1 cells 1, 2, 3.
    expect(averagePool2dGradient(real, { dy: row(12, 24) }, a)).toEqual(row(4, 12, 12, 8))
    expect(averagePool2dGradient(real, { dy: row(12, 24) }, { ...a, countIncludePad: true })).toEqual(row(3, 9, 9, 6))
  })
  it('ceilMode: the last window gives all to the one cell it has', () => {
    const a = { ...mean, kernel: [1, 3], stride: [1, 3], ceilMode: true, inputSize: [1, 4] } as const
    expect(averagePool2dGradient(real, { dy: row(3, 5) }, a)).toEqual(row(1, 1, 1, 5))
  })
})
