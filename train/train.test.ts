import { describe, expect, test } from 'vitest'
import { blocked32 } from '../optimized/index.ts'
import { real } from '../reference/arithmetic/real.ts'
import type { Implementation } from '../reference/contract.ts'
import { networkStep } from '../reference/network/index.ts'
import { tensor } from '../reference/tensor.ts'
import { textbook } from '../reference/textbook.ts'
import { checkpointOf, resume } from './checkpoint.ts'
import { type Dataset, holdOut, parseIdx, readDataset } from './idx.ts'
import { train } from './loop.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { step } from './step.ts'
import { accuracyOn, batchOf, begin, descendOn, orderOf, type Training } from './trainer.ts'

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
  images: 12,
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
  const again = resume(readSafetensors(writeSafetensors(checkpointOf(part)), 'f'), 'float32', 'f', { images: 12 })
  await train(blocked32, again, few, { epochs: 2 })
  expect(writeSafetensors(checkpointOf(again))).toEqual(writeSafetensors(checkpointOf(whole)))
})

test('of 12 images in batches of 5 the last batch has 2', async () => {
  const images: number[] = []
  const told = (_: number, of: number) => images.push(of)
  await train(blocked32, begin({ ...settings, batch: 5 }, 'float32'), few, { epochs: 1, told })
  expect(images).toEqual([5, 5, 2])
})

test('another number of images than the training is of is refused', async () => {
  await expect(train(blocked32, begin(settings, 'float32'), all, { epochs: 1 })).rejects.toThrow(
    '2000 images, the training is of 12; give as many',
  )
})

describe('divergence', () => {
  test('ends the run at the first cost that is no number, before anybody is told of it', async () => {
    const training = begin({ ...settings, rate: 1e30 }, 'float32')
    const costs: number[] = []
    const told = (cost: number) => costs.push(cost)
    await expect(train(blocked32, training, few, { epochs: 2, told })).rejects.toThrow(
      /^epoch 1, batch 2 of 3: the cost is (NaN|Infinity) at the rate 1e\+30; begin again with a smaller --rate$/,
    )
    expect(costs.map(Number.isFinite)).toEqual([true])
  })

  test('of the last step shows in what the network answers', async () => {
    const training = begin(settings, 'float32')
    const first = training.network.layers[0]!
    if ('w' in first) first.w.data[3] = Number.NaN
    await expect(accuracyOn(blocked32, training, few)).rejects.toThrow('image 0 of the test: the network answers NaN')
  })
})

test('two steps by hand: v ← μ v + ∂E/∂W / N + λ W, W ← W − η·dᵉ·v', async () => {
  const w = tensor([1, 1], [2])
  const b = tensor([1], [1])
  const v = { w: tensor([1, 1], [0]), b: tensor([1], [0]) }
  const training: Training = {
    settings: { ...settings, rate: 0.5, momentum: 0.5, decay: 0.5, weightDecay: 0.25 },
    network: { layers: [{ kind: 'dense', w, b }], cost: 'quadratic' },
    velocities: [v],
    epoch: 0,
    done: 0,
  }
  const [x, t] = [tensor([2, 1], [1, 3]), tensor([2, 1], [1, 3])]
  const values = () => [w, b, v.w, v.b].map(({ data }) => data[0])
  // y = 3, 7; y − t = 2, 4; ∂E/∂w = 2·1 + 4·3 = 14, ∂E/∂b = 6.
  expect(await descendOn(textbook, training, x, t)).toBe((2 ** 2 + 4 ** 2) / 2 / 2)
  expect(values()).toEqual([2 - 0.5 * 7.5, 1 - 0.5 * 3, 14 / 2 + 0.25 * 2, 6 / 2])
  training.epoch = 1
  // w = −1.75, b = −0.5: y = −2.25, −5.75; y − t = −3.25, −8.75; ∂E/∂w = −3.25 − 26.25 = −29.5, ∂E/∂b = −12. The rate is 0.25.
  expect(await descendOn(textbook, training, x, t)).toBe((3.25 ** 2 + 8.75 ** 2) / 2 / 2)
  const [vw, vb] = [0.5 * 7.5 - 29.5 / 2 + 0.25 * -1.75, 0.5 * 3 - 12 / 2]
  expect(values()).toEqual([-1.75 - 0.25 * vw, -0.5 - 0.25 * vb, vw, vb])
})

/** Made by a program in another language, from the papers that properties/random.ts names and Fisher & Yates. */
test.each([
  [1, 0, [10, 2, 3, 1, 5, 8, 6, 7, 4, 11, 0, 9]],
  [1, 1, [8, 9, 10, 1, 5, 4, 3, 7, 11, 0, 6, 2]],
  [2, 0, [3, 5, 9, 11, 1, 0, 7, 6, 4, 2, 8, 10]],
  [2, 1, [8, 6, 5, 2, 4, 10, 9, 0, 1, 7, 3, 11]],
])('seed %i, %i epochs done: the order of the images', (seed, epoch, order) => {
  expect([...orderOf({ settings: { ...settings, seed }, epoch })]).toEqual(order)
})

test('each image of an epoch is learned from once, in that order', async () => {
  const seen: number[] = []
  // Of images that are of one grey each, the grey is the number of the image.
  const greys = Uint8Array.from({ length: 12 * 784 }, (_, i) => i / 784)
  const watching: Implementation = {
    ...blocked32,
    operators: {
      ...blocked32.operators,
      conv2d(o, a) {
        if (o.x.shape[1] === 1) for (let n = 0; n < o.x.shape[0]!; n++) seen.push(Math.round(o.x.data[n * 784]! * 255))
        return blocked32.operators.conv2d(o, a)
      },
    },
  }
  const training = begin({ ...settings, batch: 5 }, 'float32')
  await train(watching, training, { ...few, images: greys }, { epochs: 2 })
  expect(seen).toEqual([10, 2, 3, 1, 5, 8, 6, 7, 4, 11, 0, 9, 8, 9, 10, 1, 5, 4, 3, 7, 11, 0, 6, 2])
})

test('weight decay: a step without error terms leaves (1 − ηλ)·w, and biases as they are', async () => {
  const training = begin({ ...settings, weightDecay: 0.5, rate: 0.25 }, 'float64')
  // Whole numbers, so that (1 − 0.25·0.5)·w is exact; no class is asked for, so that no error is passed back.
  const layers = training.network.layers.filter((layer) => 'w' in layer)
  for (const { w, b } of layers) for (const { data } of [w, b]) data.fill(64)
  const { x, t } = batchOf(few, [0, 1], 'float64')
  t.data.fill(0)
  await descendOn(textbook, training, x, t)
  for (const { w, b } of layers) {
    expect(new Set(Array.from(w.data))).toEqual(new Set([56]))
    expect(new Set(Array.from(b.data))).toEqual(new Set([64]))
  }
})
