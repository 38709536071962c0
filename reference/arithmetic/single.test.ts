import { describe, expect, test } from 'vitest'
import { dense } from '../operator/dense.ts'
import { tensor } from '../tensor.ts'
import { real } from './real.ts'
import { single } from './single.ts'

const k = single
/** Distance from 1 to the next float32. */
const ulp = 2 ** -23

describe('single rounds every operation to float32, ties to even', () => {
  test.each<[string, number, number]>([
    ['1 + ½ulp = 1', k.add(1, ulp / 2), 1],
    ['(1 + ulp) + ½ulp = 1 + 2ulp', k.add(1 + ulp, ulp / 2), 1 + 2 * ulp],
    ['2²⁴ − (−1) = 2²⁴', k.sub(2 ** 24, -1), 2 ** 24],
    ['(1 + ulp)² = 1 + 2ulp', k.mul(1 + ulp, 1 + ulp), 1 + 2 * ulp],
    ['1/3 = 11184811·2⁻²⁵', k.div(1, 3), 11184811 * 2 ** -25],
    ['2⁶⁴·2⁶⁴ = ∞', k.mul(2 ** 64, 2 ** 64), Infinity],
    ['2⁻⁷⁵·2⁻⁷⁵ = 0', k.mul(2 ** -75, 2 ** -75), 0],
    ['the float64 0.1 stands for 13421773·2⁻²⁷', k.from(0.1), 13421773 * 2 ** -27],
    ['−x is exact', k.neg(k.from(0.1)), -k.from(0.1)],
    ['e⁸⁹ = ∞', k.exp(89), Infinity],
    ['e, rounded', k.exp(1), Math.fround(Math.E)],
    ['log 2, rounded', k.log(2), Math.fround(Math.LN2)],
    ['tanh 1, rounded', k.tanh(1), Math.fround(Math.tanh(1))],
  ])('%s', (_, got, expected) => expect(got).toBe(expected))
})

test('comparisons see NaN as real does', () => {
  expect([k.greater(2, 1), k.greater(1, 1), k.greater(Number.NaN, 1), k.isNaN(Number.NaN)]).toEqual([
    real.greater(2, 1),
    real.greater(1, 1),
    real.greater(Number.NaN, 1),
    real.isNaN(Number.NaN),
  ])
})

test('its arrays hold float32, and a sum rounds at every step: 2²⁴ + 1 + 1 stays 2²⁴', () => {
  const operands = { x: tensor([1, 3], [2 ** 24, 1, 1]), w: tensor([1, 3], [1, 1, 1]) }
  expect(dense(single, operands).data).toEqual(Float32Array.of(2 ** 24))
  expect(dense(real, operands).data).toEqual(Float64Array.of(2 ** 24 + 2))
})
