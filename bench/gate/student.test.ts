import { expect, it } from 'vitest'
import { tQuantile, tTail } from './student.ts'

it.each([
  // Abramowitz & Stegun, table 26.10, one-sided.
  [0.05, 5, 2.015],
  [0.001, 5, 5.893],
  [0.025, 1, 12.706],
  [0.005, 15, 2.947],
  [0.05, 120, 1.658],
])('t of one-sided α %d with %d degrees of freedom is %d', (alpha, freedom, t) => {
  expect(tQuantile(alpha, freedom)).toBeCloseTo(t, 2)
  expect(tTail(t, freedom)).toBeCloseTo(alpha, 3)
  expect(tTail(-t, freedom)).toBeCloseTo(1 - alpha, 3)
})
