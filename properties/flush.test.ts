import { describe, expect, it } from 'vitest'
import { operatorRow } from '../reference/operators.ts'
import { type Precision, tensor } from '../reference/tensor.ts'
import { expectation } from './bound.ts'
import { instantiate } from './case.ts'
import { parseCase } from './descriptor.ts'
import { verdict } from './verdict.ts'

/** The verdict on numbers for a case. */
function on(descriptor: string, precision: Precision, ...got: number[]) {
  const { row, operands, attributes } = instantiate(parseCase(descriptor), precision)
  const e = expectation(row, operands, attributes, precision)
  return verdict(tensor(e.shape, got, precision), e)
}

describe('a large number in one row excuses no error in another', () => {
  it.each([
    ['dense n2i1o1 x=1e30,1.5 w=1', 'float32', [1e30, 1000]],
    ['dense n2i1o1 x=1e19,1.5 w=1', 'float32', [1e19, 3]],
    ['dense n2i1o1 x=1e17,1.5 w=1', 'float32', [1e17, Math.fround(1.5004)]],
    ['averagePool2d n1c1h1w4 k1x2 st1x2 x=1e25,1e25,3,5', 'float32', [1e25, -7]],
    ['dense n2i1o1 x=1e200,1.5 w=1', 'float64', [1e200, 99]],
  ] as const)('%s', (descriptor, precision, got) => {
    const v = on(descriptor, precision, ...got)
    expect(v).toMatchObject({ grade: 'wrong', fault: 'wrong' })
    expect(v.first?.got).toBe(got[1])
  })
})

describe('what is flushed counts with what it is multiplied by', () => {
  const flush = (descriptor: string) => {
    const { row, operands, attributes } = instantiate(parseCase(descriptor), 'float32')
    const e = expectation(row, operands, attributes, 'float32')
    return Array.from(e.value, (_, i) => e.flush(i))
  }
  const tiny = 2 ** -126
  it('n·tiny for the products, and tiny·|w| for an operand that is subnormal', () => {
    expect(flush('dense n2i1o1 x=1e-39,1.5 w=1048576')).toEqual([tiny * (2 ** 20 + 1), tiny])
  })
  it('a subnormal operand times 2²⁰ read as 0 is a convention; the same error in the other row is none', () => {
    const exact = Math.fround(1e-39) * 2 ** 20
    const y = 2 ** 20 + 0.5
    expect(on('dense n2i1o1 x=1e-39,1.5 w=1048576', 'float32', 0, 1.5 * 2 ** 20).fault).toBe('convention')
    expect(on('dense n2i1o1 x=1e-39,1.5 w=1048576', 'float32', exact, y).fault).toBe('wrong')
  })
  it('what is selected moves by tiny, a function by a bounded slope, a cost by all of its operands', () => {
    expect(flush('relu n1c1h1w1 x=2')).toEqual([tiny])
    expect(flush('sigmoid n2c1h1w1 x=1e30,1')).toEqual([2048 * tiny, 2048 * tiny])
    expect(flush('softmaxCrossEntropy n1k2 x=1e30,0 t=1,0')[0]).toBe(3 * Math.fround(1e30) * tiny)
  })
})

it('an element of the third factor large: δ·y·(1−y) of a product that underflowed', () => {
  const row = operatorRow('sigmoidGradient')
  const [y, dy] = [tensor([1], [2 ** -149], 'float32'), tensor([1], [2 ** 100], 'float32')]
  const e = expectation(row, { y, dy }, {}, 'float32')
  expect(e.bound[0]).toBeGreaterThanOrEqual(2 ** -149 * 2 ** 100)
})
