import { describe, expect, it } from 'vitest'
import { operatorRow } from '../reference/operators.ts'
import { tensor } from '../reference/tensor.ts'
import { expectation } from './bound.ts'
import { verdict } from './verdict.ts'

const row = operatorRow('softmaxCrossEntropyGradient')
const expected = (t: number[]) =>
  expectation(row, { x: tensor([2, 2], [0, 0, 0, 1]), t: tensor([2, 2], t) }, {}, 'float64')

describe('softmaxCrossEntropyGradient: what is not finite in one row leaves the bounds of the others alone', () => {
  it('NaN: a result one ulp off in the other row is no error', () => {
    const e = expected([Number.NaN, 0, 0, 1])
    const got = tensor([2, 2], [Number.NaN, Number.NaN, e.value[2]!, e.value[3]! * (1 + 2 ** -52)])
    expect(verdict(got, e).grade).toBe('accurate')
  })
  it('∞: 12345 instead of −0.27 is', () => {
    const e = expected([Infinity, 0, 0, 1])
    const got = tensor([2, 2], [...e.value.slice(0, 3), 12345])
    expect(verdict(got, e)).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
})

it('sigmoidGradient near the smallest float64: what underflow rounds is no flushing to zero', () => {
  const [y, dy] = [12.513455188388628, 5e-324]
  const e = expectation(operatorRow('sigmoidGradient'), { y: tensor([1], [y]), dy: tensor([1], [dy]) }, {}, 'float64')
  // dy·(1 − y)·y and (dy·y)·(1 − y) round 11.5 and 12.5 smallest numbers to 12 and 13 before they multiply again.
  for (const got of [dy * (1 - y) * y, dy * y * (1 - y), dy * (y * (1 - y))])
    expect(verdict(tensor([1], [got]), e).grade).not.toBe('wrong')
})
