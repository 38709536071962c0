import { describe, expect, it } from 'vitest'
import { operatorRow } from '../reference/operators.ts'
import { tensor } from '../reference/tensor.ts'
import { expectation } from './bound.ts'
import { verdict } from './verdict.ts'

const row = operatorRow('softmaxCrossEntropyGradient')
const expected = (t: number[]) =>
  expectation(row, { x: tensor([2, 2], [0, 0, 0, 1]), t: tensor([2, 2], t) }, {}, 'float64')

describe.each([
  [0, 1],
  [1, 0],
])('softmaxCrossEntropyGradient: what is not finite in row %i leaves the bounds of row %i alone', (spoilt, other) => {
  /** Targets: one number that is not finite in one row, plain ones in the other. */
  const targets = (value: number): number[] => (spoilt === 0 ? [value, 0, 0, 1] : [0, 1, value, 0])

  it('NaN: a result one ulp off is no error', () => {
    const e = expected(targets(Number.NaN))
    const got = tensor([2, 2], e.value)
    const at = 2 * other + 1
    got.data[at] = e.value[at]! * (1 + 2 ** -52)
    expect(verdict(got, e).grade).toBe('accurate')
  })
  it('∞: 12345 instead of a number below 1 is', () => {
    const e = expected(targets(Infinity))
    const got = tensor([2, 2], e.value)
    got.data[2 * other + 1] = 12345
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
