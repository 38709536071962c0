import { afterAll, describe, expect, it } from 'vitest'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { admitted, judgeOf } from './admit.ts'
import { Arm, peersHere } from './arms.ts'

const cases = {
  conv2d: 'conv2d n2c4h9w8 m5r3s3 st2 pd1 bias',
  depthwise: 'conv2d n1c4h9w8 m4r3s3 pd1 g4',
  transposed: 'convTranspose2d n1m4p4q5 c3r3s3 st2 pd1',
  gradient: 'conv2dInputGradient n2c4h9w8 m5r3s3 pd1',
  maxPool2d: 'maxPool2d n2c3h8w8 k2 st2',
  averagePool2d: 'averagePool2d n2c3h8w8 k2 st2',
  dense: 'dense n3i7o5 bias',
  matrix: 'convolve2d h9w8 r3s3 same',
} as const
type Name = keyof typeof cases
const names = Object.keys(cases) as readonly Name[]

/** What is timed of each package, right. ml-matrix-convolution wraps around at the border, which has to be said. */
const offered: Readonly<Record<string, readonly Name[]>> = {
  'tfjs-wasm': names.filter((name) => name !== 'matrix'),
  'tfjs-cpu': names.filter((name) => name !== 'matrix'),
  'onnxruntime-web': names.filter((name) => name !== 'matrix' && name !== 'gradient'),
  'onnxruntime-node': names.filter((name) => name !== 'matrix' && name !== 'gradient'),
  'jax-js': names.filter((name) => name !== 'matrix'),
  convnetjs: ['conv2d', 'maxPool2d', 'dense'],
  'ml-matrix-convolution': [],
}

describe.each(peersHere().filter(({ missing }) => missing.length === 0))('$name, prepared', ({ name }) => {
  const arm = new Arm(name)
  afterAll(() => arm.end())

  it.each(names)('%s', async (which) => {
    const c = parseCase(cases[which])
    const call = instantiate(c, 'float32')
    const shapes = Object.fromEntries(Object.entries(call.operands).map(([operand, t]) => [operand, t?.shape]))
    const judge = judgeOf(c, call, call.row.resultShape(shapes, call.attributes), 0)
    const asked = { operator: call.operator, descriptor: cases[which], operands: call.operands, flops: 1 }
    // Prepared, judged and run, and once more: a call must not spoil the next.
    for (let i = 0; i < 2; i++) {
      const outcome = await admitted(arm, asked, judge)
      if (name === 'ml-matrix-convolution' && which === 'matrix') expect(outcome).toMatchObject({ why: 'wrong' })
      else if (!offered[name]!.includes(which)) expect(outcome).toMatchObject({ why: 'not offered' })
      else {
        expect(outcome).toMatchObject({ arm: { name } })
        await arm.warm({ blockMs: 20 })
        expect((await arm.block()).ms).toBeGreaterThan(0)
      }
    }
  })
})

it('an arm that ends is started again with the next case', async () => {
  const arm = new Arm('blocked')
  await arm.start()
  arm.end()
  await expect(arm.block()).rejects.toMatchObject({ name: 'ArmEnded' })
  const { operands } = instantiate(parseCase(cases.dense), 'float32')
  expect(await arm.prepare(cases.dense, operands)).toMatchObject({ say: 'prepared' })
  arm.end()
})
