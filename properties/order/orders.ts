/**
 * Correct ways to add up a sum of products in float32, as kernels do it: each operation is rounded once, as IEEE 754 has it.
 * A verdict must not call any of them wrong.
 */
import type { Products } from './terms.ts'

const round = Math.fround

const product = ({ a, b }: Products, i: number): number => round(a[i]! * b[i]!)

/** SIMD: partial sums in `count` lanes, added up at the end. */
const lanes =
  (count: number) =>
  (p: Products): number => {
    const sums = new Float32Array(count)
    for (let i = 0; i < p.length; i++) sums[i % count] = sums[i % count]! + product(p, i)
    return sums.reduce((sum, lane) => round(sum + lane))
  }

/** By name; each adds up all products. */
export type Orders = Readonly<Record<string, (p: Products) => number>>

export const orders: Orders = {
  forward(p) {
    let sum = 0
    for (let i = 0; i < p.length; i++) sum = round(sum + product(p, i))
    return sum
  },
  reversed(p) {
    let sum = 0
    for (let i = p.length; i-- > 0; ) sum = round(sum + product(p, i))
    return sum
  },
  pairwise(p) {
    const sum = (from: number, to: number): number => {
      const middle = (from + to) >> 1
      return to - from === 1 ? product(p, from) : round(sum(from, middle) + sum(middle, to))
    }
    return p.length === 0 ? 0 : sum(0, p.length)
  },
  '4 lanes': lanes(4),
  '8 lanes': lanes(8),
  '16 lanes': lanes(16),
  /** A product enters the sum unrounded: that of two float32 numbers is exact in float64. */
  'fused multiply-add'(p) {
    let sum = 0
    for (let i = 0; i < p.length; i++) sum = round(sum + p.a[i]! * p.b[i]!)
    return sum
  },
  Kahan(p) {
    let sum = 0
    let lost = 0
    for (let i = 0; i < p.length; i++) {
      const term = round(product(p, i) - lost)
      const next = round(sum + term)
      lost = round(round(next - sum) - term)
      sum = next
    }
    return sum
  },
  'float64 inside'(p) {
    let sum = 0
    for (let i = 0; i < p.length; i++) sum += p.a[i]! * p.b[i]!
    return round(sum)
  },
}
