import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { tryByHand } from './byHand/tryByHand.ts'
import { mlMatrixConvolution } from './mlMatrixConvolution.ts'

const [direct, fft] = await mlMatrixConvolution.load()

describe('ml-matrix-convolution', () => {
  it.each([direct!, fft!])(
    'has our centre for odd and even kernels, inside the matrix: $name',
    async (implementation) => {
      const { right, refused, wrong } = await tryByHand(implementation)
      expect(wrong).toEqual([])
      expect(refused).toEqual(['convolve2d valid'])
      expect(right).toEqual(['convolve2d same, odd kernel', 'convolve2d same, even kernel'])
    },
  )

  it.each([direct!, fft!])('wraps around at the border, where ours sees zeros: $name', async ({ operators }) => {
    const f = tensor([4, 4], [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8])
    // 'same' of a kernel of two rows starts at row 0 of 'full': y[h] = f[h] + 10·f[h−1], and f[−1] is f[3].
    const y = await operators.convolve2d?.({ f, g: tensor([2, 1], [1, 10]) }, { mode: 'same' })
    const expected = [51, 62, 73, 84, 10, 20, 30, 40, 0, 0, 0, 0, 5, 6, 7, 8]
    for (const [i, value] of expected.entries()) expect(y?.data[i]).toBeCloseTo(value, 12)
  })

  it('declares how it computes, and refuses full and valid', () => {
    expect([direct?.numerics, fft?.numerics]).toEqual(['sum', 'fft'])
    const operands = { f: tensor([1, 1], [1]), g: tensor([1, 1], [1]) }
    for (const mode of ['full', 'valid'] as const)
      expect(() => direct?.operators.convolve2d?.(operands, { mode })).toThrow(Unsupported)
  })
})
