import { describe, expect, it } from 'vitest'
import { real } from '../reference/arithmetic/real.ts'
import type { OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import { type Tensor, tensor } from '../reference/tensor.ts'
import { sampleCases } from './arbitrary/case.ts'
import { expectation } from './bound.ts'
import { instantiate } from './case.ts'
import { printCase } from './descriptor.ts'
import { orders } from './order/orders.ts'
import { Products } from './order/terms.ts'
import { Random } from './random.ts'
import { verdict } from './verdict.ts'

/** Signed over ten binades, or all positive: the two ways in which roundings add up. */
function numbers(count: number, random: Random, positive: boolean): Float32Array {
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++)
    values[i] = positive ? random.unit() : random.sign() * (1 + random.unit()) * 2 ** random.integer(-6, 3)
  return values
}

describe('correct float32 sums stay within the bound, in every order', () => {
  const counts = { results: 0, wrong: 0, tolerable: 0 }

  it.each(Object.keys(orders))('dense, up to 513 terms, %s', (name) => {
    const random = new Random(7)
    const before = { ...counts }
    for (const I of [1, 2, 3, 4, 7, 9, 33, 100, 513])
      for (const positive of [false, true]) {
        const [N, O] = [24, 16]
        const [x, w] = [numbers(N * I, random, positive), numbers(O * I, random, positive)]
        const y = new Float32Array(N * O)
        const products = new Products()
        for (let n = 0; n < N; n++)
          for (let o = 0; o < O; o++) {
            products.length = 0
            for (let i = 0; i < I; i++) products.push(x[n * I + i]!, w[o * I + i]!)
            y[n * O + o] = orders[name]!(products)
          }
        const operands = { x: { shape: [N, I], data: x }, w: { shape: [O, I], data: w } }
        const v = verdict({ shape: [N, O], data: y }, expectation(operatorRow('dense'), operands, {}, 'float32'))
        counts.results += y.length
        counts.wrong += v.counts.wrong
        counts.tolerable += v.counts.tolerable
      }
    expect(counts.results - before.results).toBe(9 * 2 * 24 * 16)
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

describe('float64 is judged by double-double', () => {
  const sum = (...terms: number[]) => {
    const operands = {
      x: tensor([1, terms.length], terms),
      w: tensor(
        [1, terms.length],
        terms.map(() => 1),
      ),
    }
    return expectation(operatorRow('dense'), operands, {}, 'float64')
  }
  it('10¹⁶ + 1 − 10¹⁶ is 1, where float64 says 0; both are within the bound, one is exact', () => {
    const e = sum(1e16, 1, -1e16)
    expect(e.value[0]).toBe(1)
    expect(verdict(tensor([1, 1], [1]), e).grade).toBe('exact')
    expect(verdict(tensor([1, 1], [0]), e).grade).toBe('accurate')
    expect(verdict(tensor([1, 1], [64]), e).grade).toBe('wrong')
  })
  it('the same with numbers that are not whole', () => {
    expect(sum(1e16, 0.5, -1e16).value[0]).toBe(0.5)
  })
})

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

describe('an expectation of what cannot be computed is refused', () => {
  const x = tensor([1, 2], [1, 2], 'float32')
  it('operands that are missing or short', () => {
    const missing = () => expectation(operatorRow('dense'), { x }, {}, 'float32')
    expect(missing).toThrow('dense: w is missing; give a tensor { shape, data }')
    const short = () => expectation(operatorRow('relu'), { x: { shape: [4], data: x.data } }, {}, 'float32')
    expect(short).toThrow('relu: x holds 2 numbers, its shape (4) needs 4')
  })
  it('a precision of another name', () => {
    const half = 'float16' as unknown as 'float32'
    expect(() => expectation(operatorRow('relu'), { x }, {}, half)).toThrow(
      new RangeError("relu: the precision is float16; it is 'float32' or 'float64'"),
    )
  })
})
