import { expect, it } from 'vitest'
import { Random } from '../../properties/random.ts'
import type { Reply, Request } from './protocol.ts'
import { pair } from './session.ts'

/** An arm that takes `ms(sample)` milliseconds a call, and notes what it is asked. */
const arm = (name: string, log: string[], ms: (sample: number) => number, digest = 'd') => {
  let sample = 0
  return {
    async ask(request?: Request): Promise<Reply> {
      log.push(`${name} ${request?.ask}`)
      if (request?.ask === 'prepare') return { say: 'prepared', digest, steady: true }
      if (request?.ask === 'move') return { say: 'moved' }
      const samples = Array.from({ length: 10 }, () => ms(sample++))
      return { say: 'block', block: { ms: 0, samples, delay: 0, switches: 0 } }
    },
  }
}

it('a ratio is that of the samples which nothing disturbed, one in five', async () => {
  const disturbed = (sample: number): number => (sample % 5 === 0 ? 1 : 1.5 + (sample % 7) / 7)
  const base = arm('base', [], disturbed)
  const head = arm('head', [], (sample) => 1.04 * disturbed(sample))
  const { ratio, ms, equal } = await pair({ base, head }, 'same', new Random(1), false)
  expect(Math.exp(ratio)).toBeCloseTo(1.04, 12)
  expect(ms).toBeCloseTo(1.04, 12)
  expect(equal).toBe(true)
})

it('operands lie at twelve places, a quad each, ABBA or BAAB by lot; nobody is always asked first', async () => {
  const orders = new Set<string>()
  for (let seed = 1; seed <= 40; seed++) {
    const log: string[] = []
    await pair({ base: arm('A', log, () => 1), head: arm('B', log, () => 1) }, 'same', new Random(seed), false)
    const places = log.join(' ').split(/(?:[AB] (?:prepare|move) ?){2}/)
    expect(places).toHaveLength(13)
    for (const quad of places.slice(1)) orders.add(quad.replaceAll(' block', '').trim())
    orders.add(log.slice(0, 2).join(' '))
  }
  expect([...orders].sort()).toEqual(['A B B A', 'A prepare B prepare', 'B A A B', 'B prepare A prepare'])
})

it('results that differ in their bits are told', async () => {
  const [base, head] = [arm('base', [], () => 1, 'one'), arm('head', [], () => 1, 'other')]
  expect((await pair({ base, head }, 'same', new Random(1), false)).equal).toBe(false)
})
