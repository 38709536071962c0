import { describe, expect, it } from 'vitest'
import { operators } from '../reference/operators.ts'
import { parseShard, shareOf } from './shard.ts'

const all = operators.map((row) => row.name)
const offers = [
  { name: 'a', operators: all },
  { name: 'b', operators: all.slice(0, 7) },
  { name: 'c', operators: all.slice(3, 20) },
]
const pairs = (given: readonly (typeof offers)[number][]): string[] =>
  given.flatMap((o) => o.operators.map((operator) => `${o.name} ${operator}`))

describe('shards', () => {
  it.each([1, 2, 3, 5, 8, 100])('of %i: disjoint, complete, in the order of the table, the same again', (count) => {
    const shares = Array.from({ length: count }, (_, i) => shareOf(offers, [], { index: i + 1, count }))
    const union = shares.flatMap((s) => pairs(s.offers))
    expect(new Set(union).size).toBe(union.length)
    expect([...union].sort()).toEqual(pairs(offers).sort())
    for (const [i, share] of shares.entries()) {
      expect(shareOf(offers, [], { index: i + 1, count })).toEqual(share)
      expect(share.offered).toEqual(offers.map((o) => ({ target: o.name, operators: o.operators })))
      for (const o of share.offers)
        expect(o.operators).toEqual(all.filter((operator) => o.operators.includes(operator)))
    }
  })

  it.each([2, 3, 4, 7])('of %i: no two differ by more than one heavy operator', (count) => {
    const loads = Array.from({ length: count }, (_, i) => {
      const names = pairs(shareOf(offers, [], { index: i + 1, count }).offers)
      return names.reduce((sum, name) => sum + (name.includes('2d') ? 4 : 1), 0)
    })
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(4)
  })

  it('--operator counts before the run is cut', () => {
    const shares = [1, 2].map((index) => shareOf(offers, ['relu', 'conv2d'], { index, count: 2 }))
    expect(shares.flatMap((s) => pairs(s.offers)).sort()).toEqual([
      'a conv2d',
      'a relu',
      'b conv2d',
      'c conv2d',
      'c relu',
    ])
  })

  it.each(['0/2', '3/2', '1', '1/0', 'a/b', '1/2/3', '-1/2', '1.5/2'])('%s is refused with the mend', (text) => {
    expect(() => parseShard(text)).toThrow(/give i\/n with i from 1 to n/)
  })
})
