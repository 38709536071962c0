import { expect, it } from 'vitest'
import { split } from './slide.ts'

it('tiles cover a row exactly, differ by one at most, and none is wider than the registers', () => {
  for (let width = 1; width <= 70; width++) {
    for (const most of [5, 6, 10, 12]) {
      const tiles = split(width, most)
      expect(tiles.reduce((sum, { size, times }) => sum + size * times, 0)).toBe(width)
      const sizes = tiles.map(({ size }) => size)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(most)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }
  }
})

it('a row of 56 is eight fives and four fours: no tile too narrow to hide the latency of an addition', () => {
  expect(split(56, 5)).toEqual([
    { size: 5, times: 8 },
    { size: 4, times: 4 },
  ])
})
