/**
 * The error terms of whole networks against judges that do not know them: dual numbers, which differentiate the forward
 * pass as they compute it, and mathjs' symbolic derivative of the cost written out as one formula.
 *
 * Gradient and dual numbers are computed with 100 bits. Each of the fewer than 2²⁰ operations that lead to a number errs by
 * 2⁻¹⁰⁰ of its size, so what both say agrees to 2⁻⁸⁰ of Σ|terms|: nothing is left to a tolerance that a mistake could use.
 */
import type { MathNode } from 'mathjs'
import { describe, expect, test } from 'vitest'
import fixture from '../../fixtures/05-two-input-network.json' with { type: 'json' }
import { generator, nested } from '../../fixtures/fixture.ts'
import {
  type Arithmetic,
  type DoubleDouble,
  type DualOf,
  derivativeOf,
  doubleDouble,
  preciseDual,
  symbol,
  symbolic,
} from '../arithmetic/index.ts'
import { real } from '../arithmetic/real.ts'
import { type TensorOf, tensor } from '../tensor.ts'
import {
  articleNetwork,
  costs,
  type DenseLayer,
  forwardNetwork,
  type Layer,
  networkStep,
  trainingStep,
} from './index.ts'

const dd = doubleDouble
const AGREEMENT = 2 ** -80

const lifted = <T>(k: Arithmetic<T>, t: TensorOf<number>): TensorOf<T> => ({
  shape: t.shape,
  data: Array.from(t.data, (v) => k.from(v)),
})
/** The same numbers, moving along a direction. */
const moving = (t: TensorOf<number>, along: ArrayLike<number>): TensorOf<DualOf<DoubleDouble>> => ({
  shape: t.shape,
  data: Array.from(t.data, (v, i) => ({ re: dd.from(v), du: dd.from(along[i]!) })),
})

/** ⟨gradient, direction⟩ − slope, in units of Σ|terms|. */
function disagreement(
  parts: readonly { gradient: TensorOf<DoubleDouble>; along: ArrayLike<number> }[],
  slope: DoubleDouble,
): number {
  let sum = dd.zero
  let size = 0
  for (const { gradient, along } of parts)
    for (let i = 0; i < gradient.data.length; i++) {
      const term = dd.mul(gradient.data[i]!, dd.from(along[i]!))
      sum = dd.add(sum, term)
      size += Math.abs(term.hi)
    }
  expect(size).toBeGreaterThan(0)
  return Math.abs(dd.sub(sum, slope).hi) / size
}

describe('the network of two inputs (F9–F12)', () => {
  const layers: DenseLayer<number>[] = fixture.layers.map(({ w, b }) => ({ w: nested(w), b: nested(b), f: 'sigmoid' }))
  const [x, t] = [nested([fixture.x]), nested([[fixture.t]])]
  const inSystem = <T>(k: Arithmetic<T>): DenseLayer<T>[] =>
    layers.map(({ w, b, f }) => ({ w: lifted(k, w), b: lifted(k, b), f }))
  const { errors } = trainingStep(dd, inSystem(dd), lifted(dd, x), lifted(dd, t), dd.zero)
  const parameters = layers.flatMap((layer, l) =>
    (['w', 'b'] as const).flatMap((part) =>
      Array.from(layer[part].data, (_, i) => ({ l, part, i, title: `∂E/∂${part}[${i}] of layer ${l + 1}` })),
    ),
  )

  test('has 20 weights and biases', () => expect(parameters.length).toBe(20))

  test.each(parameters)('$title = the dual number of the cost', ({ l, part, i }) => {
    const along = Array.from(layers[l]![part].data, (_, j) => (j === i ? 1 : 0))
    const dual = inSystem(preciseDual).map((layer, j) =>
      j === l ? { ...layer, [part]: moving(layers[l]![part], along) } : layer,
    )
    const { cost } = trainingStep(preciseDual, dual, lifted(preciseDual, x), lifted(preciseDual, t), preciseDual.zero)
    expect(disagreement([{ gradient: errors[l]![part], along }], cost.du)).toBeLessThan(AGREEMENT)
  })

  // One formula of the whole cost in its 20 parameters, differentiated by the rules of mathjs.
  const leaves = (part: 'w' | 'b', l: number, { shape, data }: TensorOf<number>): TensorOf<MathNode> => ({
    shape,
    data: Array.from(data, (_, i) => symbol(part, [l, i])),
  })
  const formula = trainingStep(
    symbolic,
    layers.map(({ w, b, f }, l) => ({ w: leaves('w', l, w), b: leaves('b', l, b), f })),
    lifted(symbolic, x),
    lifted(symbolic, t),
    symbolic.zero,
  ).cost
  const scope = new Map<string, number>()
  for (const { l, part, i } of parameters) scope.set(symbol(part, [l, i]).name, layers[l]![part].data[i]!)

  test('the formula of the cost has the value of the cost', () => {
    expect(Math.abs(formula.evaluate(scope) - fixture.cost)).toBeLessThan(1e-15)
  })

  test.each(parameters)('$title = the symbolic derivative of the whole cost', ({ l, part, i }) => {
    const derivative = derivativeOf(formula, symbol(part, [l, i]), { simplify: false })
    // Every node rounds a number below 4 once, in float64.
    const rounding = 4 * derivative.filter(() => true).length * 2 ** -53
    expect(rounding).toBeLessThan(1e-11)
    expect(Math.abs(derivative.evaluate(scope) - errors[l]![part].data[i]!.hi)).toBeLessThan(rounding)
  })
})

describe('the network of the article (F14, F17–F20, F23–F28, F30)', () => {
  const random = generator(8)
  const draw = (n: number): number[] => Array.from({ length: n }, () => 2 * random() - 1)
  const image = tensor([1, 1, 28, 28], draw(28 * 28))
  const target = tensor(
    [1, 10],
    Array.from({ length: 10 }, (_, i) => (i === 3 ? 1 : 0)),
  )

  for (const variant of ['mean', 'max'] as const) {
    const { layers, cost } = articleNetwork(real, variant, generator(1))
    const precise = layers.map(
      (layer): Layer<DoubleDouble> =>
        'w' in layer ? { ...layer, w: lifted(dd, layer.w), b: lifted(dd, layer.b) } : layer,
    )
    const step = networkStep(dd, { layers: precise, cost }, lifted(dd, image), lifted(dd, target), dd.zero)

    test.each([1, 2])(`⟨all ${variant} gradients, a random direction⟩ = the dual number of the cost (%i)`, () => {
      const along = layers.map((layer) =>
        'w' in layer ? { w: draw(layer.w.data.length), b: draw(layer.b.data.length) } : undefined,
      )
      const alongImage = draw(28 * 28)
      const dual = layers.map((layer, l): Layer<DualOf<DoubleDouble>> => {
        if (!('w' in layer)) return layer
        const direction = along[l]!
        return { ...layer, w: moving(layer.w, direction.w), b: moving(layer.b, direction.b) }
      })
      const y = forwardNetwork(preciseDual, dual, moving(image, alongImage)).at(-1)!
      const { du } = costs[cost].value(preciseDual, y, lifted(preciseDual, target))
      const parts = layers.flatMap((_, l) => {
        const [gradient, direction] = [step.gradients[l], along[l]]
        if (!gradient || !direction) return []
        return [
          { gradient: gradient.w, along: direction.w },
          { gradient: gradient.b, along: direction.b },
        ]
      })
      expect(parts.length).toBe(8)
      expect(disagreement([...parts, { gradient: step.errors[0]!, along: alongImage }], du)).toBeLessThan(AGREEMENT)
    })
  }
})
