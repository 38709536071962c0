/**
 * Samples of a call in blocks, through tinybench: one task a block, no warm-up and no time budget of its own. A sample is a batch of
 * calls; its order is kept here, as tinybench retains samples sorted. A call may answer by a promise.
 */
import { Bench } from 'tinybench'
import { quantile } from '../interval.ts'
import { processorMs, runDelayMs, threadsDelayMs } from './processor.ts'

/**
 * 'processor' counts the time of this process alone, so that what others take of a shared machine is no time of ours.
 * 'wall' is for calls that share their work among threads.
 */
export type Clock = 'processor' | 'wall'

const clocks: Readonly<Record<Clock, { now(): number; delay(): number }>> = {
  processor: { now: processorMs, delay: runDelayMs },
  wall: { now: () => performance.now(), delay: threadsDelayMs },
}

/** Calls of a sample take this long together, unless said otherwise, so that reading the clock does not count. */
const SAMPLE_MS = 2.5
/** Samples of a block that count, unless said otherwise. */
const SAMPLES = 5
const WINDOW_MS = 30
const QUICKER = 0.03
const WARM_MS = 500

export interface Block {
  /** Median of its samples: milliseconds a call. */
  readonly ms: number
  /** All of them, in the order in which they were taken. */
  readonly samples: readonly number[]
  /** Share of the block's time in which the process waited for a core. */
  readonly delay: number
  /** How often the scheduler took the core away. */
  readonly switches: number
}

export interface SamplerOptions {
  readonly clock?: Clock
  /** A call that takes longer than a sample gets fewer of them, so that a block takes about this long: no bound when left out. */
  readonly blockMs?: number
  readonly sampleMs?: number
  readonly samples?: number
}

export class Sampler {
  private call: () => unknown
  private readonly clock: (typeof clocks)[Clock]
  private readonly blockMs: number
  private readonly sampleMs: number
  private readonly most: number
  private samples: number[] = []
  private batch = 1
  private count: number
  private bench: Bench | undefined

  constructor(
    call: () => unknown,
    {
      clock = 'processor',
      blockMs = Number.POSITIVE_INFINITY,
      sampleMs = SAMPLE_MS,
      samples = SAMPLES,
    }: SamplerOptions = {},
  ) {
    this.call = call
    this.clock = clocks[clock]
    this.blockMs = blockMs
    this.sampleMs = sampleMs
    this.most = samples + 1
    this.count = this.most
  }

  /** The same call on other operands: as warm as it was. */
  replace(call: () => unknown): void {
    this.call = call
  }

  /** Calls until two windows in a row were no quicker than the best before them; false where the cap came first, unless it held only one. */
  async warm(): Promise<boolean> {
    let best = Number.POSITIVE_INFINITY
    let level = 0
    const { now } = this.clock
    for (const end = now() + WARM_MS; now() < end; ) {
      const start = now()
      let calls = 0
      do {
        const answer = this.call()
        if (answer instanceof Promise) await answer
        calls++
      } while (now() < start + WINDOW_MS)
      const each = (now() - start) / calls
      const alone = best === Number.POSITIVE_INFINITY
      // What disturbs a window only lengthens it: that one was no quicker needs no agreement between two that were disturbed.
      level = each > best * (1 - QUICKER) ? level + 1 : 0
      best = Math.min(best, each)
      this.batch = Math.max(1, Math.round(this.sampleMs / best))
      const fit = Math.round(this.blockMs / Math.max(best, this.sampleMs))
      this.count = Math.max(1, Math.min(this.most, fit))
      if (level === 2 || (alone && now() >= end)) return true
    }
    return false
  }

  /** One block, its first sample dropped where there are others. */
  async block(): Promise<Block> {
    globalThis.gc?.({ type: 'minor' })
    this.samples = []
    this.bench ??= new Bench({ time: 0, iterations: this.count, warmup: false, throws: true }).add(
      'block',
      () => this.sample(),
      { async: true },
    )
    this.bench.reset()
    const [delay, begin] = [this.clock.delay(), performance.now()]
    const { involuntaryContextSwitches } = process.resourceUsage()
    await this.bench.run()
    const samples = this.samples.slice(this.count > 1 ? 1 : 0)
    return {
      ms: quantile(samples, 0.5),
      samples,
      delay: (this.clock.delay() - delay) / (performance.now() - begin),
      switches: process.resourceUsage().involuntaryContextSwitches - involuntaryContextSwitches,
    }
  }

  private async sample(): Promise<{ overriddenDuration: number }> {
    const { now } = this.clock
    const start = now()
    for (let i = 0; i < this.batch; i++) {
      // What answers at once is not made to wait for the next turn.
      const answer = this.call()
      if (answer instanceof Promise) await answer
    }
    const overriddenDuration = Math.max(1e-6, (now() - start) / this.batch)
    this.samples.push(overriddenDuration)
    return { overriddenDuration }
  }
}
