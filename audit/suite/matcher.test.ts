import { describe, expect, it } from 'vitest'
import type { Conv2dAttributes } from '../../reference/contract.ts'
import { ShapeError } from '../../reference/contract.ts'
import './vitest.ts'

const f32 = (shape: readonly number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) })
const x = f32([1, 1, 2, 2], -1, 2, 3, -4)
const w = f32([1, 1, 1, 2], 10, 1)
const valid: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 }
const right = f32([1, 1, 2, 1], -8, 26)
const wrong = f32([1, 1, 2, 1], -8, 27)

describe('toMatchOracle', () => {
  it('a right result passes, as float32, as float64 and as a plain list', () => {
    expect(right).toMatchOracle('conv2d', { x, w }, valid)
    expect({ shape: right.shape, data: Float64Array.from(right.data) }).toMatchOracle('conv2d', { x, w }, valid)
    expect({ shape: right.shape, data: [...right.data] }).toMatchOracle('conv2d', { x, w }, valid)
  })

  it('a wrong one fails with element, expected, got and bound', () => {
    expect(() => expect(wrong).toMatchOracle('conv2d', { x, w }, valid)).toThrow(
      [
        'toMatchOracle: conv2d: element [0,0,1,0] is 27, expected 26 ± 0',
        '  element [0,0,1,0]  expected 26  got 27  bound 0',
        '  1 of 2 elements wrong, where no such error is possible',
      ].join('\n'),
    )
  })

  it('.not is its opposite, and says what it found', () => {
    expect(wrong).not.toMatchOracle('conv2d', { x, w }, valid)
    expect(() => expect(right).not.toMatchOracle('conv2d', { x, w }, valid)).toThrow(
      'conv2d: the result is exact in float32, and was expected not to match the textbook (2 elements)',
    )
  })

  it('the bound is that of the precision: an error of 1e-7 is allowed in float32 and not in float64', () => {
    const y = { shape: [1], data: [1 / (1 + Math.exp(-1)) + 3e-8] }
    expect(f32([1], y.data[0]!)).toMatchOracle('sigmoid', { x: f32([1], 1) })
    expect(() => expect(y).toMatchOracle('sigmoid', { x: f32([1], 1) })).toThrow('give a Float32Array for float32')
  })

  it('a wrong shape and another convention fail with a sentence', () => {
    expect(() => expect(f32([2], 1, 0)).toMatchOracle('relu', { x: f32([1, 2], 1, 0) })).toThrow(
      'relu: shape (2), expected (1,2)',
    )
    expect(() => expect(f32([1], 0)).toMatchOracle('relu', { x: f32([1], Number.NaN) })).toThrow('NaN or ±∞')
  })

  it('works where matchers are parts, and on what a promise resolves to', async () => {
    expect({ y: right }).toEqual({ y: expect.toMatchOracle('conv2d', { x, w }, valid) })
    await expect(Promise.resolve(right)).resolves.toMatchOracle('conv2d', { x, w }, valid)
  })

  it.each([
    ['no tensor', undefined, 'the result is undefined; give a tensor { shape, data }'],
    ['a promise', Promise.resolve(right), 'the result is a promise; await it'],
    ['data that are no numbers', { shape: [1], data: ['1'] }, 'the result is an object of shape, data'],
  ])('%s is refused, .not as well', (_, result, message) => {
    expect(() => expect(result).toMatchOracle('conv2d', { x, w }, valid)).toThrow(message)
    expect(() => expect(result).not.toMatchOracle('conv2d', { x, w }, valid)).toThrow(message)
  })

  it('operands that do not fit, and such as float32 cannot hold, are refused with the mend', () => {
    const two = f32([1, 2, 1, 1], 1, 1)
    expect(() => expect(right).not.toMatchOracle('conv2d', { x, w: two }, valid)).toThrow(ShapeError)
    const tenth = { shape: [1], data: [0.1] }
    expect(() => expect(f32([1], 0.1)).toMatchOracle('relu', { x: tenth })).toThrow(
      'the result is float32 and x holds 0.1, which float32 does not; give the x that the call got, as a Float32Array',
    )
  })

  it('types: a call without its attributes, or with operands of another operator, does not compile', () => {
    // @ts-expect-error conv2d has attributes
    expect(() => expect(right).toMatchOracle('conv2d', { x, w })).toThrow()
    // @ts-expect-error relu has no dy
    expect(() => expect(right).toMatchOracle('relu', { x, dy: x })).toThrow('there is no operand dy')
  })
})
