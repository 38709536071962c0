import { expect, it } from 'vitest'
import { type Layer, planLayer, planText } from './plan.ts'

const square = (Ci: number, Co: number, side: number, kernel: number, rest: Partial<Layer> = {}): Layer => {
  const before = (kernel - 1) / 2
  const both = [side, side] as const
  return {
    N: 1, G: 1, Ci, Co, in: both, out: both, kernel: [kernel, kernel], stride: [1, 1], dilation: [1, 1], before: [before, before],
    ...rest,
  } // biome-ignore format: one table
}

it('the algorithm follows from the shape', () => {
  expect(planLayer(square(64, 256, 56, 1)).algorithm).toBe('pointwise')
  expect(planLayer(square(64, 64, 56, 3)).algorithm).toBe('direct')
  expect(planLayer(square(1, 1, 56, 3, { G: 144 })).algorithm).toBe('depthwise')
  expect(planLayer(square(64, 256, 56, 1), false).algorithm).toBe('direct')
})

it('memory is bounded by blocks: a larger batch, a taller image or more channels need no more', () => {
  const bytes = (layer: Layer) => planLayer(layer).bytes
  const one = bytes(square(64, 64, 56, 3))
  expect(bytes(square(64, 64, 56, 3, { N: 64 }))).toBe(one)
  for (const layer of [square(64, 64, 224, 3), square(512, 64, 56, 3), square(64, 64, 448, 1)]) {
    expect(bytes(layer)).toBeLessThan(4 * 2 ** 20)
  }
})

it('small images are taken together, and blocks cover what they cut', () => {
  const lenet = planLayer(square(1, 6, 28, 5, { N: 64 }))
  expect(lenet.images).toBeGreaterThan(1)
  const deep = planLayer(square(256, 256, 14, 3))
  expect(deep.channels).toBeLessThan(256)
  expect(deep.rows * Math.ceil(14 / deep.rows)).toBeGreaterThanOrEqual(14)
})

it('reads as text: algorithm, blocks, operations, bound', () => {
  const text = planText(planLayer(square(64, 64, 56, 3)))
  expect(text).toMatch(/^direct: 64→64 channels/)
  expect(text).toMatch(/231\.21 MFLOP.*bound by compute/)
  expect(planText(planLayer(square(1, 1, 56, 3, { G: 144 })))).toMatch(/bound by memory/)
})
