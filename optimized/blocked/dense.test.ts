import { expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { blocked32 } from '../index.ts'

const { dense, denseInputGradient, denseWeightGradient, denseBiasGradient } = blocked32.operators
const x = tensor([2, 3], [1, 2, 3, 4, 5, 6], 'float32')
const w = tensor([2, 3], [1, 0, 2, 0, 3, 1], 'float32')
const dy = tensor([2, 2], [1, 10, 2, 20], 'float32')

it('y = x·wᵀ + b', () => {
  const b = tensor([2], [100, 200], 'float32')
  expect([...dense({ x, w, b }, {}).data]).toEqual([107, 209, 116, 221])
})

it('dx = dy·w', () => {
  expect([...denseInputGradient({ dy, w }, {}).data]).toEqual([1, 30, 12, 2, 60, 24])
})

it('dw = dyᵀ·x, db = Σₙ dy', () => {
  expect([...denseWeightGradient({ x, dy }, {}).data]).toEqual([9, 12, 15, 90, 120, 150])
  expect([...denseBiasGradient({ dy }, {}).data]).toEqual([3, 30])
})

it('a long sum over all rows of a tile and one beyond: Σ 1 … 1100 = 605550', () => {
  const numbers = Array.from({ length: 1100 }, (_, i) => i + 1)
  const [long, ones] = [tensor([1, 1100], numbers, 'float32'), tensor([5, 1100], new Array(5500).fill(1), 'float32')]
  expect([...dense({ x: long, w: ones }, {}).data]).toEqual(new Array(5).fill(605550))
})
