import { expect, it } from 'vitest'
import { channelsLast, multiply, pack, ramp } from './panel.ts'

it('pack: four rows interleave, the fifth follows by itself', () => {
  const values = Float64Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41)
  const packed = pack(values, 0, 5, 2, Int32Array.of(1, 0))
  expect([...packed.data]).toEqual([1, 11, 21, 31, 0, 10, 20, 30, 41, 40])
})

it('channelsLast: (channels, cells) → (cells, channels)', () => {
  const to = new Float64Array(6)
  channelsLast(Float32Array.of(9, 1, 2, 3, 4, 5, 6), 1, 2, 3, to)
  expect([...to]).toEqual([1, 4, 2, 5, 3, 6])
})

it('multiply: c += a·b over full tiles, left-over rows, left-over columns and several column blocks', () => {
  const [rows, depth, columns] = [6, 5, 101]
  const a = Float64Array.from({ length: rows * depth }, (_, i) => (i % 7) - 3)
  const b = Float64Array.from({ length: columns * depth }, (_, i) => (i % 11) - 5)
  const c = new Float64Array(rows * columns).fill(1000)
  multiply(pack(a, 0, rows, depth, ramp(depth, 1)), b, c, 0, columns, {
    aRun: Int32Array.of(0, 3),
    bRun: Int32Array.of(0, 3),
    length: 2,
    step: 1,
    source: ramp(columns, depth),
    target: ramp(columns, 1),
  })
  // Two runs of two: products 0, 1 and 3, 4; product 2 is left out.
  const expected = Array.from(c, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns]
    return [0, 1, 3, 4].reduce((sum, k) => sum + a[i * depth + k]! * b[j * depth + k]!, 1000)
  })
  expect([...c]).toEqual(expected)
})
