import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import { Random } from '../random.ts'
import { gradcheck } from './gradcheck.ts'

type Scalar = (v: number, i: number) => number
const map = ({ shape, data }: Tensor, f: Scalar): Tensor =>
  tensor(shape, Array.from(data, f), data instanceof Float32Array ? 'float32' : 'float64')
/** y = f(x) element by element, and its gradient. */
const pointwise = (f: Scalar, slope: Scalar) =>
  [(x: Tensor) => map(x, f), (dy: Tensor, x: Tensor) => map(x, (v, i) => slope(v, i) * dy.data[i]!)] as const

const x = tensor([2, 2], [3.5, -1.25, 0.1, 7])

describe('gradcheck', () => {
  it('y = x²: 2x holds, by projection and entry by entry; the report says what was done', async () => {
    const [f, gradient] = pointwise(
      (v) => v * v,
      (v) => 2 * v,
    )
    expect(await gradcheck(f, gradient, [x])).toMatchObject({ compared: 1, kinks: [], judges: ['central differences'] })
    expect((await gradcheck(f, gradient, [x], { full: true })).compared).toBe(17)
  })

  it('3v in one place instead of 2v: the message says which entry, what the judge said, and how far apart', async () => {
    const [f, gradient] = pointwise(
      (v) => v * v,
      (v, i) => (i === 2 ? 3 * v : 2 * v),
    )
    await expect(gradcheck(f, gradient, [x], { names: ['x'] })).rejects.toThrow(
      /^gradcheck: ∂y\[1,0\]\/∂x\[1,0\] is 0\.3\d*; central differences: 0\.[12]\d* \(0\.1\d* apart, bound 3\.\d*e-9\)$/,
    )
  })

  it('whole numbers and an affine function: exact differences judge first', async () => {
    const f = (a: Tensor, b: Tensor): number => 3 * a.data[0]! - b.data[0]! + 2
    const gradient = (dy: Tensor): Tensor[] => [tensor([1], [3 * dy.data[0]!]), tensor([1], [-dy.data[0]!])]
    const report = await gradcheck(f, gradient, [tensor([1], [2]), tensor([1], [5])])
    expect(report.judges).toEqual(['exact differences', 'central differences'])
  })

  it('a product of two inputs, one of them not differentiated; async functions', async () => {
    const f = async (a: Tensor, b: Tensor): Promise<number> => a.data[0]! * b.data[0]!
    const gradient = async (dy: Tensor, _: Tensor, b: Tensor) => [tensor([1], [b.data[0]! * dy.data[0]!]), undefined]
    expect(await gradcheck(f, gradient, [tensor([1], [2.5]), tensor([1], [5])])).toMatchObject({ compared: 1 })
  })

  it('float32: half of its digits are asked for, and an error of one percent shows', async () => {
    const inputs = [tensor([3], [0.3, 1.7, -2.2], 'float32')]
    const slope: Scalar = (v) => 1 - Math.tanh(v) ** 2
    await gradcheck(...pointwise(Math.tanh, slope), inputs, { full: true })
    await expect(gradcheck(...pointwise(Math.tanh, (v, i) => 1.01 * slope(v, i)), inputs)).rejects.toThrow(
      /input 0\[0\] is 0\.92.*central differences: 0\.91/,
    )
  })

  it('at a kink any number between the slopes holds and is reported, 1.5 outside of 0…1 does not', async () => {
    const relu = (at0: number) =>
      pointwise(
        (v) => Math.max(v, 0),
        (v) => (v === 0 ? at0 : v > 0 ? 1 : 0),
      )
    const inputs = [tensor([3], [0, 1.5, -2])]
    for (const at0 of [0, 0.5, 1]) {
      const { kinks } = await gradcheck(...relu(at0), inputs, { full: true })
      expect(kinks).toContain(`∂y[0]/∂input 0[0] is ${at0}, between 0 and 1, the slopes on both sides of a kink`)
    }
    await expect(gradcheck(...relu(1.5), inputs)).rejects.toThrow(/is 1\.5; .* between 0 and 1.*0\.5 apart/)
  })

  it('right in every entry and not linear in dy: said so', async () => {
    const [f] = pointwise(
      (v) => v * v,
      () => 0,
    )
    const gradient = (dy: Tensor, at: Tensor): Tensor => map(at, (v, i) => 2 * v * dy.data[i]! * Math.abs(dy.data[i]!))
    await expect(gradcheck(f, gradient, [x])).rejects.toThrow(/the gradient is not linear in dy/)
  })

  it('operands are copies: a function that overwrites its input changes nothing', async () => {
    const spoiling = (t: Tensor): Tensor => {
      const y = map(t, (v) => v * v)
      t.data.fill(0)
      return y
    }
    await gradcheck(
      spoiling,
      pointwise(
        (v) => v,
        (v) => 2 * v,
      )[1],
      [x],
      { full: true },
    )
    expect([...x.data]).toEqual([3.5, -1.25, 0.1, 7])
  })
})

