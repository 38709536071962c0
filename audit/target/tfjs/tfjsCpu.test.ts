import { expect, test } from 'vitest'
import { type Implementation, Unsupported } from '../../../reference/contract.ts'
import { type Tensor, tensor } from '../../../reference/tensor.ts'
import { tfjsCpu } from '../tfjs.ts'
import { cases } from './handwritten.ts'

const implementations = await tfjsCpu.load()
const way = (i: Implementation): string => i.name.split('/')[1] ?? 'explicit'
const find = (name: string): Implementation['operators'] => {
  const found = implementations.find((i) => way(i) === name)
  if (found === undefined) throw new Error(`no way ${name}`)
  return found.operators
}
const t = (shape: readonly number[], values: readonly number[]): Tensor => tensor(shape, values, 'float32')

test.each(cases)('$name', async (handwritten) => {
  const before = structuredClone(handwritten.operands)
  const said: string[] = []
  for (const implementation of implementations) {
    const number = way(implementation).endsWith('number') && !handwritten.ways.includes(way(implementation))
    if (implementation.operators[handwritten.operator] === undefined || number) continue
    try {
      const y = await handwritten.run(implementation)
      said.push(way(implementation))
      expect(y.shape, implementation.name).toEqual(handwritten.expected.shape)
      expect(y.data, implementation.name).toBeInstanceOf(Float32Array)
      handwritten.expected.data.forEach((value, i) => {
        expect(y.data[i], implementation.name).toBeCloseTo(value, 5)
      })
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
    }
    expect(handwritten.operands, `${implementation.name} changed an operand`).toEqual(before)
  }
  expect(said.sort()).toEqual([...handwritten.ways].sort())
})

test('every operator of the main implementation is among the cases', () => {
  expect(new Set(cases.map((c) => c.operator))).toEqual(new Set(Object.keys(find('explicit'))))
})

test('names, version and precision are told', () => {
  expect(implementations.map((i) => i.name)).toContain('tfjs-cpu')
  for (const i of implementations) expect(i).toMatchObject({ version: '4.22.0', precision: 'float32' })
})

const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
const [x, w] = [t([1, 4, 3, 3], new Array<number>(36).fill(1)), t([4, 4, 1, 1], new Array<number>(16).fill(1))]
const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false } as const

test.each<[string, RegExp, () => unknown]>([
  [
    'groups between 1 and C',
    /groups=2, 4 channels/,
    () => find('explicit').conv2d?.({ x, w: t([4, 2, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1]) }, { ...plain, groups: 2 }),
  ],
  [
    'dilation with stride',
    /all strides must be 1/,
    () => find('explicit').conv2d?.({ x, w }, { ...plain, dilation: [2, 1], stride: [1, 2] }),
  ],
  [
    'gradient of a dilated convolution',
    /not yet supported in gradients/,
    () => find('explicit').conv2dWeightGradient?.({ x, dy: x }, { ...plain, dilation: [2, 2], kernelSize: [1, 1] }),
  ],
  [
    'depthwise over NCHW',
    /Only "NHWC"/,
    () => find('nchw').conv2d?.({ x, w: t([4, 1, 1, 1], [1, 1, 1, 1]) }, { ...plain, groups: 4 }),
  ],
  [
    'fused depthwise with padding pairs',
    /no pairs/,
    () => find('fused').conv2d?.({ x, w: t([4, 1, 1, 1], [1, 1, 1, 1]) }, { ...plain, groups: 4 }),
  ],
  [
    'a dilated transposed convolution',
    /has no dilations/,
    () => find('explicit').convTranspose2d?.({ x, w }, { ...plain, dilation: [2, 2], outputPadding: [0, 0] }),
  ],
  [
    'a grouped transposed convolution',
    /has no groups/,
    () =>
      find('explicit').convTranspose2d?.(
        { x, w: t([4, 1, 1, 1], [1, 1, 1, 1]) },
        { ...plain, groups: 2, outputPadding: [0, 0] },
      ),
  ],
  ['dilated tf.maxPool', /has no dilations/, () => find('explicit').maxPool2d?.({ x }, { ...pool, dilation: [1, 2] })],
  [
    'a mean that counts padding',
    /countIncludePad=true/,
    () => find('explicit').averagePool2d?.({ x }, { ...pool, padding: [1, 0, 0, 0], countIncludePad: true }),
  ],
  [
    'targets that are no distribution',
    /row 1 sums to 2/,
    () =>
      find('explicit').softmaxCrossEntropyGradient?.({ x: t([2, 2], [0, 0, 0, 0]), t: t([2, 2], [0, 1, 1, 1]) }, {}),
  ],
])('Unsupported: %s', async (_, sentence, call) => {
  const attempt = async () => call()
  await expect(attempt()).rejects.toThrow(Unsupported)
  await expect(attempt()).rejects.toThrow(sentence)
})

test('ceilMode is dimRoundingMode: the last column has a window of its own', async () => {
  const row = { x: t([1, 1, 1, 3], [1, 2, 5]) }
  const ceil = { ...pool, kernel: [1, 2], stride: [1, 2], ceilMode: true } as const
  expect(await find('explicit').maxPool2d?.(row, { ...ceil, dilation: [1, 1] })).toEqual(t([1, 1, 1, 2], [2, 5]))
  expect(await find('explicit').averagePool2d?.(row, { ...ceil, countIncludePad: false })).toEqual(
    t([1, 1, 1, 2], [1.5, 5]),
  )
})

test('no tensor outlives its call', async () => {
  const { default: tf } = await import('@tensorflow/tfjs')
  const main = implementations.find((i) => way(i) === 'explicit')
  if (main === undefined) throw new Error('no main implementation')
  const said = cases.filter((c) => c.ways.includes('explicit'))
  const { numTensors } = tf.memory()
  for (const c of said) await c.run(main)
  expect(said.length).toBeGreaterThan(20)
  expect(tf.memory().numTensors).toBe(numTensors)
})
