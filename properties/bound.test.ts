import { describe, expect, it } from 'vitest'
import { real } from '../reference/arithmetic/real.ts'
import type { OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { type Tensor, tensor } from '../reference/tensor.ts'
import { sampleCases } from './arbitrary/case.ts'
import { expectation } from './bound.ts'
import { instantiate } from './case.ts'
import { printCase } from './descriptor.ts'
import { Random } from './random.ts'
import { verdict } from './verdict.ts'

const round = Math.fround

/** The factors of a dot product. */
type Terms = readonly [a: ArrayLike<number>, b: ArrayLike<number>]

const product = ([a, b]: Terms, i: number): number => round(a[i]! * b[i]!)

/** Dot products of the first n terms in float32, each operation rounded once. */
const orders: Readonly<Record<string, (t: Terms, n: number) => number>> = {
  forward(t, n) {
    let sum = 0
    for (let i = 0; i < n; i++) sum = round(sum + product(t, i))
    return sum
  },
  reversed(t, n) {
    let sum = 0
    for (let i = n; i-- > 0; ) sum = round(sum + product(t, i))
    return sum
  },
  pairwise(t, n) {
    const sum = (from: number, to: number): number => {
      const middle = (from + to) >> 1
      return to - from === 1 ? product(t, from) : round(sum(from, middle) + sum(middle, to))
    }
    return sum(0, n)
  },
  lanes(t, n) {
    const lanes = new Float32Array(8)
    for (let i = 0; i < n; i++) lanes[i & 7] = lanes[i & 7]! + product(t, i)
    return lanes.reduce((sum, lane) => round(sum + lane))
  },
  kahan(t, n) {
    let sum = 0
    let lost = 0
    for (let i = 0; i < n; i++) {
      const term = round(product(t, i) - lost)
      const next = round(sum + term)
      lost = round(round(next - sum) - term)
      sum = next
    }
    return sum
  },
  /** A multiply-add that rounds once: the product of two float32 numbers is exact in float64. */
  fused([a, b], n) {
    let sum = 0
    for (let i = 0; i < n; i++) sum = round(sum + a[i]! * b[i]!)
    return sum
  },
}

/** Signed over ten binades, or all positive: the two ways in which roundings add up. */
function numbers(count: number, random: Random, positive: boolean): Float32Array {
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++)
    values[i] = positive ? random.unit() : random.sign() * (1 + random.unit()) * 2 ** random.integer(-6, 3)
  return values
}

