/**
 * Transforms are whole numbers but for a last factor 1/36, so that on small whole numbers everything before it is exact: rounded
 * to whole numbers, results must be those of the rung below, however loose the bound of the algorithm is.
 */
import { describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import { plannedCases } from '../../audit/planned.ts'
import { Random } from '../../properties/random.ts'
import type { Conv2dAttributes, Padding } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { sizeOf, type Tensor } from '../../reference/tensor.ts'
import { blocked32, blocked64, optimized, simd, winograd32 } from '../index.ts'
import { TILES } from './block.ts'
import { winograd } from './index.ts'
import { workspace } from './place.ts'
import { type Layer, planLayer } from './plan.ts'
import { tableOf } from './table.ts'

const rung = winograd('winograd', blocked32)
const below = blocked32.operators

function drawn(shape: readonly number[], seed: number, draw: (unit: () => number) => number): Tensor {
  const random = new Random(seed, 0)
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => draw(() => random.unit())) }
}

/** Whole numbers −2 … 2, but for a part `1 − density` of zeros, so that sums stay small. */
const whole = (shape: readonly number[], seed: number, density = 1): Tensor =>
  drawn(shape, seed, (unit) => (unit() < density ? Math.floor(unit() * 5) - 2 : 0))

/** −1 … 1. */
const fractions = (shape: readonly number[], seed: number): Tensor => drawn(shape, seed, (unit) => 2 * unit() - 1)

const wide = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data) })

const attributes = (padding: Padding): Conv2dAttributes => ({ stride: [1, 1], padding, dilation: [1, 1], groups: 1 })

/** +0 for −0: their difference is no property of a sum. */
const rounded = ({ shape, data }: Tensor) => ({ shape, data: Array.from(data, (v) => Math.round(v) + 0) })

interface Sizes {
  readonly N?: number
  readonly C?: number
  readonly M?: number
  readonly H: number
  readonly W: number
}

