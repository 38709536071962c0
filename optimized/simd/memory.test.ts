import { expect, it } from 'vitest'
import type { Tensor } from '../../reference/contract.ts'
import { Engine } from '../kernel/engine.ts'
import { conv2d, conv2dInputGradient } from './conv2d.ts'
import { conv2dBiasGradient } from './conv2dBiasGradient.ts'
import { conv2dWeightGradient } from './conv2dWeightGradient.ts'
import { dense, denseInputGradient, denseWeightGradient, productBlocks } from './dense.ts'
import { pointwise } from './pointwise.ts'
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient } from './pool2d.ts'

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((size, extent) => size * extent, 1)),
})

const halving = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceilMode: false } as const
const sliding = { ...halving, kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1], countIncludePad: true } as const
const same = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const

/** Calls whose operands or results exceed the bound, each alone, several times over. */
const calls: Record<string, (engine: Engine) => unknown> = {
  'conv2d, a batch': (engine) => conv2d(engine, { x: zeros(64, 64, 28, 28), w: zeros(16, 64, 3, 3) }, same),
  'conv2d, one large image': (engine) => conv2d(engine, { x: zeros(1, 16, 512, 512), w: zeros(8, 16, 3, 3) }, same),
  'conv2d, many weights': (engine) => conv2d(engine, { x: zeros(1, 512, 7, 7), w: zeros(512, 512, 3, 3) }, same),
  'conv2d 1×1': (engine) =>
    conv2d(engine, { x: zeros(16, 256, 28, 28), w: zeros(1024, 256, 1, 1) }, { ...same, padding: [0, 0, 0, 0] }),
  'conv2d, depthwise': (engine) =>
    conv2d(engine, { x: zeros(16, 256, 28, 28), w: zeros(256, 1, 3, 3) }, { ...same, groups: 256 }),
  'input gradient': (engine) =>
    conv2dInputGradient(
      engine,
      { dy: zeros(64, 64, 14, 14), w: zeros(64, 64, 3, 3) },
      { ...same, stride: [2, 2], inputSize: [28, 28] },
    ),
  'max pooling 3×3': (engine) =>
    maxPool2d(engine, { x: zeros(8, 32, 160, 160) }, { ...halving, kernel: [3, 3], padding: [1, 1, 1, 1] }),
  'max pooling 3×3, gradient': (engine) =>
    maxPool2dGradient(engine, { x: zeros(8, 32, 160, 160), dy: zeros(8, 32, 160, 160) }, sliding),
  'average pooling 3×3': (engine) => averagePool2d(engine, { x: zeros(8, 32, 160, 160) }, sliding),
  'average pooling 3×3, gradient': (engine) =>
    averagePool2dGradient(engine, { dy: zeros(8, 32, 160, 160) }, { ...sliding, inputSize: [160, 160] }),
  'weight gradient': (engine) =>
    conv2dWeightGradient(
      engine,
      { x: zeros(64, 64, 28, 28), dy: zeros(64, 64, 28, 28) },
      { ...same, kernelSize: [3, 3] },
    ),
  'weight gradient, depthwise': (engine) =>
    conv2dWeightGradient(
      engine,
      { x: zeros(16, 256, 28, 28), dy: zeros(16, 256, 28, 28) },
      { ...same, groups: 256, kernelSize: [3, 3] },
    ),
  dense: (engine) => dense(engine, { x: zeros(4096, 1024), w: zeros(64, 1024) }),
  'dense, many weights': (engine) => dense(engine, { x: zeros(2, 4096), w: zeros(4096, 4096) }),
  'dense input gradient': (engine) => denseInputGradient(engine, { dy: zeros(4096, 64), w: zeros(64, 1024) }),
  'bias gradient': (engine) => conv2dBiasGradient(engine, { dy: zeros(64, 256, 56, 56) }),
  'max pooling': (engine) => maxPool2d(engine, { x: zeros(16, 64, 112, 112) }, halving),
  'max pooling, one large plane': (engine) => maxPool2d(engine, { x: zeros(1, 1, 4096, 4096) }, halving),
  'max pooling gradient': (engine) =>
    maxPool2dGradient(engine, { x: zeros(16, 64, 112, 112), dy: zeros(16, 64, 56, 56) }, halving),
  relu: (engine) => pointwise(engine, 'relu', { x: zeros(4096, 1024) }),
  'dense weight gradient': (engine) => denseWeightGradient(engine, { x: zeros(4096, 512), dy: zeros(4096, 64) }),
}

it.each(Object.entries(calls))('%s: at most 6 MiB of memory, whatever the operands', (_, call) => {
  const engine = new Engine()
  expect(call(engine)).toBeDefined()
  expect(engine.memory.buffer.byteLength).toBeLessThanOrEqual(6 * 2 ** 20)
})

it('a product needs no more for more rows, and its weights are bounded', () => {
  const { numbers } = productBlocks(256, 1024, 1024)
  expect(productBlocks(65536, 1024, 1024).numbers).toBe(numbers)
  expect(productBlocks(256, 65536, 1024).numbers).toBeLessThan(2 ** 20)
})
