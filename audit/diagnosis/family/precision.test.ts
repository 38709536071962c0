/** Numbers of fewer bits, against values of the formats' definitions. */
import { describe, expect, it } from 'vitest'
import { narrow, toNarrow } from './precision.ts'

describe('rounding to fewer bits', () => {
  it('float32 rounds as Math.fround does', () => {
    const float32 = { bits: 24, least: -126, most: 127 }
    for (const v of [
      1 / 3,
      -2 / 3,
      1 + 2 ** -24,
      1 + 3 * 2 ** -24,
      2 ** -149,
      2 ** -150,
      3 * 2 ** -150,
      3.4028235e38,
      1e39,
      -0,
    ])
      expect(toNarrow(v, float32)).toBe(Math.fround(v))
  })

  it('bfloat16 keeps 8 bits, ties to even', () => {
    expect(toNarrow(1 + 2 ** -8, narrow.bfloat16)).toBe(1)
    expect(toNarrow(1 + 3 * 2 ** -8, narrow.bfloat16)).toBe(1 + 2 ** -6)
    expect(toNarrow(-257, narrow.bfloat16)).toBe(-256)
  })

  it('float16 overflows beyond 65504 and has subnormals of 2⁻²⁴', () => {
    expect(toNarrow(65519, narrow.float16)).toBe(65504)
    expect(toNarrow(-65520, narrow.float16)).toBe(-Infinity)
    expect(toNarrow(1.4 * 2 ** -24, narrow.float16)).toBe(2 ** -24)
  })

  it('TF32 has the bits of float16 and the range of float32', () => {
    expect(toNarrow(1e30, narrow.TF32)).toBeGreaterThan(0.999e30)
    expect(toNarrow(2049, narrow.TF32)).toBe(2048)
  })
})
