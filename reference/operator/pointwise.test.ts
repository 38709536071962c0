import { describe, expect, it } from 'vitest'
import { real } from '../arithmetic/real.ts'
import { ShapeError } from '../contract.ts'
import { type Tensor, type TensorOf, tensor } from '../tensor.ts'
import { quadraticCost, quadraticCostGradient } from './quadraticCost.ts'
import { relu, reluGradient } from './relu.ts'
import { sigmoid, sigmoidGradient } from './sigmoid.ts'
import { softmax, softmaxGradient } from './softmax.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmaxCrossEntropy.ts'
import { tanh, tanhGradient } from './tanh.ts'

const t = (shape: readonly number[], ...values: number[]): Tensor => tensor(shape, values)
const list = (...values: number[]): Tensor => t([values.length], ...values)
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** The shape, and every number within 2 ulps: exp and log need not be correctly rounded. */
function near(got: TensorOf<number>, shape: readonly number[], ...values: number[]): void {
  expect(got.shape).toEqual(shape)
  expect(got.data.length).toBe(values.length)
  values.forEach((value, i) => {
    const error = Math.abs(got.data[i]! - value)
    expect(error, `[${i}] ${got.data[i]}, expected ${value}`).toBeLessThanOrEqual(2 ** -51 * Math.abs(value))
  })
}

describe('activations (F8), by hand', () => {
  it('σ(log 4) = 4/5, σ(−log 4) = 1/5', () => {
    near(sigmoid(real, { x: list(Math.log(4), -Math.log(4), 0) }), [3], 0.8, 0.2, 0.5)
  })
  it('σ(±∞) = 1, 0; σ(±1000) does not overflow; σ(NaN) is NaN', () => {
    expect(sigmoid(real, { x: list(inf, -inf, 1000, -1000, nan) })).toEqual(list(1, 0, 1, 0, nan))
  })
  it('σ′ = y(1−y): 16 · 0.25 · 0.75 = 3', () => {
    expect(sigmoidGradient(real, { y: list(0.25, 0.5, 1), dy: list(16, -8, 5) })).toEqual(list(3, -2, 0))
  })
  it('tanh log 3 = (3 − ⅓)/(3 + ⅓) = 4/5, odd, ±1 at ±∞', () => {
    near(tanh(real, { x: list(Math.log(3), -Math.log(3), 0, inf, -inf) }), [5], 0.8, -0.8, 0, 1, -1)
  })
  it('tanh of a tiny number is that number, where the quotient would cancel', () => {
    expect(tanh(real, { x: list(1e-20, -1e-300) })).toEqual(list(1e-20, -1e-300))
  })
  it('tanh′ = 1 − y²: 4 · (1 − 0.25) = 3', () => {
    expect(tanhGradient(real, { y: list(0.5, -0.5, 1), dy: list(4, -8, 5) })).toEqual(list(3, -6, 0))
  })
  it('relu: negative numbers, −0 and −∞ give 0, NaN stays NaN', () => {
    expect(relu(real, { x: list(-2, -0, 0, 3, inf, -inf, nan) })).toEqual(list(0, 0, 0, 3, inf, 0, nan))
  })
  it('relu′ = 1 for z > 0 alone: 0 at 0 and at NaN', () => {
    const x = list(-1, 0, 2 ** -1074, 5, nan)
    expect(reluGradient(real, { x, dy: list(1, 2, 3, 4, 5) })).toEqual(list(0, 0, 3, 4, 0))
  })
  it('any shape comes back as it went in, a scalar and five axes among them', () => {
    expect(relu(real, { x: t([], -1) })).toEqual(t([], 0))
    expect(sigmoid(real, { x: t([1, 1, 2, 1, 1], 0, 0) })).toEqual(t([1, 1, 2, 1, 1], 0.5, 0.5))
  })
})

describe('softmax (F20), by hand', () => {
  it('over (log 1, log 2, log 5): 1/8, 2/8, 5/8, row by row', () => {
    const x = t([2, 3], 0, Math.log(2), Math.log(5), Math.log(6), Math.log(3), 0)
    near(softmax(real, { x }), [2, 3], 1 / 8, 2 / 8, 5 / 8, 6 / 10, 3 / 10, 1 / 10)
  })
  it('the shift by the maximum keeps 1000 from overflowing and −1000 from 0/0', () => {
    expect(softmax(real, { x: t([2, 2], 1000, 1000, -1000, -1000) })).toEqual(t([2, 2], 0.5, 0.5, 0.5, 0.5))
  })
  it('each row is shifted by its own maximum, wherever that stands', () => {
    const x = t([3, 2], -1000, -1000, 1000, 0, 0, 1000)
    expect(softmax(real, { x })).toEqual(t([3, 2], 0.5, 0.5, 1, 0, 0, 1))
  })
  it('−∞ takes no part; NaN fills its row alone', () => {
    const x = t([2, 3], -inf, 7, 7, 0, nan, 0)
    expect(softmax(real, { x })).toEqual(t([2, 3], 0, 0.5, 0.5, nan, nan, nan))
  })
  it('its error term yₖ(δₖ − Σ yδ): with y = (¼, ¾), δ = (4, 8) the mean is 7', () => {
    const y = t([1, 2], 0.25, 0.75)
    expect(softmaxGradient(real, { y, dy: t([1, 2], 4, 8) })).toEqual(t([1, 2], -0.75, 0.75))
    expect(softmaxGradient(real, { y, dy: t([1, 2], 5, 5) })).toEqual(t([1, 2], 0, 0))
  })
})

