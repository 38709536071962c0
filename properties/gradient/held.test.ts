/** Gradients that are right and were once refused. Beside each stand wrong ones, which have to be refused still. */
import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import { Random } from '../random.ts'
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

const relu = (v: number): number => Math.max(v, 0)

describe('kinks that meet: a gradient of any side near by, none of different sides', () => {
  const convention = (f: Differentiable, slopes: readonly number[]) =>
    [
      f,
      (dy: Tensor) =>
        tensor(
          [slopes.length],
          slopes.map((s) => s * dy.data[0]!),
        ),
    ] as const
  const at = (n: number): Tensor[] => [tensor([n], new Float64Array(n))]
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1)

  it('5 + relu(x₀) − relu(x₁) at 0 with the slope 0, and all that lies between', async () => {
    const f: Differentiable = ({ data }) => 5 + relu(data[0]!) - relu(data[1]!)
    for (const seed of seeds)
      for (const slopes of [
        [0, 0],
        [1, 0],
        [1, -1],
        [0.5, -0.25],
      ])
        await gradcheck(...convention(f, slopes), at(2), { seed })
    for (const seed of seeds)
      for (const slopes of [
        [1.001, 0],
        [-0.001, 0],
        [0, 0.001],
        [0, 1],
      ])
        await expect(gradcheck(...convention(f, slopes), at(2), { seed, full: true })).rejects.toThrow(/apart, bound/)
  })

  it('Σ cᵢ·relu(xᵢ) + Σ sin(xᵢ) of twelve values at 0, with the slope 0 of relu', async () => {
    const c = Array.from({ length: 12 }, (_, i) => (i % 2 ? -1 : 1) * (1 + i / 7))
    const f: Differentiable = ({ data }) => c.reduce((sum, w, i) => sum + w * relu(data[i]!) + Math.sin(data[i]!), 3)
    for (const seed of seeds)
      await gradcheck(
        ...convention(
          f,
          c.map(() => 1),
        ),
        at(12),
        { seed },
      )
    const w = c[4]!
    for (const wrong of [1 + 2 * w, 1 - w, 1 - 1e-5]) {
      const slopes = c.map((_, i) => (i === 4 ? wrong : 1))
      await expect(gradcheck(...convention(f, slopes), at(12), { full: true })).rejects.toThrow(/input 0\[4\]/)
    }
  })

  it('max(x₀,x₁) at a tie and |x| at 0 with (1,1): the entries are of different sides, and that is said', async () => {
    const functions: Differentiable[] = [
      ({ data }) => 5 + Math.max(data[0]!, data[1]!),
      ({ data }) => 5 + Math.hypot(...data),
    ]
    let refused = 0
    for (const f of functions)
      for (const seed of seeds) {
        for (const slopes of [
          [1, 0],
          [0, 1],
          [0.5, 0.5],
        ])
          await gradcheck(...convention(f, slopes), at(2), { seed })
        const message = await gradcheck(...convention(f, [1, 1]), at(2), { seed }).catch(
          (error: Error) => error.message,
        )
        if (typeof message !== 'string') continue
        expect(message).toContain('the entries are of different sides')
        refused++
      }
    expect(refused).toBeGreaterThan(10)
  })
})

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())

describe('flat pieces beside a kink or a jump are no staircases', () => {
  it.each([64, 8])('relu at %i normal values, 30 times', async (n) => {
    const random = new Random(7)
    const slope = (v: number): number => (v > 0 ? 1 : 0)
    for (let seed = 1; seed <= 30; seed++) {
      const values = Array.from({ length: n }, () => normal(random))
      const inputs = [tensor([n + 1], [...values, 0.7])]
      await gradcheck(...pointwise(relu, slope), inputs, { seed })
      for (const wrong of [2, -1, 1 + 1e-5, Number.NaN])
        await expect(gradcheck(...pointwise(relu, (v) => wrong * slope(v)), inputs, { seed })).rejects.toThrow(
          /apart, bound|holds NaN/,
        )
    }
  })

  it.each<[string, Scalar, Scalar, readonly number[]]>([
    ['relu', relu, (v) => (v > 0 ? 1 : 0), [-0.1, 2]],
    ['relu beside its kink', relu, (v) => (v > 0 ? 1 : 0), [-1.5, 1e-3, 2, -1e-2]],
    [
      'hard sigmoid',
      (v) => Math.min(Math.max(v / 6 + 0.5, 0), 1),
      (v) => (Math.abs(v) < 3 ? 1 / 6 : 0),
      [-3.01, 3.2, 0.4, 5],
    ],
    ['round', Math.round, () => 0, [3.4, -3.3, 0.1]],
    ['round on whole numbers', Math.round, () => 0, [3, -1]],
    ['a step', (v) => (v > 0 ? 1 : 0), () => 0, [0.1, -3]],
  ])('%s', async (_, f, slope, values) => {
    await holdsAlone(pointwise(f, slope), [tensor([values.length], values)], 1)
  })

  it('staircases are seen as before: float32 inside, with terms that cancel, and its slope is not 0', async () => {
    const random = new Random(8)
    for (let n = 0; n < 80; n++) {
      const large = n % 2 ? 1e3 : 1e5
      const rounded = (v: number): number => Math.fround(Math.fround(large + v) - large)
      const inputs = [tensor([1], [1 + random.unit()])]
      const [f, gradient] = pointwise(rounded, () => 1)
      const message = await gradcheck(f, gradient, inputs, { seed: n, tolerance: 0.01 }).catch((e: Error) => e.message)
      // A slope that noise hides may be refused, and never blamed.
      if (typeof message === 'string') expect(message).toContain('cannot be told')
      await expect(gradcheck(f, pointwise(rounded, () => 0)[1], inputs, { seed: n, tolerance: 0.01 })).rejects.toThrow()
    }
  })
})

