/** Crashes of targets that start anew in place: shrunk and confirmed in memory that no call has touched; processes kept. */
import { describe, expect, it } from 'vitest'
import { parseCase } from '../properties/descriptor.ts'
import { confirmed, shrinkDeath } from './auditTarget.ts'
import { findingOf } from './finding.ts'
import { Death, IsolatedTarget, usualLimits } from './isolate.ts'
import { Processes } from './processes.ts'
import type { Offer, Reply, Request } from './protocol.ts'

const offer: Offer = { name: 'toy', version: null, precision: 'float32', operators: ['relu'], fragile: true }
const trapped = 'relu: threw: RuntimeError: memory access out of bounds'

/** Traps on images of a height of 3 and more, and on all once another call has come through: that one spoiled the memory. */
class Spoilable extends IsolatedTarget {
  spoiled = false
  readonly asked: string[] = []
  private alive = false
  override get isRunning(): boolean {
    return this.alive
  }
  override kill(): void {
    this.alive = false
  }
  override ask(request: Request): Promise<Reply> {
    this.asked.push(request.ask)
    this.alive = true
    if (request.ask === 'load') {
      this.spoiled = false
      return Promise.resolve({ say: 'loaded', offers: [offer] })
    }
    if (request.ask !== 'judge') throw new Error(`not asked here: ${request.ask}`)
    const traps = this.spoiled || request.examination.case.sizes.h! >= 3
    this.spoiled = true
    if (traps) return Promise.reject(new Death('crash', trapped))
    return Promise.resolve({ say: 'judged', judgement: { status: 'held', grade: null, finding: null, message: null } })
  }
}

const crashAt = (descriptor: string) => findingOf('toy', parseCase(descriptor), 'crash', trapped, undefined, [])
const goesOn = new AbortController().signal

describe('a crash of a target that starts anew in place', () => {
  it('is shrunk to a case that crashes in fresh memory, not to one that the candidates before it spoiled', async () => {
    const smallest = await shrinkDeath(new Spoilable(), 'toy', offer, 'relu n2c2h5w4', 'crash', usualLimits)
    expect(smallest.sizes).toMatchObject({ n: 1, c: 1, h: 3, w: 1 })
  })

  it('is not shrunk to a case that hangs', async () => {
    class HangsWhenNarrow extends Spoilable {
      override ask(request: Request): Promise<Reply> {
        const hangs = request.ask === 'judge' && request.examination.case.sizes.w! < 3
        return hangs ? Promise.reject(new Death('hang', 'no answer')) : super.ask(request)
      }
    }
    const smallest = await shrinkDeath(new HangsWhenNarrow(), 'toy', offer, 'relu n2c2h5w4', 'crash', usualLimits)
    expect(smallest.sizes).toMatchObject({ n: 1, c: 1, h: 3, w: 3 })
  })

  it('is confirmed in fresh memory', async () => {
    const fresh = new Spoilable()
    fresh.spoiled = true
    expect(await confirmed(fresh, 'toy', offer, crashAt('relu n1c1h3w1'), goesOn)).toMatchObject({ kind: 'crash' })
    expect(fresh.asked[0]).toBe('load')
  })

  it('stays a crash where the case alone does not show it, and says so', async () => {
    const finding = await confirmed(new Spoilable(), 'toy', offer, crashAt('relu n1c1h1w1'), goesOn)
    expect(finding.kind).toBe('crash')
    expect(finding.message).toContain('depends on earlier calls')
  })

  it('a hang that a new process does not show is no crash', async () => {
    const hang = { ...crashAt('relu n1c1h1w1'), kind: 'hang' as const }
    expect((await confirmed(new Spoilable(), 'toy', { ...offer, fragile: false }, hang, goesOn)).kind).not.toBe('crash')
  })
})

describe('a hang', () => {
  /** Thinks 2 s about everything, and for ever about heights of 3 and more. */
  class Slow extends Spoilable {
    readonly waited: number[] = []
    override ask(request: Request, _?: unknown, limitMs = 5_000): Promise<Reply> {
      if (request.ask !== 'judge') return super.ask(request)
      this.waited.push(limitMs)
      const hangs = limitMs < 2_000 || request.examination.case.sizes.h! >= 3
      return hangs ? Promise.reject(new Death('hang', 'no answer')) : super.ask(request)
    }
  }
  const lasting = { ...offer, fragile: false }

  it('is looked for in smaller cases with less patience, and the smallest is called with all of it', async () => {
    const slow = new Slow()
    const smallest = await shrinkDeath(slow, 'toy', lasting, 'relu n1c1h9w1', 'hang', usualLimits)
    expect(Math.max(...slow.waited.slice(0, -1))).toBeLessThan(2_000)
    expect(slow.waited.at(-1)).toBe(usualLimits.callMs)
    // The smaller ones were only slow.
    expect(smallest).toEqual(parseCase('relu n1c1h9w1'))
  })
})

describe('processes', () => {
  it('are taken again by the same target alone, each once', () => {
    const processes = new Processes()
    const given = processes.take('a', usualLimits)
    processes.give('a', given)
    expect(processes.take('b', usualLimits)).not.toBe(given)
    expect(processes.take('a', usualLimits)).toBe(given)
    expect(processes.take('a', usualLimits)).not.toBe(given)
  })

  it('that wait are ended by close', () => {
    let killed = 0
    class Counted extends IsolatedTarget {
      override kill(): void {
        killed++
      }
    }
    const processes = new Processes()
    processes.give('a', new Counted())
    processes.give('b', new Counted())
    processes.close()
    expect(killed).toBe(2)
  })
})
