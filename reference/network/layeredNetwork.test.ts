import { describe, expect, test } from 'vitest'
import { generator } from '../../fixtures/fixture.ts'
import { real } from '../arithmetic/real.ts'
import { type TensorOf, tensor } from '../tensor.ts'
import {
  articleNetwork,
  backwardNetwork,
  type CostName,
  costs,
  forwardNetwork,
  type Layer,
  networkStep,
  type Parameters,
  predict,
} from './index.ts'

const draw = (random: () => number, shape: number[]) =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * random() - 1),
  )

/** A network in miniature with every kind of layer that has parameters, and every attribute off its default. */
function miniature(pool: 'maxPool2d' | 'averagePool2d', end: Layer<number>[]): Layer<number>[] {
  const random = generator(3)
  const kernels = (M: number, C: number, R: number, S: number): Parameters<number> => ({
    w: draw(random, [M, C, R, S]),
    b: draw(random, [M]),
  })
  const window = { kernel: [2, 3], stride: [1, 2], padding: [0, 1, 1, 0], ceilMode: true } as const
  const pooling: Layer<number> =
    pool === 'maxPool2d'
      ? { kind: pool, attributes: { ...window, dilation: [1, 1] } }
      : { kind: pool, attributes: { ...window, countIncludePad: false } }
  return [
    {
      kind: 'conv2d',
      ...kernels(4, 1, 3, 2),
      attributes: { stride: [1, 1], padding: [1, 0, 0, 1], dilation: [1, 2], groups: 2 },
    },
    { kind: 'activation', f: 'sigmoid' },
    pooling,
    {
      kind: 'conv2d',
      ...kernels(3, 4, 2, 2),
      attributes: { stride: [2, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
    },
    { kind: 'activation', f: 'tanh' },
    { kind: 'flatten' },
    { kind: 'dense', w: draw(random, [3, 12]), b: draw(random, [3]) },
    ...end,
  ]
}

const x = draw(generator(5), [2, 2, 6, 6])
const t = tensor([2, 3], [1, 0, 0, 0.25, 0.5, 0.25])
const ends: [string, CostName, Layer<number>[]][] = [
  ['sigmoid, quadratic cost', 'quadratic', [{ kind: 'activation', f: 'sigmoid' }]],
  ['softmax, quadratic cost', 'quadratic', [{ kind: 'softmax' }]],
  ['softmax with cross-entropy', 'softmaxCrossEntropy', []],
]

/** Central difference in place of one number of a tensor that the network or the input holds. */
function central(data: TensorOf<number>, i: number, cost: () => number, h = 1e-5): number {
  const cells = data.data
  if (!(cells instanceof Float64Array)) throw new Error('central: only writes where real numbers are kept')
  const value = cells[i]!
  cells[i] = value + h
  const up = cost()
  cells[i] = value - h
  const down = cost()
  cells[i] = value
  return (up - down) / (2 * h)
}

describe('gradients by the layer rules = central differences of the cost', () => {
  for (const pool of ['maxPool2d', 'averagePool2d'] as const) {
    for (const [name, cost, end] of ends) {
      test(`every weight, bias and input: ${pool}, ${name}`, () => {
        const layers = miniature(pool, end)
        const { gradients, errors } = networkStep(real, { layers, cost }, x, t, 0)
        const costOf = () => costs[cost].value(real, forwardNetwork(real, layers, x).at(-1)!, t)
        const judge = (operand: TensorOf<number>, gradient: TensorOf<number>) => {
          expect(gradient.shape).toEqual(operand.shape)
          for (let i = 0; i < operand.data.length; i++) {
            expect(Math.abs(gradient.data[i]! - central(operand, i, costOf))).toBeLessThan(1e-8)
          }
        }
        layers.forEach((layer, l) => {
          if (!('w' in layer)) return
          judge(layer.w, gradients[l]!.w)
          judge(layer.b, gradients[l]!.b)
        })
        judge(x, errors[0]!)
        expect(Math.max(...Array.from(errors[0]!.data, Math.abs))).toBeGreaterThan(1e-4)
      })
    }
  }
})

describe('the article’s network', () => {
  const images = draw(generator(8), [2, 1, 28, 28])
  const targets = tensor(
    [2, 10],
    Array.from({ length: 20 }, (_, i) => (i === 3 || i === 17 ? 1 : 0)),
  )

  for (const variant of ['mean', 'max'] as const) {
    test(`a training step lowers the cost, and five lower it further (${variant})`, () => {
      const eta = 0.05
      let network = articleNetwork(real, variant, generator(1))
      const seen: number[] = []
      for (let i = 0; i < 6; i++) {
        const step = networkStep(real, network, images, targets, eta)
        seen.push(step.cost)
        network = { ...network, layers: step.layers }
      }
      expect(seen).toEqual(seen.toSorted((a, b) => b - a))
      expect(seen[5]).toBeLessThan(0.9 * seen[0]!)
    })

    test(`its gradients = central differences, three of each parameter (${variant})`, () => {
      const { layers, cost } = articleNetwork(real, variant, generator(1))
      const { gradients } = networkStep(real, { layers, cost }, images, targets, 0)
      const costOf = () => costs[cost].value(real, forwardNetwork(real, layers, images).at(-1)!, targets)
      let judged = 0
      layers.forEach((layer, l) => {
        if (!('w' in layer)) return
        for (const part of ['w', 'b'] as const) {
          const size = layer[part].data.length
          for (const i of [0, Math.floor(size / 2), size - 1]) {
            expect(Math.abs(gradients[l]![part].data[i]! - central(layer[part], i, costOf))).toBeLessThan(1e-8)
            judged++
          }
        }
      })
      expect(judged).toBe(24)
    })
  }

  test('predict: with softmax in the cost the answers sum to 1 and order like the last layer', () => {
    const network = articleNetwork(real, 'max', generator(1))
    const y = Array.from(predict(real, network, images).data)
    const last = Array.from(forwardNetwork(real, network.layers, images).at(-1)!.data)
    for (const row of [0, 1]) {
      const [answers, logits] = [y.slice(10 * row, 10 * row + 10), last.slice(10 * row, 10 * row + 10)]
      expect(answers.reduce((a, b) => a + b)).toBeCloseTo(1, 14)
      expect(answers.indexOf(Math.max(...answers))).toBe(logits.indexOf(Math.max(...logits)))
    }
  })

  test('the layers before a step are left as they were, and those without weights are shared', () => {
    const network = articleNetwork(real, 'max', generator(1))
    const again = articleNetwork(real, 'max', generator(1))
    const step = networkStep(real, network, images, targets, 0.1)
    expect(network).toEqual(again)
    expect(step.layers[1]).toBe(network.layers[1])
    expect(step.layers[0]).not.toEqual(network.layers[0])
  })
})

test('backwardNetwork without layers hands dy back', () => {
  const dy = tensor([1, 2], [1, 2])
  expect(backwardNetwork(real, [], [dy], dy)).toEqual({ errors: [dy], gradients: [] })
})