describe('a first step that leaves the domain, or overflows, is left out', () => {
  it.each<[string, Scalar, Scalar, readonly number[]]>([
    ['log', Math.log, (v) => 1 / v, [0.1, 1]],
    ['log over four orders of magnitude', Math.log, (v) => 1 / v, [0.01, 100]],
    ['√x', Math.sqrt, (v) => 0.5 / Math.sqrt(v), [0.01, 10]],
    ['eˣ at 700', Math.exp, Math.exp, [700]],
    ['asin', Math.asin, (v) => 1 / Math.sqrt(1 - v * v), [0.95, -0.2]],
  ])('%s', async (_, f, slope, values) => {
    await holdsAlone(pointwise(f, slope), [tensor([values.length], values)], slope(values[0]!, 0))
  })

  it('log and √x of eight values in (0.001, 1), 40 times', async () => {
    const random = new Random(9)
    for (let seed = 1; seed <= 40; seed++) {
      const inputs = [
        tensor(
          [8],
          Array.from({ length: 8 }, () => 0.001 + 0.999 * random.unit()),
        ),
      ]
      const log = pointwise(Math.log, (v) => 1 / v)
      await gradcheck(...log, inputs, { seed })
      await gradcheck(...pointwise(Math.sqrt, (v) => 0.5 / Math.sqrt(v)), inputs, { seed })
      const off = pointwise(Math.log, (v, i) => (i === 3 ? 1.001 : 1) / v)[1]
      await expect(gradcheck(log[0], off, inputs, { seed })).rejects.toThrow(/input 0\[3\]/)
    }
  })

  it('NaN on every step is refused', async () => {
    const spike = pointwise(
      (v) => (v === 1 ? 1 : Number.NaN),
      () => 0,
    )
    await expect(gradcheck(...spike, [tensor([1], [1])])).rejects.toThrow(/cannot be told/)
  })
})

describe('f(x) = 0 with the slope 0', () => {
  it.each<[string, Scalar, Scalar]>([
    ['x²', (v) => v * v, (v) => 2 * v],
    ['x³', (v) => v ** 3, (v) => 3 * v * v],
    ['1 − cos x', (v) => 1 - Math.cos(v), Math.sin],
    ['x⁵', (v) => v ** 5, (v) => 5 * v ** 4],
  ])('%s at 0', async (_, f, slope) => {
    await holdsAlone(pointwise(f, slope), [tensor([1], [0])], 1)
    await holdsAlone(pointwise(f, slope), [tensor([2], [0, 0])], 1)
    await gradcheck(...pointwise(f, slope), [tensor([2], [0, 0], 'float32')])
  })

  it('x₀·x₁ at (0,0)', async () => {
    const product: Differentiable = ({ data }) => data[0]! * data[1]!
    const gradient: Gradient = (dy, { data }) => tensor([2], [data[1]! * dy.data[0]!, data[0]! * dy.data[0]!])
    await holdsAlone([product, gradient], [tensor([2], [0, 0])], 1)
  })
})

describe('a matrix and its transpose', () => {
  const A = [1.1, 2.1, 3.1, 4.1] as const
  const product: Differentiable = ({ data: [a, b] }) => tensor([2], [A[0] * a! + A[1] * b!, A[2] * a! + A[3] * b!])
  const by =
    (p: number, q: number): Gradient =>
    ({ data: [a, b] }) =>
      tensor([2], [A[0] * a! + p * b!, q * a! + A[3] * b!])
  it.each([
    [0.3, 0.7],
    [0, 0],
  ])('at (%d, %d)', async (...values) => {
    await holdsAlone([product, by(A[2], A[1])], [tensor([2], values)], 1)
    await expect(gradcheck(product, by(A[1], A[2]), [tensor([2], values)])).rejects.toThrow(/apart, bound/)
  })
})

it('130,000 values: no stack overflows', async () => {
  const n = 130_000
  const inputs = [
    tensor(
      [n],
      Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 8),
    ),
  ]
  const squares: Differentiable = ({ data }) => Array.from(data).reduce((sum, v) => sum + v * v, 0)
  const gradient =
    (factor: number): Gradient =>
    (dy, x) =>
      map(x, (v) => factor * v * dy.data[0]!)
  await gradcheck(squares, gradient(2), inputs)
  await expect(gradcheck(squares, gradient(2.1), inputs)).rejects.toThrow(/apart, bound/)
}, 60_000)

describe('one wrong entry of many in float32, where half of the digits are asked for', () => {
  it.each([64, 1000, 4096])('of %i squares, added up', async (n) => {
    const inputs = [
      tensor(
        [n],
        Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i) / 2),
        'float32',
      ),
    ]
    const squares: Differentiable = ({ data }) => Array.from(data).reduce((sum, v) => sum + v * v, 0)
    const slope =
      (wrong: number): Gradient =>
      (dy, x) =>
        map(x, (v, i) => (i === wrong ? 0 : 2 * v * dy.data[0]!))
    for (let seed = 1; seed <= 5; seed++) {
      await gradcheck(squares, slope(-1), inputs, { seed })
      await expect(gradcheck(squares, slope(seed * 6), inputs, { seed })).rejects.toThrow(/apart, bound/)
    }
  })
})
