import { describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import { judge } from '../../audit/judge.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation, Tensor } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { blocked32, optimized, simd } from '../index.ts'

const operators = [
  'conv2d',
  'conv2dInputGradient',
  'convTranspose2d',
  'conv2dWeightGradient',
  'dense',
  'denseInputGradient',
  'denseWeightGradient',
] as const

/** Node 20 and later have WebAssembly SIMD: without it here, detection is broken. */
const rung: Implementation = simd ?? blocked32

it('the rung is there, and optimized says that it picked it', () => {
  expect(simd).toBeDefined()
  expect(optimized.version).toMatch(/^simd/)
})

describe('no finding over random cases', () => {
  it.each(operators)('%s', async (operator) => {
    const { findings, tally } = await findingsOver(rung, operator, 150, 7)
    expect(findings).toEqual([])
    expect(tally.cases).toBe(150)
  })
})

/** One case holds, and proves something. */
async function holds(descriptor: string): Promise<void> {
  const outcome = await judge(rung, parseCase(descriptor))
  expect(outcome, descriptor).toMatchObject({ status: 'held', verdict: { weak: false } })
}

describe('around every edge of a tile and a block', () => {
  it.each([1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 21])('rows of %d columns, and as many maps', async (width) => {
    await holds(`conv2d n1c3h4w${width} m${width}r3s3 pd1 bias @exact#1`)
    await holds(`conv2d n2c5h3w${width} m${width}r1s1 bias @exact#2`)
    await holds(`conv2d n1c${width}h7w${width} m${width}r3s3 st2 pd1 g${width} bias @exact#3`)
    await holds(`conv2dInputGradient n1c${width}h6w${width + 2} m9r3s3 pd1 st2 @exact#4`)
    for (const rest of ['m9r3s3 pd1', 'm9r3s3 st2 pd1', 'm2r2s3 st3 dl1x2', 'm3r1s1 st2 g3'])
      await holds(`conv2dInputGradient n2c3h6w${width + 4} ${rest} @exact#7`)
    await holds(`conv2dWeightGradient n2c4h6w${width + 2} m${width}r3s3 pd1 @exact#5`)
    await holds(`dense n${width}i17o${width} bias @exact#6`)
  })

  it.each([
    ['depth in blocks of channels', 'conv2d n1c57h6w7 m13r3s3 pd1 bias @real#1'],
    ['depth in blocks, few maps', 'conv2d n1c300h3w3 m3r1s1 bias @real#2'],
    ['a kernel too large to unroll', 'conv2d n1c2h12w13 m5r6s7 pd2 @real#3'],
    ['a kernel row too large to unroll', 'conv2d n1c2h4w40 m4r2s34 @real#4'],
    ['rows in blocks', 'conv2d n1c28h90w40 m2r3s3 pd1 @real#5'],
    ['columns in blocks', 'conv2d n1c200h20w20 m2r1s1 @real#6'],
    ['maps in blocks', 'conv2d n1c128h4w4 m250r3s3 pd1 bias @exact#1'],
    ['maps in blocks, the same of all phases', 'conv2dInputGradient n1c200h4w5 m512r3s3 st2 pd1 @exact#2'],
    ['1×1 with padding, rows apart, columns not', 'conv2d n1c3h7w5 m33r1s1 st2x1 pd1x0x1x0 @exact#3'],
    ['images together', 'conv2d n17c2h9w8 m6r5s5 bias @exact#7'],
    ['few maps of one channel', 'conv2d n17c1h9w8 m6r5s5 bias @exact#7'],
    ['few maps of one channel, padded', 'conv2d n2c1h11w13 m5r3s3 pd1 bias @exact#8'],
    ['groups', 'conv2d n2c12h5w6 m20r3s3 pd1x0x2x1 g4 bias @exact#8'],
    ['a multiplier of two', 'conv2d n1c5h9w11 m10r3s3 pd1 dl2 g5 bias @exact#9'],
    ['depthwise rows longer than a tile', 'conv2d n1c2h3w50 m2r3s3 pd1 g2 @exact#10'],
    ['weight gradient in blocks of rows and channels', 'conv2dWeightGradient n2c40h70w30 m3r3s3 pd1 @exact#11'],
    ['weight gradient of a 1×1', 'conv2dWeightGradient n1c23h9w9 m9r1s1 @exact#12'],
    ['depthwise weight gradient, stride 2', 'conv2dWeightGradient n3c5h11w13 m5r3s3 st2 pd1 g5 @exact#1'],
    [
      'depthwise weight gradient, stride 3, dilated',
      'conv2dWeightGradient n2c3h17w15 m3r2s3 st3 dl2 pd2x1x0x2 g3 @exact#2',
    ],
    ['depthwise weight gradient, many taps', 'conv2dWeightGradient n1c4h12w10 m4r5s7 pd2 g4 @real#3'],
    ['depthwise input gradient, stride 2', 'conv2dInputGradient n2c5h11w13 m5r3s3 st2 pd1 g5 @exact#4'],
    [
      'depthwise input gradient, rows and columns apart',
      'conv2dInputGradient n1c3h17w15 m3r4s3 st3x2 dl1x2 pd1x0x2x1 g3 @exact#5',
    ],
    ['depthwise transposed convolution', 'convTranspose2d n2m5p6q7 c5r3s3 st2 pd1 op1 g5 bias @exact#6'],
    ['depthwise, more padding than kernel', 'conv2dInputGradient n1c3h7w8 m3r2s2 st2 pd3 g3 @exact#7'],
    ['phases without taps', 'convTranspose2d n1m3p4q5 c2r1s2 st3 bias @exact#13'],
    ['input gradient into three channels, rows in blocks', 'conv2dInputGradient n2c3h91w70 m40r5s5 st2 pd2 @real#8'],
    ['transposed convolution into one channel', 'convTranspose2d n2m5p6q7 c1r4s4 st2 pd1 bias @exact#9'],
    ['one row that no tap reaches', 'convTranspose2d n1m2p1q3 c2r1s1 st3 pd1x0x0x0 op2x0 bias @exact#2'],
    ['depthwise input gradient, groups in blocks', 'conv2dInputGradient n1c90h41w43 m90r3s3 st2 pd1 g90 @exact#1'],
    ['phases with dilation', 'conv2dInputGradient n1c3h13w14 m4r3s3 st2 dl3 pd2 @exact#14'],
    ['dense depth in blocks', 'dense n7i600o21 bias @real#15'],
    ['dense weight gradient in blocks', 'denseWeightGradient n600i9o7 @real#16'],
  ])('%s', async (_, descriptor) => holds(descriptor))
})

const plain = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const
const filled = (shape: number[], value: (i: number) => number): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
    'float32',
  )

