import { expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { blocked32 } from '../index.ts'

const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
const { conv2d, conv2dInputGradient, conv2dWeightGradient, conv2dBiasGradient, convTranspose2d } = blocked32.operators

it('the 5×5 image 11100/01110/00111/00110/01100 under 101/010/101 is 434/243/234', () => {
  const x = tensor([1, 1, 5, 5], [...'1110001110001110011001100'].map(Number), 'float32')
  const w = tensor([1, 1, 3, 3], [1, 0, 1, 0, 1, 0, 1, 0, 1], 'float32')
  expect([...conv2d({ x, w }, plain).data]).toEqual([4, 3, 4, 2, 4, 3, 2, 3, 4])
})

it('an infinite weight over padding contributes nothing', () => {
  const x = tensor([1, 1, 1, 2], [2, 3], 'float32')
  const w = tensor([1, 1, 1, 3], [Number.POSITIVE_INFINITY, 1, 10], 'float32')
  expect([...conv2d({ x, w }, { ...plain, padding: [0, 1, 0, 1] }).data]).toEqual([32, Number.POSITIVE_INFINITY])
})

it('outputs that see no cell at all are the bias', () => {
  const x = tensor([1, 1, 1, 1], [5], 'float32')
  const w = tensor([2, 1, 1, 1], [1, 2], 'float32')
  const b = tensor([2], [7, 8], 'float32')
  expect([...conv2d({ x, w, b }, { ...plain, padding: [0, 1, 0, 2] }).data]).toEqual([7, 12, 7, 7, 8, 18, 8, 8])
})

it('one error through a 2×2 kernel paints the kernel on the input, and the input on the kernel', () => {
  const dy = tensor([1, 1, 2, 2], [0, 10, 0, 0], 'float32')
  const w = tensor([1, 1, 2, 2], [1, 2, 3, 4], 'float32')
  const x = tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9], 'float32')
  const dx = conv2dInputGradient({ dy, w }, { ...plain, inputSize: [3, 3] })
  const dw = conv2dWeightGradient({ x, dy }, { ...plain, kernelSize: [2, 2] })
  expect([...dx.data]).toEqual([0, 10, 20, 0, 30, 40, 0, 0, 0])
  expect([...dw.data]).toEqual([20, 30, 50, 60])
  expect([...conv2dBiasGradient({ dy }, {}).data]).toEqual([10])
})

it('a transposed convolution of stride 2 paints kernels apart, and outputPadding adds what only the bias reaches', () => {
  const x = tensor([1, 1, 1, 2], [1, 10], 'float32')
  const w = tensor([1, 1, 1, 2], [3, 4], 'float32')
  const b = tensor([1], [100], 'float32')
  const y = convTranspose2d({ x, w, b }, { ...plain, stride: [2, 2], outputPadding: [0, 1] })
  expect(y.shape).toEqual([1, 1, 1, 5])
  expect([...y.data]).toEqual([103, 104, 130, 140, 100])
})

it('float32 sums are rounded once: 2²⁴ + 1 + 1 is 2²⁴ + 2', () => {
  const x = tensor([1, 3, 1, 1], [2 ** 24, 1, 1], 'float32')
  const w = tensor([1, 3, 1, 1], [1, 1, 1], 'float32')
  expect(conv2d({ x, w }, plain).data[0]).toBe(2 ** 24 + 2)
})

it('results are fresh: a later call changes none, and none is an operand', () => {
  const x = tensor([1, 1, 1, 1], [5], 'float32')
  const w = tensor([1, 1, 1, 1], [2], 'float32')
  const first = conv2d({ x, w }, plain)
  const second = conv2d({ x: tensor([1, 1, 1, 1], [7], 'float32'), w }, plain)
  expect([first.data[0], second.data[0]]).toEqual([10, 14])
  expect(first.data.buffer).not.toBe(second.data.buffer)
})
