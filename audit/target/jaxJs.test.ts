import { describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { tryByHand } from './byHand/tryByHand.ts'
import { jaxJs } from './jaxJs.ts'

/** Node 24 has it; all that jax-js asks of it here is that it exists. */
if (!('Float16Array' in globalThis)) Object.assign(globalThis, { Float16Array: class {} })

const implementations = await jaxJs.load()
const named = (name: string) => implementations.find((implementation) => implementation.name === name)!

const NOT_OFFERED = [
  'convTranspose2d output padding',
  'convTranspose2d groups',
  'maxPool2d padding is absent',
  'maxPool2d end padding',
  'maxPool2d ceilMode',
  'maxPool2d dilation',
  'averagePool2d without padding',
  'averagePool2d end padding',
  'averagePool2d with padding',
  'averagePool2d ceilMode',
  'convolve1d same, longer kernel',
]
/**
 * In float64 jax-js computes exp, log and tanh in float32 (README: "Float64 ✅"): right to seven digits, not to
 * sixteen. tanh(ln 2) happens to come out right.
 */
const FLOAT32_ALONE = [
  'sigmoid',
  'softmax',
  'softmaxCrossEntropy',
  'softmaxCrossEntropyGradient',
  'softmaxCrossEntropy of soft targets',
]
const EXPECTED = {
  'jax-js': { right: 36, refused: NOT_OFFERED, wrong: [] },
  'jax-js/jit': { right: 36, refused: NOT_OFFERED, wrong: [] },
  'jax-js/float64': { right: 31, refused: NOT_OFFERED, wrong: FLOAT32_ALONE },
  'jax-js/same': {
    right: 2,
    refused: [
      'conv2d 1×2',
      'conv2d groups, stride, dilation',
      'conv2dInputGradient',
      'conv2dInputGradient stride, padding',
      'conv2dWeightGradient',
    ],
    wrong: [],
  },
  'jax-js/valid': {
    right: 3,
    refused: [
      'conv2d end padding',
      'conv2d groups, stride, dilation',
      'conv2dInputGradient stride, padding',
      'conv2dWeightGradient',
    ],
    wrong: [],
  },
}

describe('jax-js', () => {
  it.each(Object.entries(EXPECTED))('agrees with the cases computed on paper: %s', async (name, expected) => {
    const { right, refused, wrong } = await tryByHand(named(name))
    expect({ right: right.length, refused, wrong: wrong.map((text) => text.split(':')[0]) }).toEqual(expected)
  })

  it('is the input gradient where convTranspose2d is told the padding of the convolution', async () => {
    const { conv2dInputGradient, convTranspose2d } = named('jax-js').operators
    const [dy, w] = [tensor([1, 1, 2, 1], [1, 10], 'float32'), tensor([1, 1, 3, 2], [1, 2, 3, 4, 5, 6], 'float32')]
    const a = { stride: [2, 1], padding: [1, 0, 0, 1], dilation: [1, 1], groups: 1 } as const
    // Rows of w land on rows 2p−1 … 2p+1: (1,2) falls off the top, then (3,4), (5,6)+10·(1,2), 10·(3,4), 10·(5,6).
    const expected = tensor([1, 1, 4, 1], [3, 15, 30, 50], 'float32')
    expect(await convTranspose2d?.({ x: dy, w }, { ...a, outputPadding: [0, 0] })).toEqual(expected)
    expect(await conv2dInputGradient?.({ dy, w }, { ...a, inputSize: [4, 1] })).toEqual(expected)
  })

  it.each(['jax-js', 'jax-js/jit'])('leaves no arrays behind: %s', async (name) => {
    const { conv2dWeightGradient } = named(name).operators
    // A leaked operand or cotangent of 2 MB a call would be 200 MB; WebAssembly memory never shrinks, so that it shows.
    const x = tensor([1, 2, 512, 512], new Float32Array(2 ** 19), 'float32')
    const a = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, kernelSize: [512, 512] } as const
    const dy = tensor([1, 1, 1, 1], [1], 'float32')
    const call = () => conv2dWeightGradient?.({ x, dy }, a)
    for (let i = 0; i < 5; i++) await call()
    const before = process.memoryUsage().rss
    for (let i = 0; i < 100; i++) await call()
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(60)
  })
})
