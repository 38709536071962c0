import { describe, expect, it } from 'vitest'
import { Random } from '../../properties/random.ts'
import { calmest, type Racer, race } from './race.ts'

/** Takes `each(turn)` milliseconds a call, by its own account. */
function racer(name: string, log: string[], each: (turn: number) => number): Racer {
  let turn = 0
  return {
    name,
    warm: async () => true,
    block: async () => {
      log.push(name)
      return { ms: each(turn++), delay: 0, switches: 0, samples: [] }
    },
  }
}

const options = { clock: 'processor', random: new Random(3), until: 0 } as const

describe('a race', () => {
  it('a ratio is that of the same round, whatever the machine does between rounds', async () => {
    // Each round is twice as slow as the one before; b always takes three times as long as a.
    const arms = [racer('a', [], (turn) => 2 ** turn), racer('b', [], (turn) => 3 * 2 ** turn)]
    const result = await race(arms, options, () => {})
    expect(result.ratio('a', 'b')).toEqual({ median: 3, low: 3, high: 3 })
    expect(result.ratio('b', 'a', 6)).toEqual({ median: 2, low: 2, high: 2 })
    expect(result.of('a')).toEqual({ median: 6, low: 1, high: 32 })
  })

  it('six rounds without time, each arm once in each, in an order drawn by lot', async () => {
    const log: string[] = []
    const arms = ['a', 'b', 'c'].map((name) => racer(name, log, () => 1))
    const result = await race(arms, options, () => {})
    expect(result.counted).toBe('6 rounds')
    const rounds = Array.from({ length: 6 }, (_, i) => log.slice(3 * i, 3 * i + 3).join(''))
    expect(rounds.map((round) => [...round].sort().join(''))).toEqual(Array(6).fill('abc'))
    expect(new Set(rounds).size).toBeGreaterThan(1)
  })

  it('who did not settle is named', async () => {
    const restless: Racer = { ...racer('a', [], () => 1), warm: async () => false }
    const result = await race([restless, racer('b', [], () => 1)], options, () => {})
    expect([...result.unsteady]).toEqual(['a'])
  })
})

it('by the wall the rounds count in which nobody waited, or the six that waited least, whatever their times', () => {
  const rounds = Array.from({ length: 9 }, (_, i) => i)
  const kept = (delays: readonly number[]) => {
    const { kept, calm } = calmest(rounds, delays)
    return { kept: [...kept].sort(), calm }
  }
  expect(kept([0, 0, 0.5, 0, 0, 0, 0, 0, 0.3])).toEqual({ kept: [0, 1, 3, 4, 5, 6, 7], calm: 7 })
  expect(kept([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0])).toEqual({ kept: [3, 4, 5, 6, 7, 8], calm: 1 })
})
