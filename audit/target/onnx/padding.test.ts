import { describe, expect, it } from 'vitest'
import { missingForward, missingTransposed, paddingAttributes } from './padding.ts'

describe('paddingAttributes', () => {
  const asked = { operator: 'conv2d', padding: [0, 1, 1, 2], missing: [1, 3] } as const

  it('pads takes [top, left, bottom, right] as it is', () => {
    expect(paddingAttributes('pads', asked)).toEqual({ pads: [0, 1, 1, 2] })
  })

  it('SAME_UPPER puts the rest of an odd total at the end', () => {
    expect(paddingAttributes('SAME_UPPER', asked)).toEqual({ auto_pad: 'SAME_UPPER' })
    const lower = { ...asked, padding: [1, 2, 0, 1] } as const
    expect(() => paddingAttributes('SAME_UPPER', lower)).toThrow(
      'SAME_UPPER pads (0,1,1,2), the case asks for (1,2,0,1)',
    )
  })

  it('VALID pads nothing', () => {
    expect(() => paddingAttributes('VALID', asked)).toThrow('VALID pads (0,0,0,0)')
    expect(paddingAttributes('VALID', { ...asked, padding: [0, 0, 0, 0] })).toEqual({ auto_pad: 'VALID' })
  })
})

describe('what SAME_UPPER adds', () => {
  it('makes ⌈H/s⌉ windows fit: 5 cells, 3×dilation 2, stride 2 → 3 windows reach over 9', () => {
    expect(missingForward([5, 4], [3, 1], [2, 4], [2, 1])).toEqual([4, -3])
  })

  it('cuts a transposed convolution to P·s: kernel 3, stride 2, output padding 1 → 2 too many, whatever P', () => {
    expect(missingTransposed([3, 1], [2, 3], [1, 1], [1, 0])).toEqual([2, -2])
  })
})
