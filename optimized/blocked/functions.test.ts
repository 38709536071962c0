import { describe, expect, it } from 'vitest'
import { real } from '../../reference/arithmetic/real.ts'
import type { Tensor } from '../../reference/contract.ts'
import { callOperator, operators } from '../../reference/operators.ts'
import { sizeOf, tensor } from '../../reference/tensor.ts'
import { blocked32, blocked64 } from '../index.ts'

const { operators: of32 } = blocked32
const vector = (...values: number[]) => tensor([values.length], values, 'float32')
const row = (...values: number[]) => tensor([1, values.length], values, 'float32')
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

describe('activations, softmax and costs', () => {
  it('sigmoid: ½ at 0, 0 and 1 at the ends without overflow', () => {
    expect([...of32.sigmoid({ x: vector(0, -1000, 1000, nan) }, {}).data]).toEqual([0.5, 0, 1, nan])
  })

  it('relu(NaN) = NaN, relu′(0) = 0, relu′(NaN) = 0', () => {
    expect([...of32.relu({ x: vector(-1, 0, 2, nan, infinity) }, {}).data]).toEqual([0, 0, 2, nan, infinity])
    const x = vector(-1, 0, 2, nan)
    expect([...of32.reluGradient({ x, dy: vector(5, 5, 5, 5) }, {}).data]).toEqual([0, 0, 5, 0])
  })

  it('σ′ = y(1−y), tanh′ = 1−y²', () => {
    const [y, dy] = [vector(0, 0.5, 1), vector(8, 8, 8)]
    expect([...of32.sigmoidGradient({ y, dy }, {}).data]).toEqual([0, 2, 0])
    expect([...of32.tanhGradient({ y, dy }, {}).data]).toEqual([8, 6, 0])
  })

  it('softmax(x + 10000) = softmax(x): the maximum is taken out first', () => {
    const [low, high] = [of32.softmax({ x: row(0, 1, 3) }, {}), of32.softmax({ x: row(10000, 10001, 10003) }, {})]
    expect([...high.data]).toEqual([...low.data])
    expect([...of32.softmax({ x: row(4, 4) }, {}).data]).toEqual([0.5, 0.5])
    expect([...of32.softmax({ x: row(4, nan, 2) }, {}).data]).toEqual([nan, nan, nan])
  })

  it('½ Σ (t−y)² of (1,2) against (4,6) is 12.5', () => {
    const cost = of32.quadraticCost({ y: row(1, 2), t: row(4, 6) }, {})
    expect(cost.shape).toEqual([])
    expect([...cost.data]).toEqual([12.5])
    expect([...of32.quadraticCostGradient({ y: row(1, 2), t: row(4, 6) }, {}).data]).toEqual([-3, -4])
  })

  it('cross-entropy of equal logits is log 2, its gradient y·Σt − t', () => {
    const [x, t] = [row(7, 7), row(1, 0)]
    expect(of32.softmaxCrossEntropy({ x, t }, {}).data[0]).toBe(Math.fround(Math.log(2)))
    expect([...of32.softmaxCrossEntropyGradient({ x, t }, {}).data]).toEqual([-0.5, 0.5])
  })
})

describe('every function = the textbook in float64 within 4 ulps, over more elements than one chunk holds', () => {
  for (const { name, operands, family, textbook } of operators.filter((row) => row.kind === 'function')) {
    it(name, () => {
      const shape = family === 'rows' ? [7, 300] : [3, 700]
      const inputs = Object.fromEntries(
        operands.map((operand, i) => [
          operand,
          tensor(
            shape,
            Float64Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at * (i + 1)) * 4),
          ),
        ]),
      )
      const expected = textbook(real, inputs, {})
      const got = callOperator(blocked64, name, inputs, {}) as Tensor
      expect(got.shape).toEqual(expected.shape)
      got.data.forEach((value, at) => {
        const exact = expected.data[at]!
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(4 * 2 ** -52 * Math.max(Math.abs(exact), 2 ** -20))
      })
    })
  }
})
