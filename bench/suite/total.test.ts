import { describe, expect, it } from 'vitest'
import { blocked32 } from '../../optimized/index.ts'
import { agreement } from '../../properties/agreement.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { verdict } from '../../properties/verdict.ts'
import { real } from '../../reference/arithmetic/real.ts'
import { callOperator } from '../../reference/operators.ts'
import { totalOf } from './total.ts'

const judged = (descriptor: string, spoil: (data: Float32Array | Float64Array) => void = () => {}): string => {
  const call = instantiate(parseCase(`${descriptor} @exact#3`), 'float32')
  const result = callOperator(blocked32, call.operator, call.operands, call.attributes)
  if (result === undefined || result instanceof Promise) throw new TypeError(`${descriptor}: blocked answers at once`)
  spoil(result.data)
  const total = totalOf(call)!
  const { shape, data } = call.row.textbook(real, total.operands, total.attributes)
  const got = total.of(result)
  expect(got.data.length).toBeLessThan(result.data.length)
  const bound = new Float64Array(data.length)
  return verdict(got, agreement(call.operator, 'float64', shape, Float64Array.from(data), bound)).grade
}

const cases = [
  'conv2d n3c5h9w8 m7r3s3 pd1 bias',
  'conv2d n2c8h9w8 m12r3s3 st2 g4 bias',
  'conv2d n1c8h9w8 m16r3s3 pd1 g8',
  'conv2dInputGradient n3c5h9w8 m7r3s3 pd1',
  'conv2dInputGradient n2c8h9w8 m12r3s3 st2 g4',
  'conv2dWeightGradient n2c5h9w8 m7r3s3 pd1',
  'conv2dWeightGradient n2c8h9w8 m12r3s3 g4',
  'convTranspose2d n3m5p4q5 c7r3s3 st2 bias',
  'convTranspose2d n2m8p4q5 c12r3s3 g4 bias',
  'dense n3i7o9 bias',
  'denseInputGradient n3i7o9',
  'denseWeightGradient n3i7o9',
]

describe('the weighted sum of a result is the result of the weighted sums, to the bit', () => {
  it.each(cases)('%s', (descriptor) => expect(judged(descriptor)).toBe('exact'))

  it.each(cases)('%s: any element that is off by one shows', (descriptor) => {
    for (const share of [0, 0.4, 0.99])
      expect(
        judged(descriptor, (data) => {
          data[Math.floor(share * data.length)]! += 1
        }),
      ).toBe('wrong')
  })
})

it('two maps that are swapped show', () => {
  const swap = (data: Float32Array | Float64Array): void => {
    const map = 72
    const held = data.slice(map, 2 * map)
    data.copyWithin(map, 2 * map, 3 * map)
    data.set(held, 2 * map)
  }
  expect(judged('conv2d n1c5h9w8 m7r3s3 pd1', swap)).toBe('wrong')
})

it('a maximum is not linear', () => {
  expect(totalOf(instantiate(parseCase('maxPool2d n1c2h4w4 k2 @exact#1'), 'float32'))).toBeUndefined()
})
