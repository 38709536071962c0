import { expect, it } from 'vitest'
import { Random } from '../properties/random.ts'
import { intervalText, medianInterval, quantile } from './interval.ts'

it('6 samples: the least and the largest (2·½⁶ = 3 %); 10 samples: the second and the ninth (2·11/2¹⁰ = 2 %)', () => {
  expect(medianInterval([3, 1, 6, 2, 5, 4])).toEqual({ median: 3.5, low: 1, high: 6 })
  expect(medianInterval([10, 1, 9, 2, 8, 3, 7, 4, 6, 5])).toEqual({ median: 5.5, low: 2, high: 9 })
  expect(medianInterval([1, 2, 3, 4, 5, 6, 7])).toEqual({ median: 4, low: 1, high: 7 })
})

it('5 samples are too few: 2·½⁵ = 6 %', () => {
  expect(() => medianInterval([1, 2, 3, 4, 5])).toThrow(/at least 6 samples, there are 5/)
})

it('holds the true median in 95 of 100 experiments at least', () => {
  const random = new Random(4)
  let holds = 0
  for (let experiment = 0; experiment < 2000; experiment++) {
    // Exponential, lopsided as timings are; its median is ln 2.
    const { low, high } = medianInterval(Array.from({ length: 15 }, () => -Math.log(1 - random.unit())))
    if (low <= Math.LN2 && Math.LN2 <= high) holds++
  }
  expect(holds / 2000).toBeGreaterThan(0.95)
})

it('is printed with its unit', () => {
  expect(intervalText({ median: 2.314, low: 2.2, high: 2.449 }, ' ms')).toBe('2.31 ms [2.20, 2.45]')
})

it('a quantile lies between its two neighbours in order, in proportion', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(quantile([50, 10, 20, 40, 30], 0.1)).toBe(14)
  expect([quantile([7, 5], 0), quantile([7, 5], 1), quantile([7], 0.3)]).toEqual([5, 7, 7])
  expect(quantile([], 0.5)).toBeNaN()
})