describe('no false alarm', () => {
  const functions: Readonly<Record<string, readonly [Scalar, Scalar]>> = {
    exp: [Math.exp, Math.exp],
    'sin 50x': [(v) => Math.sin(50 * v), (v) => 50 * Math.cos(50 * v)],
    tanh: [Math.tanh, (v) => 1 / Math.cosh(v) ** 2],
    'x·log(1+x²)': [(v) => v * Math.log1p(v * v), (v) => Math.log1p(v * v) + (2 * v * v) / (1 + v * v)],
    '1/(x²+0.01)': [(v) => 1 / (v * v + 0.01), (v) => (-2 * v) / (v * v + 0.01) ** 2],
    '|x|': [Math.abs, Math.sign],
    'x⁵': [(v) => v ** 5, (v) => 5 * v ** 4],
  }
  it.each(Object.keys(functions))('%s at 40 places over six orders of magnitude', async (name) => {
    const random = new Random(5)
    for (let n = 0; n < 40; n++) {
      const scale = 10 ** random.integer(-4, 1)
      const inputs = [
        tensor(
          [3],
          [1, 2, 3].map(() => scale * (2 * random.unit() - 1)),
        ),
      ]
      await gradcheck(...pointwise(...functions[name]!), inputs, { full: true, seed: n })
    }
  })

  it('a function that computes in float32 inside: its roughness is seen, not blamed on the gradient', async () => {
    const random = new Random(6)
    for (let n = 0; n < 40; n++) {
      const inputs = [tensor([2], [2 * random.unit() - 1, 3 * random.unit()])]
      const [f, slope] = functions[n % 2 ? 'tanh' : 'x⁵']!
      await gradcheck(...pointwise((v, i) => Math.fround(f(Math.fround(v), i)), slope), inputs, {
        full: true,
        tolerance: 1e-3,
      })
    }
  })

  it('sin at a million, where all but the finest steps are longer than a wave: refused, not blamed', async () => {
    await expect(gradcheck(...pointwise(Math.sin, Math.cos), [tensor([1], [1e6])])).rejects.toThrow(/cannot be told/)
  })
})

