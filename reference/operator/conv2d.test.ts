import { describe, expect, it } from 'vitest'
import { real } from '../arithmetic/real.ts'
import type { Conv2dAttributes, Pair } from '../contract.ts'
import { sizeOf, type Tensor, type TensorOf, tensor } from '../tensor.ts'
import { conv2d, conv2dBiasGradient, conv2dInputGradient, conv2dWeightGradient } from './conv2d.ts'
import { convTranspose2d } from './convTranspose2d.ts'

const plain: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 }
const t = (shape: readonly number[], ...values: number[]): Tensor => tensor(shape, values)

describe('conv2d (F14), by hand', () => {
  it('the kernel is not turned: 2·1 + 3·0 + 5·0 + 7·4 = 30', () => {
    const y = conv2d(real, { x: t([1, 1, 2, 2], 2, 3, 5, 7), w: t([1, 1, 2, 2], 1, 0, 0, 4) }, plain)
    expect(y).toEqual(t([1, 1, 1, 1], 30))
  })

  it('stride [2,1], padding [1,0,0,2], dilation [1,2] of 3×3 by 2×2', () => {
    // Padded, rows −1…2 and columns 0…4; windows start in rows −1 and 1, columns 0, 1 and 2, and reach two columns on.
    const x = t([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)
    const w = t([1, 1, 2, 2], 1, 10, 100, 1000)
    const y = conv2d(real, { x, w }, { ...plain, stride: [2, 1], padding: [1, 0, 0, 2], dilation: [1, 2] })
    expect(y).toEqual(t([1, 1, 2, 3], 3100, 200, 300, 9764, 805, 906))
  })

  it('two groups: channels 0, 1 feed map 0 alone, channels 2, 3 map 1; each has its bias', () => {
    const x = t([1, 4, 1, 1], 2, 3, 5, 7)
    const w = t([2, 2, 1, 1], 1, 10, 100, 1000)
    expect(conv2d(real, { x, w, b: t([2], 0.5, -1) }, { ...plain, groups: 2 })).toEqual(t([1, 2, 1, 1], 32.5, 7499))
  })

  it('depthwise with a multiplier of two, a batch of two', () => {
    const x = t([2, 2, 1, 1], 1, 2, 3, 4)
    const w = t([4, 1, 1, 1], 1, 10, 100, 1000)
    expect(conv2d(real, { x, w }, { ...plain, groups: 2 })).toEqual(t([2, 4, 1, 1], 1, 10, 200, 2000, 3, 30, 400, 4000))
  })

  it('padding is absent: an infinite or NaN weight over it contributes nothing', () => {
    const w = t([1, 1, 1, 3], Infinity, 2, Number.NaN)
    const y = conv2d(real, { x: t([1, 1, 1, 1], 3), w }, { ...plain, padding: [0, 1, 0, 1] })
    expect(y).toEqual(t([1, 1, 1, 1], 6))
  })

  it('∞·0 inside the input is NaN', () => {
    const y = conv2d(real, { x: t([1, 1, 1, 2], 0, 1), w: t([1, 1, 1, 1], Infinity) }, plain)
    expect(y).toEqual(t([1, 1, 1, 2], Number.NaN, Infinity))
  })
})

describe('conv2dInputGradient (F26), by hand', () => {
  it('stride 1: full correlation with the kernel turned', () => {
    const dy = t([1, 1, 1, 2], 1, 10)
    const dx = conv2dInputGradient(real, { dy, w: t([1, 1, 1, 3], 2, 3, 5) }, { ...plain, inputSize: [1, 4] })
    expect(dx).toEqual(t([1, 1, 1, 4], 2, 23, 35, 50))
  })

  it('stride 2 leaves cells that no window reached at 0, the last among them', () => {
    const dy = t([1, 1, 2, 1], 1, 10)
    const a = { ...plain, stride: [3, 1], inputSize: [6, 1] } as const
    expect(conv2dInputGradient(real, { dy, w: t([1, 1, 2, 1], 2, 3) }, a)).toEqual(t([1, 1, 6, 1], 2, 3, 0, 20, 30, 0))
  })

  it('asymmetric padding, dilation and groups: each map returns to its own group', () => {
    // One axis of 3, padding 1 before: windows at −1 and 1 (stride 2) touch h and h+2.
    const dy = t([1, 2, 1, 2], 1, 10, 100, 1000)
    const w = t([2, 1, 1, 2], 2, 3, 5, 7)
    const a = { stride: [1, 2], padding: [0, 1, 0, 1], dilation: [1, 2], groups: 2, inputSize: [1, 3] } as const
    expect(conv2dInputGradient(real, { dy, w }, a)).toEqual(t([1, 2, 1, 3], 0, 3 + 20, 0, 0, 700 + 5000, 0))
  })
})

describe('conv2dWeightGradient (F27), by hand', () => {
  it('sums over batch and positions', () => {
    const x = t([2, 1, 1, 3], 1, 2, 3, 4, 5, 6)
    const dy = t([2, 1, 1, 2], 1, 10, 100, 1000)
    // r=0: 1·1 + 10·2 + 100·4 + 1000·5; r=1: 1·2 + 10·3 + 100·5 + 1000·6.
    expect(conv2dWeightGradient(real, { x, dy }, { ...plain, kernelSize: [1, 2] })).toEqual(t([1, 1, 1, 2], 5421, 6532))
  })

  it('stride, padding before and dilation: tap s at output q meets column 2q − 1 + 2s', () => {
    const x = t([1, 1, 1, 4], 2, 3, 5, 7)
    const dy = t([1, 1, 1, 2], 1, 10)
    const a = { ...plain, stride: [1, 2], padding: [0, 1, 0, 0], dilation: [1, 2], kernelSize: [1, 2] } as const
    expect(conv2dWeightGradient(real, { x, dy }, a)).toEqual(t([1, 1, 1, 2], 30, 3 + 70))
  })

  it('two groups: a kernel sees the channels of its own group alone', () => {
    const x = t([1, 4, 1, 1], 2, 3, 5, 7)
    const dy = t([1, 2, 1, 1], 10, 100)
    expect(conv2dWeightGradient(real, { x, dy }, { ...plain, groups: 2, kernelSize: [1, 1] })).toEqual(
      t([2, 2, 1, 1], 20, 30, 500, 700),
    )
  })
})

/** Whole numbers −8…8 without a pattern that a wrong index could meet again. */
const whole = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => (((i + seed) ** 3 + i * i) % 17) - 8),
  )