describe('correct float32 sums stay within the bound, in every order', () => {
  const counts = { results: 0, wrong: 0, tolerable: 0 }
  const count = (result: Tensor, expected: ReturnType<typeof expectation>): void => {
    const v = verdict(result, expected)
    counts.results += result.data.length
    counts.wrong += v.counts.wrong
    counts.tolerable += v.counts.tolerable
  }

  it.each(Object.keys(orders))('dense, %s', (name) => {
    const sum = orders[name]!
    const random = new Random(7)
    const before = { ...counts }
    for (const I of [1, 2, 3, 4, 7, 9, 33, 100, 513])
      for (const positive of [false, true]) {
        const [N, O] = [24, 16]
        const [x, w] = [numbers(N * I, random, positive), numbers(O * I, random, positive)]
        const y = new Float32Array(N * O)
        for (let n = 0; n < N; n++)
          for (let o = 0; o < O; o++)
            y[n * O + o] = sum([x.subarray(n * I, (n + 1) * I), w.subarray(o * I, (o + 1) * I)], I)
        const operands = { x: { shape: [N, I], data: x }, w: { shape: [O, I], data: w } }
        count({ shape: [N, O], data: y }, expectation(operatorRow('dense'), operands, {}, 'float32'))
      }
    expect(counts.results - before.results).toBe(9 * 2 * 24 * 16)
    expect(counts.wrong).toBe(0)
    expect(counts.tolerable - before.tolerable).toBeLessThanOrEqual(1)
  })

  it.each(Object.keys(orders))('conv2d, %s', (name) => {
    const sum = orders[name]!
    const random = new Random(8)
    const [C, M, H, W, R, S] = [5, 3, 8, 9, 3, 2] as const
    const before = { ...counts }
    for (const positive of [false, true]) {
      const [x, w] = [numbers(C * H * W, random, positive), numbers(M * C * R * S, random, positive)]
      const attributes = { stride: [1, 1], padding: [1, 0, 1, 1], dilation: [1, 1], groups: 1 } as const
      const operands = { x: { shape: [1, C, H, W], data: x }, w: { shape: [M, C, R, S], data: w } }
      const expected = expectation(operatorRow('conv2d'), operands, attributes, 'float32')
      const y = new Float32Array(M * H * W)
      for (let at = 0; at < y.length; at++) {
        const [m, p, q] = [Math.floor(at / (H * W)), Math.floor(at / W) % H, at % W]
        const terms: [number[], number[]] = [[], []]
        for (let i = 0; i < C * R * S; i++) {
          const [c, h, v] = [Math.floor(i / (R * S)), p - 1 + (Math.floor(i / S) % R), q + (i % S)]
          if (h < 0 || h >= H || v >= W) continue
          terms[0].push(x[(c * H + h) * W + v]!)
          terms[1].push(w[m * C * R * S + i]!)
        }
        y[at] = sum(terms, terms[0].length)
      }
      count({ shape: [1, M, H, W], data: y }, expected)
    }
    expect(counts.wrong).toBe(0)
    expect(counts.tolerable - before.tolerable).toBeLessThanOrEqual(1)
  })

  it('over at least 20,000 results, of which not one in 5,000 is beyond what is typical', () => {
    expect(counts.results).toBeGreaterThanOrEqual(20_000)
    expect(counts.tolerable / counts.results).toBeLessThan(1 / 5_000)
  })
})

/** v with `bits` significand bits, ties to even: 8 are bfloat16, 11 TF32. */
function shorten(v: number, bits: number): number {
  if (v === 0) return 0
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(v))) - bits + 1)
  const floor = Math.floor(v / unit)
  const rest = v / unit - floor
  return (rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor) * unit
}

describe('exact cases leave no room for inputs that were rounded', () => {
  it('257 to eight bits is 256, 259 is 260, −2049 to eleven −2048, and 1 stays', () => {
    expect([shorten(257, 8), shorten(259, 8), shorten(-2049, 11), shorten(1, 8)]).toEqual([256, 260, -2048, 1])
  })

  const products: readonly OperatorName[] = [
    'conv2d',
    'conv2dInputGradient',
    'conv2dWeightGradient',
    'convTranspose2d',
    'dense',
  ]
  it.each(products)('%s: bfloat16 and TF32 inputs are wrong every time, and the textbook exact', (operator) => {
    const row = operatorRow(operator)
    let judged = 0
    const rounded = new Set<string>()
    for (const c of sampleCases(row, 80, 11, ['exact'])) {
      const { operands, attributes } = instantiate(c, 'float32')
      const expected = expectation(row, operands, attributes, 'float32')
      expect(Math.max(...expected.bound), printCase(c)).toBe(0)
      expect(verdict(tensor(expected.shape, expected.value, 'float32'), expected).grade).toBe('exact')
      for (const bits of [8, 11]) {
        const short: Record<string, Tensor> = {}
        const before = judged
        for (const [name, operand] of Object.entries(operands)) {
          if (operand === undefined) continue
          short[name] = tensor(operand.shape, name === 'b' ? operand.data : operand.data.map((v) => shorten(v, bits)))
          if (short[name].data.every((v, i) => v === operand.data[i])) continue
          rounded.add(name)
          judged = before + 1
        }
        if (judged === before) continue
        const { shape, data } = row.textbook(real, short, attributes)
        const v = verdict(tensor(shape, data, 'float32'), expected)
        expect(v, `${bits} bits: ${printCase(c)}`).toMatchObject({ grade: 'wrong', fault: 'wrong' })
      }
    }
    expect(judged).toBe(160)
    expect([...rounded].sort()).toEqual(row.operands.filter((name) => name !== 'b').sort())
  })
})
