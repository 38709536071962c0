/** Each call of a training step, made wrong, ends a run that is verified, and is named with its layer. */
import { describe, expect, test } from 'vitest'
import { blocked32 } from '../optimized/index.ts'
import type { Implementation, OperatorName, Tensor } from '../reference/contract.ts'
import { operators } from '../reference/operators.ts'
import { type Dataset, readDataset } from './idx.ts'
import { train } from './loop.ts'
import { step } from './step.ts'
import { batchOf, begin, type Settings } from './trainer.ts'

const { images, labels } = readDataset('fixtures/fashion-mnist', 'train')
const three: Dataset = { images, labels, count: 3 }
const settings: Settings = {
  variant: 'max',
  seed: 1,
  batch: 1,
  rate: 0.05,
  momentum: 0.9,
  decay: 0.5,
  weightDecay: 1e-3,
  images: 3,
}

/** blocked32, whose results `change` may change; `call` counts the calls of all operators. */
function watched(change: (call: number, operator: OperatorName, result: Tensor) => void): Implementation {
  let call = 0
  const wrapped = operators.map(({ name }) => {
    const own = blocked32.operators[name] as (operands: never, attributes: never) => Tensor
    const operator = (operands: never, attributes: never): Tensor => {
      const result = own(operands, attributes)
      change(call++, name, result)
      return result
    }
    return [name, operator]
  })
  return { ...blocked32, name: 'faulty', operators: Object.fromEntries(wrapped) }
}

const above = ['denseWeightGradient 9', 'denseBiasGradient 9', 'denseInputGradient 9']
const below = ['denseWeightGradient 7', 'denseBiasGradient 7', 'denseInputGradient 7']
const conv = (layer: number) => [`conv2dWeightGradient ${layer}`, `conv2dBiasGradient ${layer}`]
const calls = {
  max: [
    ...['conv2d 0', 'relu 1', 'maxPool2d 2', 'conv2d 3', 'relu 4', 'maxPool2d 5', 'dense 7', 'relu 8', 'dense 9'],
    ...['softmaxCrossEntropy 10', 'softmaxCrossEntropyGradient 10', ...above, 'reluGradient 8', ...below],
    ...['maxPool2dGradient 5', 'reluGradient 4', ...conv(3), 'conv2dInputGradient 3'],
    ...['maxPool2dGradient 2', 'reluGradient 1', ...conv(0)],
  ],
  mean: [
    ...['conv2d 0', 'sigmoid 1', 'averagePool2d 2', 'conv2d 3', 'sigmoid 4', 'averagePool2d 5'],
    ...['dense 7', 'sigmoid 8', 'dense 9', 'sigmoid 10', 'quadraticCost 11', 'quadraticCostGradient 11'],
    ...['sigmoidGradient 10', ...above, 'sigmoidGradient 8', ...below],
    ...['averagePool2dGradient 5', 'sigmoidGradient 4', ...conv(3), 'conv2dInputGradient 3'],
    ...['averagePool2dGradient 2', 'sigmoidGradient 1', ...conv(0)],
  ],
}
const variants = ['mean', 'max'] as const
const each = variants.flatMap((variant) => calls[variant].map((at, call) => ({ variant, at, call })))

describe.each(variants)('a step of %s', (variant) => {
  test('right layers pass, and these are its calls', async () => {
    const told: string[] = []
    const training = begin({ ...settings, variant }, 'float32')
    const { x, t } = batchOf(three, [0], 'float32')
    await step(blocked32, training.network, x, t, ({ layer, operator }) => told.push(`${operator} ${layer}`))
    expect(told).toEqual(calls[variant])
    await train(blocked32, training, three, { epochs: 1, verifyEvery: 2 })
  })
})

test.each(each)('$variant: a fault in $at', async ({ variant, at, call }) => {
  const faulty = watched((now, _, { data }) => {
    // Of one element: the last, where loops end too soon.
    if (now !== call) return
    const right = data.at(-1)!
    data[data.length - 1] = right + 0.01 * (1 + Math.abs(right))
  })
  const [operator, layer] = at.split(' ')
  const run = train(faulty, begin({ ...settings, variant }, 'float32'), three, { epochs: 1, verifyEvery: 1 })
  await expect(run).rejects.toThrow(new RegExp(`^layer ${layer} \\(\\w+\\) of faulty: ${operator}: element \\[`))
})

test('every second step is held, counted over epochs', async () => {
  const stopped: number[] = []
  for (let wrong = 0; wrong < 6; wrong++) {
    let steps = 0
    const faulty = watched((_, operator, { data }) => {
      if (operator === 'softmaxCrossEntropy' && steps++ === wrong) data[0] = -1
    })
    await train(faulty, begin(settings, 'float32'), three, { epochs: 2, verifyEvery: 2 }).catch((error: Error) => {
      expect(error.message).toMatch(/^layer 10 \(cost\) of faulty: softmaxCrossEntropy: element /)
      stopped.push(wrong)
    })
  }
  expect(stopped).toEqual([0, 2, 4])
})
