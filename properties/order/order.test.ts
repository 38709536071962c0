import { describe, expect, it } from 'vitest'
import { Inexpressible } from '../../reference/arithmetic/arithmetic.ts'
import { operatorRow } from '../../reference/operators.ts'
import { sumCampaign, summingOperators } from './campaign.ts'
import { orders } from './orders.ts'
import { addUp, Products, type Terms, terms } from './terms.ts'

const leaf = (v: number): Terms => terms.from(v)
const productsOf = (...pairs: readonly (readonly [number, number])[]): Products => {
  const products = new Products()
  for (const [a, b] of pairs) products.push(a, b)
  return products
}

describe('the textbook writes out its sums', () => {
  it('a correlation: y[0] = x[0]·w[0] + x[1]·w[1], in that order', () => {
    const f = { shape: [2], data: [leaf(3), leaf(5)] }
    const g = { shape: [2], data: [leaf(7), leaf(11)] }
    const { data } = operatorRow('correlate1d').textbook(terms, { f, g }, { mode: 'valid' })
    const seen: number[][] = []
    addUp(
      data[0]!,
      ({ a, b, length }) => {
        seen.push([...a.subarray(0, length)], [...b.subarray(0, length)])
        return 0
      },
      new Products(),
    )
    expect(seen).toEqual([
      [3, 5],
      [7, 11],
    ])
  })

  it('a mean divides its sum, and a sum of quotients adds rounded ones', () => {
    const third = terms.div(leaf(1), leaf(3))
    expect(addUp(third, orders.forward!, new Products())).toBe(Math.fround(1 / 3))
    const twoThirds = Math.fround(Math.fround(1 / 3) + Math.fround(1 / 3))
    expect(addUp(terms.add(third, third), orders.forward!, new Products())).toBe(twoThirds)
  })

  it('more terms than there is room for at first', () => {
    const products = productsOf(...Array.from({ length: 200 }, () => [1, 1] as const))
    expect(orders.forward!(products)).toBe(200)
  })

  it('what is no sum of products says so', () => {
    const sum = terms.add(leaf(1), leaf(2))
    for (const f of [() => terms.mul(sum, leaf(2)), () => terms.sub(), () => terms.exp(), () => terms.greater()])
      expect(f).toThrow(Inexpressible)
  })
})

describe('each order rounds where its kernel would', () => {
  // 2²⁴ + 1 is no float32: it rounds to 2²⁴, and so loses a 1 that comes alone.
  const big = [2 ** 24, 1] as const
  const one = [1, 1] as const
  it('2²⁴ + 1 + 1: 2²⁴ forwards, 2²⁴ + 2 when the ones meet first', () => {
    const p = productsOf(big, one, one)
    expect(orders.forward!(p)).toBe(2 ** 24)
    for (const name of ['reversed', 'pairwise', 'Kahan', 'float64 inside'])
      expect(orders[name]!(p), name).toBe(2 ** 24 + 2)
  })
  it('lanes add every fourth, eighth, sixteenth term', () => {
    const p = productsOf(big, ...Array.from({ length: 15 }, () => one), one)
    // 4 lanes: 2²⁴ and four ones, one at a time, are 2²⁴; the other lanes hold four ones each.
    expect(orders['4 lanes']!(p)).toBe(2 ** 24 + 12)
    expect(orders['8 lanes']!(p)).toBe(2 ** 24 + 14)
    expect(orders['16 lanes']!(p)).toBe(2 ** 24)
  })
  it('a fused product is not rounded: (1+2⁻¹²)² − 1', () => {
    const v = 1 + 2 ** -12
    const p = productsOf([-1, 1], [v, v])
    expect(orders['fused multiply-add']!(p)).toBe(2 ** -11 + 2 ** -24)
    expect(orders.forward!(p)).toBe(2 ** -11)
  })
})

describe('the campaign', () => {
  it('blames no order over 40,000 results of all operators that sum, and says how many were judged', () => {
    const seen: number[] = []
    const { results, cases, orders: counts, alarms } = sumCampaign(40_000, 3, (done) => seen.push(done))
    expect(alarms).toEqual([])
    expect(results).toBeGreaterThanOrEqual(40_000)
    expect(counts.map(({ counts: c }) => c.exact + c.accurate + c.tolerable).reduce((a, b) => a + b)).toBe(results)
    expect(seen.length).toBe(cases)
    expect(new Set(counts.map(({ order }) => order)).size).toBe(9)
  })

  it('reaches convolutions, their gradients, means and dense', () => {
    const names = summingOperators.map(({ name }) => name)
    for (const name of ['conv2d', 'conv2dWeightGradient', 'averagePool2dGradient', 'dense', 'convTranspose2d'] as const)
      expect(names).toContain(name)
    expect(names).not.toContain('softmaxGradient')
  })

  it('does blame an order that adds in eleven bits', () => {
    const tf32 = (v: number): number => {
      const held = new Float32Array([v])
      const bits = new Uint32Array(held.buffer)
      bits[0] = bits[0]! & 0xffffe000
      return held[0]!
    }
    const short = (p: Products): number => {
      let sum = 0
      for (let i = 0; i < p.length; i++) sum = tf32(sum + p.a[i]! * p.b[i]!)
      return sum
    }
    const { alarms } = sumCampaign(40_000, 3, () => {}, { ...orders, short })
    expect(alarms.length).toBeGreaterThan(0)
    expect(new Set(alarms.map(({ order }) => order))).toEqual(new Set(['short']))
    expect(alarms[0]!.message).toMatch(/is .*, expected/)
  })
})
