import { describe, expect, it } from 'vitest'
import { blocked32 } from '../../optimized/index.ts'
import { expectation } from '../../properties/bound.ts'
import { instantiate } from '../../properties/case.ts'
import { parseCase } from '../../properties/descriptor.ts'
import { verdict } from '../../properties/verdict.ts'
import { callOperator } from '../../reference/operators.ts'
import { partOf } from './part.ts'

/** As if the case were a large one, three maps of which can be judged. */
const LARGE = 20e6

const judged = (descriptor: string, spoil: (data: Float32Array | Float64Array) => void = () => {}): string => {
  const call = instantiate(parseCase(descriptor), 'float32')
  const result = callOperator(blocked32, call.operator, call.operands, call.attributes)
  if (result === undefined || result instanceof Promise) throw new TypeError(`${descriptor}: blocked answers at once`)
  spoil(result.data)
  const part = partOf(call, result.shape, LARGE)
  const got = part.of(result)
  expect(got.data.length, 'a part, not all of it').toBeLessThan(result.data.length)
  return verdict(got, expectation(call.row, part.operands, part.attributes, 'float32')).grade
}

const cases = [
  'conv2d n2c5h9w8 m7r3s3 pd1 bias',
  'conv2d n2c8h9w8 m12r3s3 st2 g4 bias',
  'conv2d n1c8h9w8 m16r3s3 pd1 g8',
  'conv2dInputGradient n2c5h9w8 m7r3s3 pd1',
  'conv2dInputGradient n2c8h9w8 m12r3s3 st2 g4',
  'conv2dWeightGradient n2c5h9w8 m7r3s3 pd1',
  'conv2dWeightGradient n2c8h9w8 m12r3s3 g4',
  'convTranspose2d n2m5p4q5 c7r3s3 st2 bias',
  'convTranspose2d n2m8p4q5 c12r3s3 g4',
  'maxPool2d n2c5h8w8 k2 st2',
  'maxPool2dGradient n2c5h8w8 k2 st2',
  'averagePool2d n2c5h8w8 k3 pd1',
  'averagePool2dGradient n2c5h8w8 k3 pd1',
  'dense n3i7o9 bias',
  'denseInputGradient n3i7o9',
  'denseWeightGradient n3i7o9',
]

describe('the part of a result is the result of the part', () => {
  it.each(cases)('%s', (descriptor) => expect(judged(descriptor)).not.toBe('wrong'))

  it.each(cases)('%s: its last number counts', (descriptor) => {
    const spoil = (data: Float32Array | Float64Array): void => {
      data[data.length - 1]! += 100
    }
    expect(judged(descriptor, spoil)).toBe('wrong')
  })
})

it('a case of a thousand million operations a map is judged by its last one', () => {
  const call = instantiate(parseCase('dense n1i7o9'), 'float32')
  const result = { shape: [1, 9], data: Float32Array.from({ length: 9 }, (_, i) => i) }
  expect(partOf(call, result.shape, 9e9).of(result)).toEqual({ shape: [1, 1], data: Float32Array.of(8) })
})

it('small cases are judged in full', () => {
  const call = instantiate(parseCase('dense n3i7o9'), 'float32')
  const result = { shape: [3, 9], data: new Float32Array(27) }
  expect(partOf(call, result.shape, 1000).of(result)).toBe(result)
})

it('a result of another shape is handed on as it is, for the verdict to say so', () => {
  const call = instantiate(parseCase('dense n3i7o9'), 'float32')
  const result = { shape: [9, 3], data: new Float32Array(27) }
  expect(partOf(call, [3, 9], LARGE).of(result)).toBe(result)
})
