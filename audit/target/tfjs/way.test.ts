import { expect, test } from 'vitest'
import { type Padding, type Pair, Unsupported } from '../../../reference/contract.ts'
import { explicit, explicitNchw, number, refuseStridedDilation, type Sliding, same, valid } from './way.ts'

const slide = (
  input: Pair,
  kernel: Pair,
  stride: Pair,
  padding: Padding,
  { dilation = [1, 1], ceilMode = false }: { dilation?: Pair; ceilMode?: boolean } = {},
): Sliding => ({ operator: 'conv2d', input, window: { kernel, stride, padding, dilation }, ceilMode })

test('[t,l,b,r] becomes [[0,0],[t,b],[l,r],[0,0]], over NCHW [[0,0],[0,0],[t,b],[l,r]]', () => {
  const sliding = slide([9, 9], [2, 2], [1, 1], [1, 2, 3, 4])
  expect(explicit(sliding)).toEqual({ pad: [[0, 0], [1, 3], [2, 4], [0, 0]] }) // biome-ignore format: reads as one table
  expect(explicitNchw(sliding)).toEqual({ pad: [[0, 0], [0, 0], [1, 3], [2, 4]] }) // biome-ignore format: reads as one table
})

test('a number says four equal sides and no others', () => {
  expect(number(slide([5, 5], [3, 3], [1, 1], [2, 2, 2, 2]))).toEqual({ pad: 2 })
  expect(() => number(slide([5, 5], [3, 3], [1, 1], [1, 1, 1, 2]))).toThrow(Unsupported)
})

test("'valid' says no padding, and sizes rounded down", () => {
  expect(valid(slide([5, 5], [2, 2], [2, 2], [0, 0, 0, 0]))).toEqual({ pad: 'valid' })
  expect(() => valid(slide([5, 5], [2, 2], [2, 2], [0, 0, 0, 1]))).toThrow(/'valid' pads \(0,0,0,0\)/)
  expect(() => valid(slide([5, 5], [2, 2], [2, 2], [0, 0, 0, 0], { ceilMode: true }))).toThrow(/2×2 here, 3×3/)
  expect(valid(slide([4, 4], [2, 2], [2, 2], [0, 0, 0, 0], { ceilMode: true }))).toEqual({ pad: 'valid' })
})

test.each<[string, Sliding]>([
  // H=5, k=3, s=2: P=3, (3−1)·2+3−5 = 2, one cell each. W=4, k=2, s=1: P=4, 3+2−4 = 1, the one cell after.
  ['rows 1+1, columns 0+1', slide([5, 4], [3, 2], [2, 1], [1, 0, 1, 1])],
  // H=5, k=3, d=2, s=1: span 5, P=5, 4+5−5 = 4, two each. W=6, k=1, s=3: P=2, 3+1−6 < 0, none.
  [
    'dilation widens, stride beyond the kernel pads nothing',
    slide([5, 6], [3, 1], [1, 1], [2, 0, 2, 0], { dilation: [2, 1] }),
  ],
  ['stride beyond the kernel pads nothing', slide([6, 6], [1, 1], [3, 3], [0, 0, 0, 0])],
  // The size of 'same' is ⌈5/2⌉ = 3 without padding, which is the size rounded up.
  ['ceilMode where it gives the size of same', slide([5, 5], [1, 1], [2, 2], [0, 0, 0, 0], { ceilMode: true })],
])("'same' says the padding of TensorFlow: %s", (_, sliding) => {
  expect(same(sliding)).toEqual({ pad: 'same' })
})

test("'same' says no other padding", () => {
  expect(() => same(slide([5, 4], [3, 2], [2, 1], [1, 1, 1, 0]))).toThrow(/'same' pads \(1,0,1,1\)/)
  expect(() => same(slide([5, 4], [3, 2], [2, 1], [0, 0, 0, 0]))).toThrow(Unsupported)
})

test("ceilMode is dimRoundingMode 'ceil', unless the contract drops a window that ceil keeps", () => {
  const ceil = { ceilMode: true }
  expect(explicit(slide([3, 3], [2, 2], [2, 2], [0, 0, 0, 0], ceil))).toMatchObject({ dimRoundingMode: 'ceil' })
  expect(number(slide([3, 3], [2, 2], [2, 2], [0, 0, 0, 0], ceil))).toEqual({ pad: 0, dimRoundingMode: 'ceil' })
  // 2 cells and one of padding after, k=1, s=2: ⌈(3−1)/2⌉+1 = 2 windows; the second starts at 2, outside.
  expect(() => explicit(slide([2, 2], [1, 1], [2, 2], [0, 0, 1, 1], ceil))).toThrow(/drops the last/)
})

test('dilation and stride above 1 exclude each other, also on different axes', () => {
  expect(() => refuseStridedDilation('conv2d', { stride: [1, 2], dilation: [2, 1] })).toThrow(Unsupported)
  expect(() => refuseStridedDilation('conv2d', { stride: [2, 2], dilation: [1, 1] })).not.toThrow()
  expect(() => refuseStridedDilation('conv2d', { stride: [1, 1], dilation: [2, 2] })).not.toThrow()
})
