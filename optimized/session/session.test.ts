import { describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import { judge } from '../../audit/judge.ts'
import { parseCase } from '../../properties/descriptor.ts'
import type { Implementation, Tensor } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { session } from '../index.ts'

if (session === undefined) throw new Error('this engine has no WebAssembly SIMD')
const open = session

/** x in memory among other tensors; two runs, so that what a first one leaves behind is seen. */
const twice = (
  x: Tensor,
  prepare: (s: ReturnType<typeof open>, x: Tensor & { data: Float32Array }) => { y: Tensor; run(): void },
): Tensor => {
  const s = open()
  const held = s.tensor(x.shape)
  const layer = prepare(s, held)
  const after = s.tensor([64])
  after.data.fill(Number.NaN)
  held.data.set(x.data)
  layer.run()
  layer.run()
  expect(after.data.every(Number.isNaN)).toBe(true)
  expect(held.data).toEqual(x.data)
  return { shape: layer.y.shape, data: layer.y.data.slice() }
}

const prepared: Implementation = {
  name: 'prepared',
  precision: 'float32',
  operators: {
    conv2d: ({ x, w, b }, a) => twice(x, (s, held) => s.conv2d({ x: held, w, b }, a)),
    dense: ({ x, w, b }) => twice(x, (s, held) => s.dense({ x: held, w, b })),
  },
}

it.each(['conv2d', 'dense'] as const)('%s: no finding over random cases', async (operator) => {
  const { findings, tally } = await findingsOver(prepared, operator, 150, 11)
  expect(findings).toEqual([])
  expect(tally.cases).toBe(150)
})

async function holds(descriptor: string): Promise<void> {
  const outcome = await judge(prepared, parseCase(descriptor))
  expect(outcome, descriptor).toMatchObject({ status: 'held', verdict: { weak: false } })
}

describe('around every edge of a tile and a block', () => {
  it.each([2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 21, 37, 45])('rows of %d columns', async (width) => {
    await holds(`conv2d n2c3h7w${width} m${width}r3s3 pd1 bias @exact#1`)
    await holds(`conv2d n2c5h3w${width} m9r1s1 bias @exact#2`)
    await holds(`conv2d n2c5h5w${width} m9r1s1 st2 bias @exact#3`)
    for (const rest of ['pd1', 'st2 pd1', 'st2 pd0x0x1x1', 'pd2 dl2', 'st3 pd1', 'st2 pd3 dl2', 'pd2x2x0x0'])
      await holds(`conv2d n2c5h7w${width} m5r3s3 ${rest} g5 bias @exact#4`)
    await holds(`dense n${width}i17o${width} bias @exact#6`)
  })

  it.each([
    ['depth in blocks of channels', 'conv2d n1c57h6w7 m13r3s3 pd1 bias @real#1'],
    ['a kernel too large to unroll', 'conv2d n1c2h12w13 m5r6s7 pd2 @real#3'],
    ['rows in blocks', 'conv2d n1c28h90w40 m2r3s3 pd1 @real#5'],
    ['columns in blocks', 'conv2d n1c200h20w20 m2r1s1 @real#6'],
    ['images together', 'conv2d n17c2h9w8 m6r5s5 bias @exact#7'],
    ['few maps of one channel', 'conv2d n17c1h9w8 m6r5s5 bias @exact#7'],
    ['few maps of one channel, padded', 'conv2d n2c1h11w13 m5r3s3 pd1 bias @exact#8'],
    ['no padding, in place', 'conv2d n3c6h14w14 m16r5s5 bias @exact#7'],
    ['groups', 'conv2d n2c12h5w6 m20r3s3 pd1x0x2x1 g4 bias @exact#8'],
    ['a multiplier of two', 'conv2d n1c5h9w11 m10r3s3 pd1 dl2 g5 bias @exact#9'],
    ['1×1 with padding', 'conv2d n2c5h6w7 m33r1s1 pd1 @exact#2'],
    ['maps in blocks', 'conv2d n1c300h4w4 m120r3s3 pd1 @real#2'],
    ['the kernel as large as the image', 'conv2d n3c16h5w5 m120r5s5 bias @real#2'],
    ['dense depth in blocks', 'dense n7i600o21 bias @real#15'],
  ])('%s', async (_, descriptor) => holds(descriptor))
})

const one = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const

it('a layer reads what the one before it wrote, and keeps its weights when their array is refilled', () => {
  const s = open()
  const x = s.tensor([1, 1, 2, 2])
  const w = tensor([1, 1, 1, 1], [3], 'float32')
  const first = s.conv2d({ x, w }, one)
  const second = s.conv2d({ x: first.y, w }, one)
  w.data[0] = 100
  x.data.set([1, 2, 3, 4])
  first.run()
  second.run()
  expect([...second.y.data]).toEqual([9, 18, 27, 36])
  expect([...first.y.data]).toEqual([3, 6, 9, 12])
})

it('an infinite weight over padding contributes nothing', () => {
  const s = open()
  const x = s.tensor([1, 1, 1, 2])
  x.data.set([2, 3])
  const w = tensor([1, 1, 1, 3], [Number.POSITIVE_INFINITY, 1, 10], 'float32')
  const { y, run } = s.conv2d({ x, w }, { ...one, padding: [0, 1, 0, 1] })
  run()
  expect([...y.data]).toEqual([32, Number.POSITIVE_INFINITY])
})

it('a tensor of another session is refused, and one with too few numbers', () => {
  const w = tensor([1, 1, 1, 1], [3], 'float32')
  const x = open().tensor([1, 1, 2, 2])
  expect(() => open().conv2d({ x, w }, one)).toThrow('x (1,1,2,2) is not a tensor of this session')
  const s = open()
  const short = { shape: [2, 1, 1, 1], data: Float32Array.of(1) }
  expect(() => s.conv2d({ x: s.tensor([1, 1, 2, 2]), w: short }, one)).toThrow('w holds 1 numbers')
})