function check({ N = 1, C = 1, M = 1, H, W }: Sizes, padding: Padding): void {
  const x = whole([N, C, H, W], 1 + H)
  const w = whole([M, C, 3, 3], 2 + W, Math.min(1, 16 / C))
  const b = whole([M], 3)
  const a = attributes(padding)
  expect(rounded(rung.operators.conv2d({ x, w, b }, a)), `n${N}c${C}h${H}w${W} m${M} pd${padding}`).toEqual(
    rounded(below.conv2d({ x, w, b }, a)),
  )
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('winograd = the direct sum on whole numbers', () => {
  it.each(range(1, 9))('planes of %i rows and 1 … 9 columns under paddings 0 … 2', (H) => {
    for (const W of range(1, 9)) {
      for (const code of range(0, 80)) {
        const padding = [code % 3, Math.floor(code / 3) % 3, Math.floor(code / 9) % 3, Math.floor(code / 27)] as const
        if (H + padding[0] + padding[2] >= 3 && W + padding[1] + padding[3] >= 3 && (code + H + W) % 3 === 0) {
          check({ C: 2, M: 3, H, W }, padding)
        }
      }
    }
  })

  it('padding far beyond the kernel', () => check({ C: 2, M: 5, H: 2, W: 3 }, [11, 0, 7, 13]))

  it.each([1, 3, 4, 5, 127, 128, 129, 257])('%i input channels', (C) => check({ C, M: 5, H: 6, W: 5 }, [1, 1, 1, 1]))

  it.each([1, 3, 4, 5, 7, 8, 9, 12, 13])('%i output channels', (M) =>
    check({ N: 2, C: 3, M, H: 6, W: 5 }, [1, 0, 1, 2]),
  )

  it.each([...range(1, 12), TILES - 1, TILES, TILES + 1, 4 * TILES + 1])(
    '%i images of one tile: panels and chunks that are full, and one off',
    (N) => check({ N, C: 5, M: 9, H: 4, W: 3 }, [1, 1, 1, 1]),
  )

  it.each([13, 14, 27, 28, 29, 55])('planes of %i', (H) => check({ C: 3, M: 4, H, W: H + 1 }, [1, 1, 1, 1]))

  it('its input gradient and the transposed convolution, paddings beyond the kernel included', () => {
    for (const padding of [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [2, 0, 1, 2],
      [3, 4, 0, 5],
    ] as const) {
      const a = attributes(padding)
      const [P, Q] = [7 + padding[0] + padding[2] - 2, 6 + padding[1] + padding[3] - 2]
      const [dy, w, b] = [whole([2, 13, P, Q], 5), whole([13, 6, 3, 3], 6), whole([6], 7)]
      const gradient = { ...a, inputSize: [7, 6] } as const
      const transposed = { ...a, outputPadding: [0, 0] } as const
      expect(rounded(rung.operators.conv2dInputGradient({ dy, w }, gradient))).toEqual(
        rounded(below.conv2dInputGradient({ dy, w }, gradient)),
      )
      expect(rounded(rung.operators.convTranspose2d({ x: dy, w, b }, transposed))).toEqual(
        rounded(below.convTranspose2d({ x: dy, w, b }, transposed)),
      )
    }
  })
})

/**
 * Errors that whole numbers and the bound of the algorithm let pass: a constant that is off in its fourth digit. Measured: 4.4e-6 and
 * 1.3e-6 at most.
 */
describe('against the sum in float64, max|ŷ−y| ≤ 1e-5·max|y| and Σ|ŷ−y| ≤ 3e-6·Σ|y|', () => {
  const a = attributes([1, 1, 1, 1])
  const [x, w] = [fractions([1, 64, 14, 13], 21), fractions([24, 64, 3, 3], 22)]
  const dy = fractions([1, 24, 14, 13], 23)

  it.each([
    ['conv2d', rung.operators.conv2d({ x, w }, a), blocked64.operators.conv2d({ x: wide(x), w: wide(w) }, a)],
    [
      'conv2dInputGradient',
      rung.operators.conv2dInputGradient({ dy, w }, { ...a, inputSize: [14, 13] }),
      blocked64.operators.conv2dInputGradient({ dy: wide(dy), w: wide(w) }, { ...a, inputSize: [14, 13] }),
    ],
  ])('%s', (_, { data }, { data: exact }) => {
    const errors = Array.from(data, (v, i) => Math.abs(v - exact[i]!))
    const sizes = Array.from(exact, Math.abs)
    const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0)
    expect(Math.max(...errors) / Math.max(...sizes)).toBeLessThan(1e-5)
    expect(sum(errors) / sum(sizes)).toBeLessThan(3e-6)
  })
})

describe('what a tile would spread is computed by the rung below', () => {
  const [x, w] = [whole([1, 2, 8, 8], 8), whole([3, 2, 3, 3], 9)]
  const a = attributes([1, 1, 1, 1])
  const planted = (t: Tensor, value: number): Tensor => ({ ...t, data: t.data.with(5, value) })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38])('%d in x or in w', (value) => {
    for (const operands of [
      { x: planted(x, value), w },
      { x, w: planted(w, value) },
    ]) {
      expect(rung.operators.conv2d(operands, a)).toEqual(below.conv2d(operands, a))
    }
  })

  it('and nothing else, not even in the call after', () => {
    const asked: Tensor[] = []
    const counting = winograd('counting', {
      ...blocked32,
      operators: {
        ...below,
        conv2d: (o, a) => {
          asked.push(o.x)
          return below.conv2d(o, a)
        },
      },
    })
    const bad = planted(x, Number.NaN)
    for (const operand of [x, bad, x]) counting.operators.conv2d({ x: operand, w }, a)
    expect(asked).toEqual([bad])
  })

  it('an infinite weight over padding contributes nothing', () => {
    const one: Tensor = { shape: [1, 1, 1, 1], data: Float32Array.of(2) }
    const weights: Tensor = { shape: [1, 1, 3, 3], data: new Float32Array(9).fill(Number.POSITIVE_INFINITY).with(4, 3) }
    expect([...rung.operators.conv2d({ x: one, w: weights }, a).data]).toEqual([6])
  })

  it('other strides, dilations, groups and kernels', () => {
    const grouped = { x, w: whole([4, 1, 3, 3], 9) }
    const cases = [
      [
        { x, w },
        { ...a, stride: [2, 1] },
      ],
      [
        { x, w },
        { ...a, dilation: [1, 2] },
      ],
      [grouped, { ...a, groups: 2 }],
      [{ x, w: whole([3, 2, 3, 2], 9) }, a],
    ] as const
    for (const [operands, attributes] of cases) {
      expect(rung.operators.conv2d(operands, attributes)).toEqual(below.conv2d(operands, attributes))
    }
  })
})

