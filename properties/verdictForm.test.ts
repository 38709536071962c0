import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { operatorRow } from '../reference/operators.ts'
import { type Precision, sizeOf, tensor } from '../reference/tensor.ts'
import { type Expectation, expectation } from './bound.ts'
import { type Fault, verdict } from './verdict.ts'

/** relu of 1, −2, 3, 4, as many of them as the shape holds. */
function reluOf(shape: readonly number[], precision: Precision = 'float32'): Expectation {
  const x = tensor(shape, [1, -2, 3, 4].slice(0, sizeOf(shape)), precision)
  return expectation(operatorRow('relu'), { x }, {}, precision)
}

describe('form comes before numbers', () => {
  const bare: object = Object.create(null)
  const four = Float32Array.of(1, 0, 3, 4)
  const forms: readonly [what: string, result: unknown, fault: Fault, message: RegExp][] = [
    ['null', null, 'type', /the result is null; a tensor/],
    ['nothing', undefined, 'type', /the result is undefined/],
    ['a number', 1, 'type', /a number/],
    ['an array', [1, 0, 3, 4], 'type', /a Array; a tensor/],
    ['a shape that is no list', { shape: 4, data: four }, 'type', /a Object; a tensor/],
    ['extents that are texts', { shape: ['2', '2'], data: four }, 'type', /a Object; a tensor/],
    ['an extent that is no number', { shape: [Symbol('n'), 2], data: four }, 'type', /a Object; a tensor/],
    ['an object without data', { shape: [2, 2] }, 'type', /a tensor/],
    ['an unsettled promise', Promise.resolve({ shape: [2, 2], data: four }), 'type', /a Promise; a tensor/],
    ['plain numbers', { shape: [2, 2], data: [1, 0, 3, 4] }, 'type', /data is a Array; float32 needs a Float32Array/],
    ['float64', { shape: [2, 2], data: Float64Array.from(four) }, 'type', /Float64Array; float32 needs a Float32Array/],
    ['integers', { shape: [2, 2], data: Int32Array.from(four) }, 'type', /a Int32Array/],
    ['an object of no class', bare, 'type', /the result is a bare object; a tensor/],
    ['data of no class', { shape: [2, 2], data: bare }, 'type', /data is a bare object; float32 needs/],
    ['other extents of as many axes', { shape: [1, 4], data: four }, 'shape', /shape \(1,4\), expected \(2,2\)/],
    ['one other extent', { shape: [2, 3], data: four }, 'shape', /shape \(2,3\), expected \(2,2\)/],
    ['another shape', { shape: [4], data: four }, 'shape', /shape \(4\), expected \(2,2\)/],
    ['a transposed shape', { shape: [2, 2, 1], data: four }, 'shape', /shape \(2,2,1\), expected \(2,2\)/],
    ['too few', { shape: [2, 2], data: four.subarray(1) }, 'shape', /data holds 3 numbers, shape \(2,2\) needs 4/],
    ['none', { shape: [2, 2], data: new Float32Array(0) }, 'shape', /data holds 0 numbers/],
    ['too many', { shape: [2, 2], data: new Float32Array(5) }, 'shape', /data holds 5 numbers/],
  ]
  it.each(forms)('%s is refused', (_what, result, fault, message) => {
    const v = verdict(result, reluOf([2, 2]))
    expect(v).toMatchObject({ grade: 'wrong', fault, worst: Infinity, counts: { exact: 0, wrong: 0 } })
    expect(v.message).toMatch(/^relu: /)
    expect(v.message).toMatch(message)
  })

  it('float32 where float64 was declared is refused', () => {
    expect(verdict({ shape: [4], data: four }, reluOf([4], 'float64'))).toMatchObject({
      fault: 'type',
      message: 'relu: data is a Float32Array; float64 needs a Float64Array',
    })
  })

  it('an array of another realm is what its name says', () => {
    const data: Float32Array = runInNewContext('Float32Array.of(1, 0, 3, 4)')
    expect(data).not.toBeInstanceOf(Float32Array)
    expect(verdict({ shape: [2, 2], data }, reluOf([2, 2])).grade).toBe('exact')
  })

  it('a comparison of nothing is no pass', () => {
    expect(() => verdict({ shape: [0], data: new Float32Array(0) }, reluOf([0]))).toThrow(/nothing to compare.*\(0\)/)
  })
})