const inner = (a: TensorOf<number>, b: TensorOf<number>): number =>
  Array.from(a.data).reduce((sum, value, i) => sum + value * b.data[i]!, 0)

describe('⟨conv2d(x,w), δ⟩ = ⟨x, conv2dInputGradient(δ,w)⟩ = ⟨w, conv2dWeightGradient(x,δ)⟩, exactly', () => {
  // Two samples, groups of 2 channels and 3 maps, no extent, stride, dilation or padding like another.
  const cases: readonly (readonly [from: string, size: Pair, kernel: Pair, a: Conv2dAttributes])[] = [
    ['above', [7, 9], [3, 2], { stride: [2, 3], padding: [3, 1, 0, 2], dilation: [2, 3], groups: 2 }],
    ['below', [6, 8], [2, 3], { stride: [3, 2], padding: [0, 0, 4, 3], dilation: [3, 2], groups: 2 }],
  ]
  it.each(cases)('padded from %s', (_from, size, kernel, a) => {
    const [x, w] = [whole([2, 4, ...size], 1), whole([6, 2, ...kernel], 2)]
    const y = conv2d(real, { x, w }, a)
    const dy = whole(y.shape, 3)
    const product = inner(y, dy)
    expect(product).not.toBe(0)
    expect(inner(x, conv2dInputGradient(real, { dy, w }, { ...a, inputSize: size }))).toBe(product)
    expect(inner(w, conv2dWeightGradient(real, { x, dy }, { ...a, kernelSize: kernel }))).toBe(product)
  })
})

it('conv2dBiasGradient (F28): the sum of a map over batch and positions', () => {
  const dy = t([2, 2, 2, 1], 1, 2, 3, 4, 10, 20, 30, 40)
  expect(conv2dBiasGradient(real, { dy })).toEqual(t([2], 33, 77))
})

describe('convTranspose2d, by hand', () => {
  const transposed = { ...plain, outputPadding: [0, 0] } as const

  it('paints what conv2dInputGradient gathers: two samples, two groups, each axis its own', () => {
    const a = { stride: [3, 2], padding: [2, 1, 3, 3], dilation: [2, 1], groups: 2 } as const
    const [dy, w] = [whole([2, 6, 3, 4], 1), whole([6, 2, 3, 5], 2)]
    const painted = convTranspose2d(real, { x: dy, w }, { ...a, outputPadding: [2, 0] })
    expect(painted.shape).toEqual([2, 4, 8, 7])
    expect(painted).toEqual(conv2dInputGradient(real, { dy, w }, { ...a, inputSize: [8, 7] }))
  })

  it('stride 1: overlapping copies add up on top of the bias', () => {
    const y = convTranspose2d(
      real,
      { x: t([1, 1, 1, 2], 1, 10), w: t([1, 1, 1, 3], 2, 3, 5), b: t([1], 0.5) },
      transposed,
    )
    expect(y).toEqual(t([1, 1, 1, 4], 2.5, 23.5, 35.5, 50.5))
  })

  it('stride 3 with output padding 1: cells that nothing painted keep 0', () => {
    const a = { ...transposed, stride: [3, 1], outputPadding: [1, 0] } as const
    const y = convTranspose2d(real, { x: t([1, 1, 2, 1], 1, 10), w: t([1, 1, 2, 1], 2, 3) }, a)
    expect(y).toEqual(t([1, 1, 6, 1], 2, 3, 0, 20, 30, 0))
  })

  it('asymmetric padding cuts its own end, dilation spreads the copies', () => {
    // Uncut, width 2·1 + 2·2 + 1 = 7: 2 · 3+20 · 5+30 · 50 at every other column; one column is cut before, two behind.
    const a = { ...transposed, stride: [1, 2], padding: [0, 1, 0, 2], dilation: [1, 2] } as const
    const y = convTranspose2d(real, { x: t([1, 1, 1, 2], 1, 10), w: t([1, 1, 1, 3], 2, 3, 5) }, a)
    expect(y).toEqual(t([1, 1, 1, 4], 0, 23, 0, 35))
  })

  it('groups: input channel m paints the channels of its own group', () => {
    const x = t([1, 2, 1, 1], 10, 100)
    const y = convTranspose2d(real, { x, w: t([2, 2, 1, 1], 2, 3, 5, 7) }, { ...transposed, groups: 2 })
    expect(y).toEqual(t([1, 4, 1, 1], 20, 30, 500, 700))
  })
})