it('calls in a row, of other shapes and through growing memory, change neither operands nor results before', () => {
  const own = winograd('own', blocked32)
  const a = attributes([1, 1, 1, 1])
  const calls = [
    [1, 3, 8],
    [1, 64, 130],
    [2, 3, 5],
  ].map(([N, C, H]) => ({
    x: whole([N!, C!, H!, H!], H!),
    w: whole([4, C!, 3, 3], C!, 0.2),
  }))
  const results = calls.map((operands) => own.operators.conv2d(operands, a))
  const expected = calls.map(({ x, w }, i) =>
    rounded(below.conv2d({ x: whole(x.shape, [8, 130, 5][i]!), w: whole(w.shape, [3, 64, 3][i]!, 0.2) }, a)),
  )
  expect(results.map(rounded)).toEqual(expected)
  expect(calls.map((operands) => rounded(own.operators.conv2d(operands, a)))).toEqual(expected)
})

it('optimized stays a sum: on 3×3 of stride 1 it has the bits of the direct rung, not of this one', () => {
  const operands = { x: fractions([1, 16, 9, 9], 31), w: fractions([8, 16, 3, 3], 32) }
  const [a, direct] = [attributes([1, 1, 1, 1]), simd ?? blocked32]
  const y = optimized.operators.conv2d(operands, a)
  expect(optimized.numerics ?? 'sum').toBe('sum')
  expect(y).toEqual(direct.operators.conv2d(operands, a))
  expect(y).not.toEqual(winograd32.operators.conv2d(operands, a))
  expect(winograd32.numerics).toBe('winograd')
})

describe('memory beyond the operands', () => {
  const layer = (N: number, Ci: number, Co: number, H: number, P: number, turned: boolean): Layer => ({
    N,
    Ci,
    Co,
    in: [H, H],
    out: [P, P],
    before: [(P + 2 - H) / 2, (P + 2 - H) / 2],
    weights: turned ? { out: 9, in: 9 * Co, turned } : { out: 9 * Ci, in: 9, turned },
  })
  const bytes = (l: Layer): number => {
    const plan = planLayer(l)
    return Object.values(workspace(l, plan, tableOf(l, plan))).reduce((sum, part) => sum + part, 0)
  }
  const sizes = [1, 3, 33, 64, 257, 512, 513].flatMap((Ci) => [1, 5, 64, 512].map((Co) => [Ci, Co] as const))

  it.each(sizes)('%i → %i channels: 5 times the operands of an image, 40 kB a channel and 512 kB', (Ci, Co) => {
    for (const [H, P] of [
      [1, 1],
      [3, 1],
      [7, 7],
      [14, 16],
      [56, 56],
      [5, 105],
      [105, 5],
      [112, 112],
    ] as const) {
      for (const turned of [false, true]) {
        const operands = 4 * (Ci * H * H + Co * P * P + 9 * Ci * Co)
        for (const N of [1, 2, 1000]) {
          const l = layer(N, Ci, Co, H, P, turned)
          expect(bytes(l), JSON.stringify(l)).toBeLessThanOrEqual(5 * operands + 40e3 * (Ci + Co) + 512e3)
        }
      }
    }
  })

  it('does not grow with the batch', () => {
    for (const [Ci, Co] of sizes)
      expect(bytes(layer(10_000, Ci, Co, 7, 7, false))).toBe(bytes(layer(1_000, Ci, Co, 7, 7, false)))
  })
})

it.each(['conv2d', 'conv2dInputGradient', 'convTranspose2d'] as const)('%s passes an audit', async (operator) => {
  const { findings, tally } = await findingsOver(rung, operator, 60, 4)
  expect(findings).toEqual([])
  expect(tally.cases).toBe(plannedCases(operatorRow(operator), 60, 4).length)
})
