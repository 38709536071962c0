import { expect, test } from 'vitest'
import { convolutionParameters, denseParameters, denseWeights } from './index.ts'

test('F29: 10⁶ pixels × 100 hidden units = 10⁸ weights, 100 kernels of 10×10 take 10 100', () => {
  expect(denseWeights(1e6, 100)).toBe(1e8)
  expect(denseParameters(1e6, 100)).toBe(100_000_100)
  expect(convolutionParameters(100, 1, [10, 10])).toBe(10_100)
})

test('F29: M·(C/G)·R·S + M: 6 maps over 4 channels, 3×5, in 1 and in 2 groups', () => {
  expect(convolutionParameters(6, 4, [3, 5])).toBe(366)
  expect(convolutionParameters(6, 4, [3, 5], 2)).toBe(186)
})