describe('what cannot be judged is refused, with the mend', () => {
  const [f, gradient] = pointwise(
    (v) => v * v,
    (v) => 2 * v,
  )
  const refused = (
    g: Parameters<typeof gradcheck>[1],
    inputs: Tensor[] = [x],
    h: Parameters<typeof gradcheck>[0] = f,
  ) => expect(gradcheck(h, g, inputs)).rejects

  it('what is not the same twice, and what is rough', async () => {
    const random = new Random(1)
    await refused(gradient, [x], (t) => map(t, (v) => v + random.unit())).toThrow(
      /for the same inputs; make it deterministic/,
    )
    const hash = (v: number): number => (Math.sin(v * 1e9) * 1e4) % 1
    await refused(gradient, [x], (t) => map(t, hash)).toThrow(/cannot be told from its values/)
  })
  it('no inputs, too few numbers, NaN in and out', async () => {
    await refused(gradient, []).toThrow(/no inputs; give at least one/)
    await refused(gradient, [{ shape: [3], data: new Float64Array(2) }]).toThrow(/shape \(3\) and 2 numbers; give 3/)
    await refused(gradient, [tensor([1], [Number.NaN])]).toThrow(/input 0 holds NaN at position 0/)
    await refused(gradient, [tensor([1], [0])], (t) => map(t, (v) => 1 / v)).toThrow(
      /f\(…\) holds Infinity at position 0/,
    )
    await refused((dy) => map(dy, () => Number.NaN)).toThrow(/the gradient by input 0 holds NaN/)
  })
  it('too many gradients, none at all, another shape', async () => {
    await refused((dy) => [dy, dy]).toThrow(/returns 2 tensors for 1 inputs/)
    await refused(() => [undefined]).toThrow(/undefined for every input/)
    await refused(() => tensor([4], [1, 2, 3, 4])).toThrow(/shape \(4\) and 4 numbers, the input \(2,2\)/)
  })
  it('a tolerance with which anything holds', async () => {
    for (const tolerance of [Infinity, Number.NaN, 0, -1, 1])
      await expect(gradcheck(f, () => x, [x], { tolerance })).rejects.toThrow(
        `gradcheck: tolerance is ${tolerance}; give a relative error between 0 and 1`,
      )
  })
  it('an empty result', async () => {
    await refused(gradient, [x], () => tensor([0], [])).toThrow(/the result of f has shape \(0\) and 0 numbers; give 1/)
  })
  it.each([undefined, null, [1], 3n, 'y', { shape: [1], data: [1] }])('a result that is no tensor: %s', async (y) => {
    await refused(gradient, [x], () => y as never).toThrow(
      /^gradcheck: the result of f is .*; give a tensor, as .*, or a number$/,
    )
  })
  it.each([1, null, [1], [null], { data: 3 }])('a gradient that is no tensor: %s', async (g) => {
    await refused(() => g as never).toThrow(/^gradcheck: the gradient by input 0 is .*; give a tensor, as/)
  })
  it.each([
    [null],
    [3],
    [{ shape: [2], data: Int32Array.of(3, 2) }],
    [{ shape: [2], data: [1, 2] }],
    [{ shape: 2, data: x.data }],
  ])('an input that is no tensor: %s', async (input) => {
    await refused(gradient, [input as never]).toThrow(/^gradcheck: input 0 is .*; give a tensor, as/)
  })
  it('whole numbers that cannot be moved by a step', async () => {
    await refused(gradient, [{ shape: [2], data: Int32Array.of(3, 2) } as never]).toThrow(
      /its data a Int32Array; give a/,
    )
  })
  it('a tensor where a list of tensors is asked for', async () => {
    await refused(gradient, x as never).toThrow(
      /^gradcheck: inputs are an object of shape, data; give a list of tensors/,
    )
  })
  it('names that are missing are numbers', async () => {
    const wrong = pointwise(
      (v) => v,
      () => 3,
    )[1]
    await expect(gradcheck(f, wrong, [x], { names: [] })).rejects.toThrow(/∂y\[0,0\]\/∂input 0\[0,0\]/)
  })
  it('more entries than can be gone through', async () => {
    const large = tensor([3000], new Float64Array(3000).fill(0.5))
    await refused((dy) => map(dy, (v) => 3 * v), [large]).toThrow(
      /is .*apart.* 9000000 entries are more than .* smaller inputs to see which/,
    )
    await expect(gradcheck(f, gradient, [large], { full: true })).rejects.toThrow(
      /9000000 entries .* or leave full out/,
    )
  })
  it('a result whose shape depends on values', async () => {
    const growing = (t: Tensor): Tensor => tensor([t.data[0]! > 3.5 ? 2 : 1], t.data[0]! > 3.5 ? [1, 2] : [1])
    await refused(() => x, [x], growing).toThrow(/the shape must not depend on values/)
  })
})
