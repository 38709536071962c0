import { describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { blocked32 } from '../index.ts'

const { maxPool2d, maxPool2dGradient, averagePool2d, averagePool2dGradient } = blocked32.operators
const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false } as const
const max = { ...window, dilation: [1, 1] } as const
const average = { ...window, countIncludePad: false } as const
const row = (...values: number[]) => tensor([1, 1, 1, values.length], values, 'float32')

describe('pooling', () => {
  it('2×2 of 1124/5678/3210/1234: max 68/34, mean 3.25 5.25/2 2', () => {
    const x = tensor([1, 1, 4, 4], [1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4], 'float32')
    expect([...maxPool2d({ x }, max).data]).toEqual([6, 8, 3, 4])
    expect([...averagePool2d({ x }, average).data]).toEqual([3.25, 5.25, 2, 2])
  })

  it('the padding is absent, not zero: a maximum of negatives stays negative', () => {
    const y = maxPool2d({ x: row(-5, -3) }, { ...max, kernel: [1, 3], stride: [1, 1], padding: [0, 1, 0, 1] })
    expect([...y.data]).toEqual([-3, -3])
  })

  it('NaN in a window gives NaN, and the gradient to the first NaN', () => {
    const a = { ...max, kernel: [1, 3], stride: [1, 1] } as const
    const x = row(9, Number.NaN, 3, Number.NaN, 1, 0)
    expect([...maxPool2d({ x }, a).data]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    expect([...maxPool2dGradient({ x, dy: row(1, 2, 4, 8) }, a).data]).toEqual([0, 3, 0, 12, 0, 0])
  })

  it('a tie goes to the first in row-major order, even when a later row has it further left', () => {
    const x = tensor([1, 1, 2, 2], [1, 4, 4, 1], 'float32')
    const dy = tensor([1, 1, 1, 1], [1], 'float32')
    expect([...maxPool2dGradient({ x, dy }, max).data]).toEqual([0, 1, 0, 0])
  })

  it('the mean divides by the cells inside, with countIncludePad by the padded ones, never by those of ceilMode', () => {
    const a = { kernel: [1, 3], stride: [1, 3], padding: [0, 1, 0, 1], ceilMode: true } as const
    const x = row(6, 6, 6, 6, 6, 6)
    expect([...averagePool2d({ x }, { ...a, countIncludePad: false }).data]).toEqual([6, 6, 6])
    expect([...averagePool2d({ x }, { ...a, countIncludePad: true }).data]).toEqual([4, 6, 3])
    const dx = averagePool2dGradient({ dy: row(6, 6, 6) }, { ...a, countIncludePad: true, inputSize: [1, 6] })
    expect([...dx.data]).toEqual([2, 2, 2, 2, 2, 3])
  })
})
