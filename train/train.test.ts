import { describe, expect, test } from 'vitest'
import { blocked32 } from '../optimized/index.ts'
import { real } from '../reference/arithmetic/real.ts'
import type { Implementation } from '../reference/contract.ts'
import { networkStep } from '../reference/network/index.ts'
import { textbook } from '../reference/textbook.ts'
import { type Dataset, holdOut, parseIdx, readDataset } from './idx.ts'
import { train } from './loop.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { step } from './step.ts'
import { batchOf, begin, checkpointOf, descendOn, resume } from './trainer.ts'

const all = readDataset('fixtures/fashion-mnist', 'train')
const few: Dataset = { images: all.images, labels: all.labels, count: 12 }
const settings = {
  variant: 'max',
  seed: 1,
  batch: 4,
  rate: 0.05,
  momentum: 0.9,
  decay: 0.5,
  weightDecay: 1e-3,
} as const

test('idx: bytes that are short of their shape are refused with both sizes', () => {
  expect(() => parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2), 'f')).toThrow(
    'f: (3) needs 3 bytes after the header, there are 2',
  )
})

test('held out are the last images, each with its own class, and none is left of those', () => {
  const [learned, held] = holdOut(few, 5)
  expect([learned.count, held.count]).toEqual([7, 5])
  const both = [learned, held]
  expect(both.flatMap(({ images }) => [...images])).toEqual([...few.images.subarray(0, 12 * 784)])
  expect(both.flatMap(({ labels }) => [...labels])).toEqual([...few.labels.subarray(0, 12)])
  expect(() => holdOut(few, 12)).toThrow('--validation 12 leaves none of 12 training images; give at most 11')
})

test.each(['mean', 'max'] as const)('a step over operators is the textbook’s networkStep (%s)', async (variant) => {
  const { network } = begin({ ...settings, variant }, 'float64')
  const { x, t } = batchOf(few, [0, 1], 'float64')
  const own = await step(textbook, network, x, t)
  const wanted = networkStep(real, network, x, t, 0)
  expect(own.cost).toBe(wanted.cost)
  own.gradients.forEach((g, l) => {
    expect(g && [[...g.w.data], [...g.b.data]]).toEqual(
      wanted.gradients[l] && [Array.from(wanted.gradients[l].w.data), Array.from(wanted.gradients[l].b.data)],
    )
  })
})

test('safetensors: eight bytes of length, a JSON header, then the numbers', () => {
  const bytes = writeSafetensors({ tensors: { a: { shape: [2], data: Float32Array.of(1, -2) } }, metadata: { k: 'v' } })
  const length = new DataView(bytes.buffer).getUint32(0, true)
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    __metadata__: { k: 'v' },
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  })
  expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192])
  expect(() => readSafetensors(bytes.subarray(0, bytes.length - 1), 'f')).toThrow('f: a: (2) of F32 needs 8 bytes')
})

test('stopped in the middle of an epoch and resumed from its file: the same bits', async () => {
  const whole = begin(settings, 'float32')
  await train(blocked32, whole, few, { epochs: 2 })
  const part = begin(settings, 'float32')
  const abort = new AbortController()
  let batches = 0
  const told = () => {
    if (++batches === 2) abort.abort()
  }
  await train(blocked32, part, few, { epochs: 2, told, signal: abort.signal })
  expect([part.epoch, part.done]).toEqual([0, 2])
  const again = resume(readSafetensors(writeSafetensors(checkpointOf(part)), 'f'), 'float32', 'f')
  await train(blocked32, again, few, { epochs: 2 })
  expect(writeSafetensors(checkpointOf(again))).toEqual(writeSafetensors(checkpointOf(whole)))
})

test('weight decay: a step without error terms leaves (1 − ηλ)·w, and biases as they are', async () => {
  const training = begin({ ...settings, weightDecay: 0.5, rate: 0.25 }, 'float64')
  // Whole numbers, so that (1 − 0.25·0.5)·w is exact; no class is asked for, so that no error is passed back.
  const layers = training.network.layers.filter((layer) => 'w' in layer)
  for (const { w, b } of layers) for (const { data } of [w, b]) (data as Float64Array).fill(64)
  const { x, t } = batchOf(few, [0, 1], 'float64')
  t.data.fill(0)
  await descendOn(textbook, training, x, t)
  for (const { w, b } of layers) {
    expect(new Set(Array.from(w.data))).toEqual(new Set([56]))
    expect(new Set(Array.from(b.data))).toEqual(new Set([64]))
  }
})

test('a checkpoint of before there was a weight decay goes on without', () => {
  const { weightDecay: _, ...older } = settings
  const { tensors, metadata } = checkpointOf(begin(settings, 'float32'))
  const bundle = { tensors, metadata: { ...metadata, settings: JSON.stringify(older) } }
  expect(resume(bundle, 'float32', 'f').settings.weightDecay).toBe(0)
})

describe('verification', () => {
  test('right layers pass', async () => {
    await train(blocked32, begin(settings, 'float32'), few, { epochs: 1, verifyEvery: 3 })
  })

  test('a fault in one operator stops the run and is named with its layer', async () => {
    const faulty: Implementation = {
      ...blocked32,
      name: 'faulty',
      operators: {
        ...blocked32.operators,
        conv2dWeightGradient(o, a) {
          const dw = blocked32.operators.conv2dWeightGradient(o, a)
          if (dw.shape[0] === 12) dw.data[7] = dw.data[7]! * 1.01 + 0.01
          return dw
        },
      },
    }
    await expect(train(faulty, begin(settings, 'float32'), few, { epochs: 1, verifyEvery: 1 })).rejects.toThrow(
      /^layer 3 \(conv2d\) of faulty: conv2dWeightGradient: element \[0,0,1,2\]/,
    )
  })
})