describe('costs, by hand', () => {
  it('quadratic cost (F21): ½(1 + 4 + 9 + 16) = 15 over two samples, ½(1 + 4) of one (F22)', () => {
    const y = t([2, 2], 1, 2, 3, 4)
    expect(quadraticCost(real, { y, t: t([2, 2], 2, 4, 0, 8) })).toEqual(t([], 15))
    expect(quadraticCost(real, { y: t([1, 2], 1, 2), t: t([1, 2], 2, 4) })).toEqual(t([], 2.5))
  })
  it('its gradient y − t has no ½ left and is not averaged', () => {
    const y = t([2, 2], 1, 2, 3, 4)
    expect(quadraticCostGradient(real, { y, t: t([2, 2], 2, 4, 0, 8) })).toEqual(t([2, 2], -1, -2, 3, -4))
  })
  it('softmax with cross-entropy (F30): log 8 + log 8/5, summed over the samples', () => {
    const x = t([2, 3], 0, Math.log(2), Math.log(5), 0, Math.log(2), Math.log(5))
    const targets = t([2, 3], 1, 0, 0, 0, 0, 1)
    near(softmaxCrossEntropy(real, { x, t: targets }), [], Math.log(64 / 5))
  })
  it('targets need not sum to 1: 2·log 2 + 3·log 2', () => {
    near(softmaxCrossEntropy(real, { x: t([1, 2], 7, 7), t: t([1, 2], 2, 3) }), [], 5 * Math.LN2)
  })
  it('log-sum-exp: a wrong class 1000 below costs 1000, not ∞', () => {
    near(softmaxCrossEntropy(real, { x: t([1, 2], 0, 1000), t: t([1, 2], 1, 0) }), [], 1000)
  })
  it('its gradient yₖ Σt − tₖ: Σt = 2 with y = (1/8, 2/8, 5/8)', () => {
    const x = t([1, 3], 0, Math.log(2), Math.log(5))
    near(softmaxCrossEntropyGradient(real, { x, t: t([1, 3], 1, 0, 1) }), [1, 3], -0.75, 0.5, 0.25)
  })
})

/** Two operands of different shapes, and one without rows. */
const [two, three, flat] = [t([1, 2], 1, 2), t([1, 3], 1, 2, 3), t([2], 1, 2)]
const unlike = (operator: string, a: string, b: string): string =>
  `${operator}: ${a} and ${b} must have one shape, got ${a}=(1,2) ${b}=(1,3)`
const refused: readonly [refuse: () => unknown, message: string][] = [
  [() => sigmoidGradient(real, { y: two, dy: three }), unlike('sigmoidGradient', 'y', 'dy')],
  [() => tanhGradient(real, { y: two, dy: three }), unlike('tanhGradient', 'y', 'dy')],
  [() => reluGradient(real, { x: two, dy: three }), unlike('reluGradient', 'x', 'dy')],
  [() => softmax(real, { x: flat }), 'softmax: x has 1 axes (2), expects 2 (N,K)'],
  [() => softmaxGradient(real, { y: two, dy: three }), unlike('softmaxGradient', 'y', 'dy')],
  [() => quadraticCost(real, { y: two, t: three }), unlike('quadraticCost', 'y', 't')],
  [() => quadraticCostGradient(real, { y: two, t: three }), unlike('quadraticCostGradient', 'y', 't')],
  [() => softmaxCrossEntropy(real, { x: two, t: three }), unlike('softmaxCrossEntropy', 'x', 't')],
  [() => softmaxCrossEntropyGradient(real, { x: two, t: three }), unlike('softmaxCrossEntropyGradient', 'x', 't')],
]

describe('operands that do not fit are refused in the name of the operator', () => {
  it.each(refused.map(([refuse, message]) => ({ refuse, message })))('$message', ({ refuse, message }) => {
    expect(refuse).toThrow(new ShapeError(message))
  })
})