it('cells of padding take no part: a window of nothing else is the bias, −0 as well', async () => {
  const [x, w, b] = [filled([1, 2, 1, 1], () => 1), filled([8, 2, 2, 2], () => 1), filled([8], () => -0)]
  const y = await rung.operators.conv2d!({ x, w, b }, { ...plain, padding: [2, 2, 2, 2] })
  expect(y.shape).toEqual([1, 8, 4, 4])
  for (const [i, value] of y.data.entries()) {
    const [p, q] = [Math.floor(i / 4) % 4, i % 4]
    expect(value, `row ${p}, column ${q}`).toBe([1, 2].includes(p) && [1, 2].includes(q) ? 2 : -0)
  }
})

describe('histories', () => {
  it('a result keeps its values while later calls grow the memory, and lives outside of it', async () => {
    const [x, w] = [filled([1, 2, 5, 5], (i) => i), filled([3, 2, 3, 3], (i) => i % 5)]
    const first = await rung.operators.conv2d!({ x, w }, plain)
    const copy = [...first.data]
    const large = [filled([64, 1024], (i) => i % 7), filled([4096, 1024], (i) => i % 3)] as const
    await rung.operators.dense!({ x: large[0], w: large[1] }, {})
    expect([...first.data]).toEqual(copy)
    const again = await rung.operators.conv2d!({ x, w }, plain)
    expect([...again.data]).toEqual(copy)
    expect(again.data.buffer.byteLength).toBe(4 * copy.length)
  })

  it('shapes in turn, smaller and larger, leave nothing behind for each other', async () => {
    for (const side of [9, 3, 17, 4, 9, 2]) {
      for (const m of [1, 8, 13]) await holds(`conv2d n1c4h${side}w${side + 1} m${m}r3s3 pd2 bias @exact#${side * m}`)
    }
  })

  it('kernels that differ only in where weights lie are kernels of their own', async () => {
    for (const taps of ['r3s3', 'r2s3', 'r3s2', 'r2s2']) {
      await holds(`conv2dInputGradient n1c4h5w6 m4${taps} st2 @exact#1`)
      await holds(`conv2d n1c4h5w6 m4${taps} st2 @exact#2`)
    }
    // As many outputs, at another stride.
    for (const rest of ['pd1x1x0x0', 'st2 pd1x1x2x2']) await holds(`conv2d n1c4h4w4 m4r3s3 ${rest} @exact#3`)
  })

  it('calls that overlap do not disturb each other', async () => {
    const cases = [3, 9, 5, 14].map((side) => parseCase(`conv2d n1c3h${side}w${side} m7r3s3 pd1 @exact#${side}`))
    const outcomes = await Promise.all(cases.map((c) => judge(rung, c)))
    expect(outcomes.map(({ status }) => status)).toEqual(cases.map(() => 'held'))
  })
})

describe('special values', () => {
  it('an infinite weight over padding contributes nothing', async () => {
    const x = filled([1, 1, 1, 2], (i) => i + 2)
    const w = filled([1, 1, 1, 3], (i) => [Number.POSITIVE_INFINITY, 1, 10][i]!)
    const y = await rung.operators.conv2d!({ x, w }, { ...plain, padding: [0, 1, 0, 1] })
    expect([...y.data]).toEqual([32, Number.POSITIVE_INFINITY])
  })

  it('NaN in x reaches the outputs that see it and no other', async () => {
    const x = filled([1, 1, 1, 8], (i) => (i === 3 ? Number.NaN : 1))
    const w = filled([2, 1, 1, 3], () => 1)
    const y = await rung.operators.conv2d!({ x, w }, { ...plain, padding: [0, 1, 0, 1] })
    expect([...y.data.subarray(0, 8)].map(Number.isNaN)).toEqual([0, 0, 1, 1, 1, 0, 0, 0].map(Boolean))
  })
})
