import { describe, expect, it } from 'vitest'
import { maxPool2dSizes } from '../reference/shape/pooling.ts'
import { explain } from './explain.ts'
import { blocksOf, type Layer, planLayer } from './plan.ts'
import { planText } from './planText.ts'
import { planPool } from './pooling.ts'

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

/** Bytes in WebAssembly memory. */
const bytes = (layer: Layer): number =>
  4 * Object.values(blocksOf(planLayer(layer))).reduce((sum: number, numbers: number) => sum + numbers, 0)

it('memory is bounded by blocks: a larger batch, a taller image, more channels or maps need no more', () => {
  const one = bytes(square(64, 64, 56, 3))
  expect(bytes(square(64, 64, 56, 3, { N: 64 }))).toBe(one)
  const layers = [square(64, 64, 224, 3), square(512, 64, 56, 3), square(64, 64, 448, 1), square(64, 8192, 56, 1)]
  for (const layer of layers) expect(bytes(layer), planText(planLayer(layer))).toBeLessThan(5 * 2 ** 20)
})

it('packed weights are bounded by their block: 1 MiB, or what eight maps take', () => {
  const packed = (layer: Layer): number => 4 * blocksOf(planLayer(layer)).packed
  for (const [Ci, Co] of [[512, 512], [2048, 64], [64, 4096], [1024, 1000]] as const) {
    expect(packed(square(Ci, Co, 7, 3))).toBeLessThanOrEqual(2 ** 20)
    expect(packed(square(Ci, Co, 7, 3, { N: 256 }))).toBe(packed(square(Ci, Co, 7, 3)))
  }
  expect(packed(square(8192, 512, 7, 3))).toBe(4 * 8 * 8192 * 9)
}) // biome-ignore format: one table

it('small images taken together fill a block and no more', () => {
  const small = (N: number): number => bytes(square(6, 16, 14, 5, { N }))
  expect(small(4)).toBeGreaterThan(small(1))
  expect(small(4096)).toBe(small(256))
  expect(small(4096)).toBeLessThan(2 ** 20)
})

it('few maps of one channel have lanes over columns where those are fuller', () => {
  const algorithm = (Co: number, columns: number) => planLayer(square(1, Co, columns, 5)).algorithm
  // 24 columns are whole vectors, 6 leave a quarter empty as 6 maps do; 4 and 8 maps fill theirs.
  expect([algorithm(6, 24), algorithm(3, 24), algorithm(7, 24)]).toEqual(['depthwise', 'depthwise', 'depthwise'])
  expect([algorithm(6, 6), algorithm(4, 24), algorithm(8, 24)]).toEqual(['direct', 'direct', 'direct'])
})

it('small images are taken together, and blocks cover what they cut', () => {
  const lenet = planLayer(square(6, 16, 14, 5, { N: 64 }))
  expect(lenet.images).toBeGreaterThan(1)
  const deep = planLayer(square(256, 256, 14, 3))
  expect(deep.channels).toBeLessThan(256)
  expect(deep.rows * Math.ceil(14 / deep.rows)).toBeGreaterThanOrEqual(14)
})

it('reads as text: algorithm, tile, blocks, memory, operations, bound, kernels', () => {
  const text = planText(planLayer(square(64, 64, 56, 3)))
  expect(text).toMatch(/^algorithm +direct: 64→64 channels/)
  expect(text).toMatch(/231\.21 MFLOP.*bound by compute/)
  expect(text).toMatch(/^kernels +pack, finite, border, run/m)
  expect(planText(planLayer(square(64, 64, 14, 3)))).toMatch(/zeros around it, products with them left out/)
  expect(text).not.toMatch(/left out/)
  expect(planText(planLayer(square(64, 256, 56, 1)))).toMatch(/^kernels +pack, tiles, run/m)
  expect(planText(planLayer(square(1, 1, 56, 3, { G: 144 })))).toMatch(/bound by memory/)
})

it('an input gradient into few channels is one plan, not one a phase of the stride', () => {
  const [dy, w] = [
    [1, 32, 112, 112],
    [32, 3, 3, 3],
  ] as const
  const given = { stride: [2, 2], padding: [1, 1, 1, 1], inputSize: [224, 224] } as const
  expect(explain('conv2dInputGradient', { dy, w }, given)).toMatch(/^algorithm woven: 32→3 .* 112×112 → 224×224\n/)
  const wide = { dy, w: [32, 8, 3, 3] }
  expect(explain('conv2dInputGradient', wide, given)?.match(/^algorithm direct/gm)).toHaveLength(4)
})

describe('the plan of a pooling says which rung and which kernels compute it', () => {
  const x = [1, 64, 112, 112]
  const stem = { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] } as const
  const pair = { kernel: [2, 2], stride: [2, 2] } as const
  const back = { dy: [1, 64, 56, 56], inputSize: [112, 112] } as const

  it.each([
    [
      'maxPool2d',
      { x },
      stem,
      /^algorithm sliding: 64 planes of 112×112, 56×56 windows of 3×3\n.*−∞ around it.*run \(maximum\)$/s,
    ],
    [
      'maxPool2dGradient',
      { x, dy: back.dy },
      stem,
      /^algorithm sliding.*errors in float64.*run \(place\), errors, gather$/s,
    ],
    ['averagePool2d', { x }, stem, /^algorithm sliding.*zeros around it.*run \(mean\)$/s],
    [
      'averagePool2dGradient',
      { dy: back.dy },
      { ...stem, inputSize: back.inputSize },
      /^algorithm sliding.*errors, gather$/s,
    ],
    ['averagePool2d', { x }, pair, /^algorithm halving.*kernels +average$/s],
    [
      'averagePool2dGradient',
      { dy: back.dy },
      { ...pair, inputSize: back.inputSize },
      /^algorithm halving.*averageGradient$/s,
    ],
    ['averagePool2d', { x: [1, 1, 400, 400] }, stem, /^algorithm blocked: portable code(?!.*kernels)/s],
    ['maxPool2dGradient', { x: [1, 1, 9, 9], dy: [1, 1, 2, 3] }, { kernel: [8, 7] }, /^algorithm blocked/],
  ] as const)('%s %o %o', (operator, shapes, given, expected) => {
    expect(explain(operator, shapes, given)).toMatch(expected)
  })

  it('memory is bounded by planes at a time, and blocks hold a plane at least', () => {
    const blocks = (N: number, side: number): number => {
      const a = { ...stem, dilation: [1, 1], ceilMode: false } as const
      const plan = planPool('maxPool2dGradient', maxPool2dSizes([N, 64, side, side], a), a)
      return plan?.algorithm === 'sliding' ? Object.values(plan.blocks).reduce((sum, numbers) => sum + numbers, 0) : 0
    }
    expect(blocks(64, 112)).toBe(blocks(1, 112))
    expect(blocks(64, 14)).toBe(blocks(16, 14))
    for (const side of [3, 14, 112, 224]) expect(4 * blocks(64, side)).toBeLessThan(5 * 2 ** 20)
  })
})
