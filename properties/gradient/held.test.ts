/** Gradients that are right and were once refused. Beside each stand wrong ones, which have to be refused still. */
import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import type { Differentiable, Gradient } from './functionUnderTest.ts'
import { gradcheck } from './gradcheck.ts'

type Scalar = (v: number, i: number) => number
const map = ({ shape, data }: Tensor, f: Scalar): Tensor =>
  tensor(shape, Array.from(data, f), data instanceof Float32Array ? 'float32' : 'float64')
/** y = f(x) element by element, and its gradient. */
const pointwise = (f: Scalar, slope: Scalar): readonly [Differentiable, Gradient] => [
  (x) => map(x, f),
  (dy, x) => map(x, (v, i) => slope(v, i) * dy.data[i]!),
]

/** Changes of a gradient g, of one input, with the slope s at an entry. `unit` is an amount that matters there. */
const mistakes: Readonly<Record<string, (g: number, j: number, unit: number, dy: number) => number>> = {
  'twice as large': (g, _, unit, dy) => (g === 0 ? unit * dy : 2 * g),
  'of the wrong sign': (g, _, unit, dy) => (g === 0 ? -unit * dy : -g),
  'off by 1e-5': (g, _, unit, dy) => (g === 0 ? 1e-5 * unit * dy : g * (1 + 1e-5)),
  'wrong in one entry': (g, j, unit, dy) => (j === 0 ? g + 0.1 * unit * dy : g),
  NaN: (g, j) => (j === 0 ? Number.NaN : g),
}

/** The right gradient holds for several seeds, and every mistake in it is refused as one. */
async function holdsAlone(
  [f, gradient]: readonly [Differentiable, Gradient],
  inputs: readonly Tensor[],
  unit: number,
  finest = 1e-5,
): Promise<void> {
  for (const full of [false, true])
    for (let seed = 1; seed <= 5; seed++) {
      await gradcheck(f, gradient, inputs, { seed, full })
      for (const [name, change] of Object.entries(mistakes)) {
        if (name === 'off by 1e-5' && finest > 1e-5) continue
        const wrong: Gradient = async (dy, ...operands) => {
          const g = (await gradient(dy, ...operands)) as Tensor
          const along = g.data.length === dy.data.length ? dy.data : g.data.map(() => dy.data[0]!)
          return map(g, (v, j) => change(v, j, unit, along[j]!))
        }
        await expect(gradcheck(f, wrong, inputs, { seed, full }), `${name}, seed ${seed}`).rejects.toThrow(
          /apart, bound|holds NaN/,
        )
      }
    }
}

describe('whole numbers so large that x + u is not one of them: no exact differences', () => {
  it.each<[string, Scalar, Scalar, number]>([
    ['2x at 1e19', (v) => 2 * v, () => 2, 1e19],
    ['x² at 1e150', (v) => v * v, (v) => 2 * v, 1e150],
    ['0.3x at 1e308', (v) => 0.3 * v, () => 0.3, 1e308],
  ])('%s', async (_, f, slope, at) => {
    await holdsAlone(pointwise(f, slope), [tensor([1], [at])], slope(at, 0))
  })

  it('2x at 2²⁵ in float32, and 1e18·x where y alone is large', async () => {
    const doubled = pointwise(
      (v) => 2 * v,
      () => 2,
    )
    await holdsAlone(doubled, [tensor([1], [2 ** 25], 'float32')], 2, 1e-2)
    const steep = pointwise(
      (v) => 1e18 * v,
      () => 1e18,
    )
    await holdsAlone(steep, [tensor([2], [3, -1])], 1e18)
  })

  it('but 3x − 2 at small ones has them', async () => {
    const [f, gradient] = pointwise(
      (v) => 3 * v - 2,
      () => 3,
    )
    const { judges } = await gradcheck(f, gradient, [tensor([2], [3, 2 ** 40])])
    expect(judges).toEqual(['exact differences', 'central differences'])
  })
})
