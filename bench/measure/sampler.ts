/**
 * Samples of a call in blocks, through tinybench: one task a block, no warm-up and no time budget of its own. A sample is a batch of
 * calls; its order is kept here, as tinybench retains samples sorted. A call may answer by a promise.
 */
import { Bench } from 'tinybench'
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

/** Calls of a sample take this long together, so that reading the clock does not count. */
const SAMPLE_MS = 2.5
const SAMPLES = 5
const WINDOW_MS = 30
const AGREE = 0.03
const WARM_MS = 500

export interface Block {
  /** Median of its samples: milliseconds a call. */
  readonly ms: number
  /** Share of the block's time in which the process waited for a core. */
  readonly delay: number
  /** How often the scheduler took the core away. */
  readonly switches: number
}

export interface SamplerOptions {
  readonly clock?: Clock
  /** A call that takes longer than a sample gets fewer of them, so that a block takes about this long: no bound when left out. */
  readonly blockMs?: number
}

export class Sampler {
  private readonly call: () => unknown
  private readonly clock: (typeof clocks)[Clock]
  private readonly blockMs: number
  private samples: number[] = []
  private batch = 1
  private count = SAMPLES + 1
  private bench: Bench | undefined

  constructor(call: () => unknown, { clock = 'processor', blockMs = Number.POSITIVE_INFINITY }: SamplerOptions = {}) {
    this.call = call
    this.clock = clocks[clock]
    this.blockMs = blockMs
  }

  /** Calls until two windows that follow each other agree; false when they did not within the cap, unless it held only one. */
  async warm(): Promise<boolean> {
    let before = Number.NaN
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
      this.batch = Math.max(1, Math.round(SAMPLE_MS / each))
      const fit = Math.round(this.blockMs / Math.max(each, SAMPLE_MS))
      this.count = Math.max(1, Math.min(SAMPLES + 1, fit))
      if (Math.abs(Math.log(each / before)) < AGREE) return true
      if (now() >= end && Number.isNaN(before)) return true
      before = each
    }
    return false
  }

  /** One block, its first sample dropped where there are others. */
  async block(): Promise<Block> {
    globalThis.gc?.()
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
    const sorted = this.samples.slice(this.count > 1 ? 1 : 0).sort((a, b) => a - b)
    return {
      ms: (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2,
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
