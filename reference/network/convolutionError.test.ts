import { describe, expect, test } from 'vitest'
import { generator } from '../../fixtures/fixture.ts'
import { real } from '../arithmetic/real.ts'
import { ShapeError } from '../contract.ts'
import { conv2d, conv2dInputGradient } from '../operator/conv2d.ts'
import { type TensorOf, tensor } from '../tensor.ts'
import { activations, convolutionLayerError, poolingLayerError, turn } from './index.ts'

const random = generator(11)
const integers = (shape: number[]) =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.floor(random() * 19) - 9),
  )
const numbers = (t: TensorOf<number>) => ({ shape: t.shape, data: Array.from(t.data) })
const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const

// 2 samples, 3 maps of 4×3 above 2 maps of 6×4, kernels 3×2: no two extents agree by chance.
const delta = integers([2, 3, 4, 3])
const w = integers([3, 2, 3, 2])

describe('F23 and F26 against the general conv2dInputGradient', () => {
  const general = numbers(conv2dInputGradient(real, { dy: delta, w }, { ...plain, inputSize: [6, 4] }))

  test('F23: Σ_m δ_m ∗_full w_mc = conv2dInputGradient, exactly', () => {
    expect(numbers(poolingLayerError(real, delta, w))).toEqual(general)
  })

  test('F26 with f = identity is F23: correlation with the turned kernel is convolution', () => {
    const net = integers([2, 2, 6, 4])
    expect(numbers(convolutionLayerError(real, delta, w, net, 'identity'))).toEqual(general)
  })

  test('F26 with relu: δ survives where net > 0 and nowhere else', () => {
    const net = integers([2, 2, 6, 4])
    const below = convolutionLayerError(real, delta, w, net, 'relu')
    const gated = general.data.map((value, i) => (net.data[i]! > 0 ? value : 0))
    expect(Array.from(below.data)).toEqual(gated)
    expect(gated.filter((value) => value !== 0).length).toBeGreaterThan(10)
  })
})

test('F26 = central differences of E = Σ δ ∘ conv2d(σ(net)), whose error term above is δ', () => {
  const net = tensor(
    [1, 2, 6, 4],
    Array.from({ length: 48 }, () => 4 * random() - 2),
  )
  const top = integers([1, 3, 4, 3])
  const cost = (data: number[]) => {
    const y = activations.sigmoid.forward(real, tensor(net.shape, data))
    const z = conv2d(real, { x: y, w }, plain)
    return Array.from(z.data).reduce((sum, value, i) => sum + value * top.data[i]!, 0)
  }
  const error = convolutionLayerError(real, top, w, net, 'sigmoid')
  const h = 1e-4
  Array.from(net.data).forEach((value, i) => {
    const moved = (by: number) => cost(Array.from(net.data).with(i, value + by))
    const difference = (moved(h) - moved(-h)) / (2 * h)
    expect(Math.abs(error.data[i]! - difference)).toBeLessThan(1e-5)
  })
})

test('turn by 180° is w(R−1−r, S−1−s)', () => {
  expect(numbers(turn(tensor([2, 3], [1, 2, 3, 4, 5, 6])))).toEqual({ shape: [2, 3], data: [6, 5, 4, 3, 2, 1] })
})

test('δ of other maps than w gives is refused, with both numbers', () => {
  expect(() => poolingLayerError(real, integers([1, 2, 4, 3]), w)).toThrow(ShapeError)
  expect(() => poolingLayerError(real, integers([1, 2, 4, 3]), w)).toThrow(/2 maps .* w gives 3/)
})
