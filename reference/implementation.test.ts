import { expect, it } from 'vitest'
import type { Implementation } from './contract.ts'
import { checkImplementation } from './implementation.ts'
import { textbook } from './textbook.ts'

const form =
  "it is an object { name, precision: 'float32' or 'float64', operators: { conv2d({ x, w, b }, attributes) { … } } }"

it.each([
  [null, `judge: the implementation is null; ${form}`],
  [undefined, `judge: the implementation is undefined; ${form}`],
  ['tfjs', `judge: the implementation is tfjs; ${form}`],
  [{}, `judge: the implementation has no operators; ${form}`],
  [{ operators: null }, `judge: the implementation has no operators; ${form}`],
  [{ operators: {} }, "judge: the precision of the implementation is missing; it is 'float32' or 'float64'"],
  [
    { operators: {}, precision: 'float16' },
    "judge: the precision of the implementation is float16; it is 'float32' or 'float64'",
  ],
])('%j is refused', (value, message) => {
  expect(() => checkImplementation('judge', value as unknown as Implementation)).toThrow(new RangeError(message))
})

it('an implementation passes', () => {
  expect(() => checkImplementation('judge', textbook)).not.toThrow()
})
