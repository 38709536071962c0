import { expect, it } from 'vitest'
import { memorySpeed } from './memory.ts'

it('a triad moves bytes and a chase takes time: GB/s and ns of arrays of 1 MiB', () => {
  const { bandwidth, latency } = memorySpeed(2 ** 20)
  for (const value of [bandwidth, latency]) {
    expect(value).toBeGreaterThan(0)
    expect(value).toBeLessThan(Number.POSITIVE_INFINITY)
  }
})
