import { expect, it } from 'vitest'
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { real } from '../arithmetic/real.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from './conv2d.ts'
import { convTranspose2d } from './convTranspose2d.ts'
import { maxPool2d, maxPool2dGradient } from './maxPool2d.ts'
import { relu } from './relu.ts'

/** A Float64Array drops what is written beyond its end; these grow, as the arrays of exact numbers do. */
const growing: Arithmetic<number> = Object.create(real, { array: { value: (length: number) => Array(length).fill(0) } })

const ones = (...shape: number[]): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => 1),
  )
const conv = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 2 } as const
const pool = { ...conv, kernel: [2, 2], ceilMode: false } as const
const [x, w, dy] = [ones(2, 2, 3, 3), ones(2, 1, 2, 2), ones(2, 2, 2, 2)]

it.each([
  ['relu', relu(growing, { x }), 36],
  ['conv2d', conv2d(growing, { x, w }, conv), 16],
  ['conv2dInputGradient', conv2dInputGradient(growing, { dy, w }, { ...conv, inputSize: [3, 3] }), 36],
  ['conv2dWeightGradient', conv2dWeightGradient(growing, { x, dy }, { ...conv, kernelSize: [2, 2] }), 8],
  ['convTranspose2d', convTranspose2d(growing, { x: dy, w }, { ...conv, outputPadding: [0, 0] }), 36],
  ['maxPool2d', maxPool2d(growing, { x }, pool), 16],
  ['maxPool2dGradient', maxPool2dGradient(growing, { x, dy }, pool), 36],
] as const)('%s writes nothing beyond the end of its result', (_operator, { data }, length) => {
  expect(Array.from(data)).toHaveLength(length)
  expect(Array.from(data)).not.toContain(Number.NaN)
})
