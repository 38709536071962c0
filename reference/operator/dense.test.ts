import { expect, it } from 'vitest'
import { real } from '../arithmetic/real.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { dense, denseBiasGradient, denseInputGradient, denseWeightGradient } from './dense.ts'

const t = (shape: readonly number[], ...values: number[]): Tensor => tensor(shape, values)
const x = t([2, 3], 1, 2, 3, 4, 5, 6)
const w = t([2, 3], 1, 10, 100, 2, 0, -1)
const dy = t([2, 2], 1, 10, 100, 1000)

it('dense (F19): y = x Wᵀ + b', () => {
  expect(dense(real, { x, w })).toEqual(t([2, 2], 321, -1, 654, 2))
  expect(dense(real, { x, w, b: t([2], 0.5, -0.5) })).toEqual(t([2, 2], 321.5, -1.5, 654.5, 1.5))
})

it('denseInputGradient (F11): δ W', () => {
  expect(denseInputGradient(real, { dy, w })).toEqual(t([2, 3], 21, 10, 90, 2100, 1000, 9000))
})

it('denseWeightGradient (F12): δᵀ x', () => {
  expect(denseWeightGradient(real, { x, dy })).toEqual(t([2, 3], 401, 502, 603, 4010, 5020, 6030))
})

it('denseBiasGradient (F12): Σₙ δ', () => {
  expect(denseBiasGradient(real, { dy })).toEqual(t([2], 101, 1010))
})

it('∞ − ∞ is NaN, NaN stays in its row', () => {
  const special = t([2, 2], Infinity, Infinity, Number.NaN, 1)
  expect(dense(real, { x: special, w: t([2, 2], 1, -1, 1, 1) })).toEqual(
    t([2, 2], Number.NaN, Infinity, Number.NaN, Number.NaN),
  )
})
