import { expect, test } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import {
  hwimToOihw,
  hwioToOihw,
  nchwToNhwc,
  nhwcToNchw,
  oihwToHwim,
  oihwToHwio,
  permute,
  reshape,
  transpose,
} from './layout.ts'

const numbers = (t: { shape: readonly number[]; data: ArrayLike<number> }) => ({
  shape: [...t.shape],
  data: Array.from(t.data),
})

test('NCHW → NHWC: channels move behind the columns', () => {
  // One image, two channels of one row: 1 2 3 and 4 5 6.
  const x = tensor([1, 2, 1, 3], [1, 2, 3, 4, 5, 6])
  const y = { shape: [1, 1, 3, 2], data: [1, 4, 2, 5, 3, 6] }
  expect(numbers(nchwToNhwc(x))).toEqual(y)
  expect(numbers(nhwcToNchw(tensor(y.shape, y.data)))).toEqual(numbers(x))
})

test('NCHW → NHWC: with two images and rows ≠ columns', () => {
  const x = tensor([2, 2, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8])
  expect(numbers(nchwToNhwc(x))).toEqual({ shape: [2, 2, 1, 2], data: [1, 3, 2, 4, 5, 7, 6, 8] })
})

test('(M,C,R,S) → (R,S,C,M): w[m,c,r,s] stands at [r,s,c,m]', () => {
  // Two filters, three channels, kernel 1×2; the digits of a number are m c s, counted from 1.
  const w = tensor([2, 3, 1, 2], [111, 112, 121, 122, 131, 132, 211, 212, 221, 222, 231, 232])
  const hwio = { shape: [1, 2, 3, 2], data: [111, 211, 121, 221, 131, 231, 112, 212, 122, 222, 132, 232] }
  expect(numbers(oihwToHwio(w))).toEqual(hwio)
  expect(numbers(hwioToOihw(tensor(hwio.shape, hwio.data)))).toEqual(numbers(w))
})

test('depthwise (C·K,1,R,S) → (R,S,C,K): filter m = c·K + k stands at [r,s,c,k]', () => {
  // Two channels, multiplier 3, kernel 2×1; the digits of a number are c k r, counted from 1.
  const w = tensor([6, 1, 2, 1], [111, 112, 121, 122, 131, 132, 211, 212, 221, 222, 231, 232])
  const hwim = { shape: [2, 1, 2, 3], data: [111, 121, 131, 211, 221, 231, 112, 122, 132, 212, 222, 232] }
  expect(numbers(oihwToHwim(w, 2))).toEqual(hwim)
  expect(numbers(hwimToOihw(tensor(hwim.shape, hwim.data)))).toEqual(numbers(w))
})

test('(O,I) → (I,O)', () => {
  expect(numbers(transpose(tensor([2, 3], [1, 2, 3, 4, 5, 6])))).toEqual({ shape: [3, 2], data: [1, 4, 2, 5, 3, 6] })
})

test('results share no memory with the operand and keep its precision, also when nothing moves', () => {
  const x = tensor([1, 1, 1, 2], [1, 2], 'float32')
  for (const y of [nchwToNhwc(x), permute(x, [0, 1, 2, 3]), reshape(x, [2])]) {
    expect(y.data).toBeInstanceOf(Float32Array)
    expect(y.data.buffer).not.toBe(x.data.buffer)
  }
})

test('a view into a larger buffer is read from its own start', () => {
  const data = new Float32Array([9, 9, 1, 2, 3, 4]).subarray(2)
  expect(numbers(nchwToNhwc({ shape: [1, 2, 1, 2], data }))).toEqual({ shape: [1, 1, 2, 2], data: [1, 3, 2, 4] })
})

test('axes that are no permutation and shapes of another size are refused', () => {
  const x = tensor([1, 2], [1, 2])
  expect(() => permute(x, [0, 0])).toThrow('no permutation')
  expect(() => permute(x, [0])).toThrow('no permutation')
  expect(() => reshape(x, [3])).toThrow('needs 3')
})
