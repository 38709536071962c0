import { expect, it } from 'vitest'
import { Random } from '../../properties/random.ts'
import { writeCycle } from './calibration.ts'

it('the chase meets every cache line once before it comes back', () => {
  const words = new Int32Array(16 * 1000)
  writeCycle(words, new Random(3))
  const met = new Set<number>()
  let at = 0
  do {
    met.add(at)
    at = words[at / 4]!
  } while (at !== 0)
  expect(met.size).toBe(1000)
  expect([...met].every((address) => address % 64 === 0)).toBe(true)
})

it('the chase follows no stride that a prefetcher could learn', () => {
  const words = new Int32Array(16 * 1000)
  writeCycle(words, new Random(3))
  const strides = new Set(Array.from({ length: 1000 }, (_, line) => words[16 * line]! - 64 * line))
  expect(strides.size).toBeGreaterThan(500)
})
