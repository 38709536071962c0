import { describe, expect, test } from 'vitest'
import { generator } from '../../fixtures/fixture.ts'
import { real } from '../arithmetic/real.ts'
import { ShapeError } from '../contract.ts'
import { tensor } from '../tensor.ts'
import { type ActivationName, type DenseLayer, descend, forward, neuron, slope, trainingStep } from './index.ts'

const names: ActivationName[] = ['sigmoid', 'tanh', 'relu', 'identity']

/** (f(at+h) − f(at−h)) / 2h. */
const central = (f: (x: number) => number, at: number, h = 1e-5) => (f(at + h) - f(at - h)) / (2 * h)

describe('F7', () => {
  test('net = b + Σ wᵢxᵢ: 1·3 + (−2)·5 + 4 = −3; relu gives 0, identity −3', () => {
    const parts = { w: [1, -2], x: [3, 5], b: 4 }
    expect(neuron(real, parts, 'relu')).toEqual({ net: -3, y: 0 })
    expect(neuron(real, parts, 'identity')).toEqual({ net: -3, y: -3 })
    expect(neuron(real, { ...parts, b: 7 }, 'sigmoid')).toEqual({ net: 0, y: 0.5 })
  })

  test('one weight an input, or a ShapeError', () => {
    expect(() => neuron(real, { w: [1], x: [1, 2], b: 0 }, 'relu')).toThrow(ShapeError)
  })

  test('F9 is neurons side by side, bit for bit', () => {
    const [layer] = network(['tanh'], [3, 4])
    const x = tensor([1, 3], [0.3, -1.7, 2.9])
    const { net, y } = forward(real, [layer!], x)[0]!
    for (let o = 0; o < 4; o++) {
      const one = neuron(
        real,
        { w: Array.from(layer!.w.data).slice(3 * o, 3 * o + 3), x: x.data, b: layer!.b.data[o]! },
        'tanh',
      )
      expect([net.data[o], y.data[o]]).toEqual([one.net, one.y])
    }
  })
})

describe('F8', () => {
  test('slope(f) is the derivative of f, by central differences', () => {
    const nets = [-2.5, -0.4, 0.3, 1.9]
    for (const name of names) {
      const at = slope(real, name, tensor([4], nets))
      nets.forEach((net, i) => {
        const difference = central((z) => neuron(real, { w: [1], x: [z], b: 0 }, name).y, net)
        expect(Math.abs(at.data[i]! - difference)).toBeLessThan(1e-9)
      })
    }
  })

  test('relu′(0) = 0', () => {
    expect(slope(real, 'relu', tensor([1], [0])).data[0]).toBe(0)
  })
})

describe('F13', () => {
  test('W − η ∂E/∂W, and W stays as it was', () => {
    const w = tensor([2], [1, 2])
    expect(Array.from(descend(real, w, tensor([2], [4, -8]), 0.5).data)).toEqual([-1, 6])
    expect(Array.from(w.data)).toEqual([1, 2])
    expect(() => descend(real, w, tensor([1], [4]), 0.5)).toThrow(/gradient=\(1\)/)
  })
})

describe('a fully connected network of three layers, two samples', () => {
  const x = tensor([2, 3], [0.5, -1, 2, 1.5, 0.25, -0.75])
  const t = tensor([2, 2], [1, 0, 0.25, 0.5])
  for (const last of ['sigmoid', 'tanh'] as const) {
    const layers = network(['tanh', 'relu', last], [3, 5, 4, 2])
    const step = trainingStep(real, layers, x, t, 0.05)
    const costOf = (changed: DenseLayer<number>[]) => trainingStep(real, changed, x, t, 0.05).cost

    test(`F10–F12 = central differences of the cost, every weight and bias (last layer ${last})`, () => {
      let judged = 0
      layers.forEach((layer, l) => {
        for (const part of ['w', 'b'] as const) {
          Array.from(layer[part].data).forEach((value, i) => {
            const difference = central((v) => costOf(layers.map((o, j) => (j === l ? put(o, part, i, v) : o))), value)
            expect(Math.abs(step.errors[l]![part].data[i]! - difference)).toBeLessThan(1e-9)
            judged++
          })
        }
      })
      expect(judged).toBe(5 * 3 + 5 + 4 * 5 + 4 + 2 * 4 + 2)
      expect(Math.abs(step.errors[0]!.w.data[0]!)).toBeGreaterThan(1e-6)
    })

    test(`F13 lowers the cost (last layer ${last})`, () => {
      expect(costOf([...step.layers])).toBeLessThan(step.cost)
    })
  }
})

function network(fs: ActivationName[], widths: number[]): DenseLayer<number>[] {
  const random = generator(7)
  const draw = (shape: number[]) =>
    tensor(
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * random() - 1),
    )
  return fs.map((f, l) => ({ w: draw([widths[l + 1]!, widths[l]!]), b: draw([widths[l + 1]!]), f }))
}

function put(layer: DenseLayer<number>, part: 'w' | 'b', i: number, value: number): DenseLayer<number> {
  const data = Array.from(layer[part].data)
  data[i] = value
  return { ...layer, [part]: tensor(layer[part].shape, data) }
}
