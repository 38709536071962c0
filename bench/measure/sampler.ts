/**
 * Samples of a call in blocks, through tinybench: one task a block, no warm-up and no time budget of its own. A sample is a batch of
 * calls by processor time; its order is kept here, as tinybench retains samples sorted.
 */
import { Bench } from 'tinybench'
import { processorMs, runDelayMs } from './processor.ts'

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

export class Sampler {
  private readonly bench = new Bench({ time: 0, iterations: SAMPLES + 1, warmup: false, throws: true })
  private readonly call: () => unknown
  private samples: number[] = []
  private batch = 1

  constructor(call: () => unknown) {
    this.call = call
    this.bench.add('block', () => {
      const start = processorMs()
      for (let i = 0; i < this.batch; i++) call()
      const overriddenDuration = Math.max(1e-6, (processorMs() - start) / this.batch)
      this.samples.push(overriddenDuration)
      return { overriddenDuration }
    })
  }

  /** Calls until two windows that follow each other agree; false when they did not within the cap. */
  warm(): boolean {
    let before = Number.NaN
    for (const end = processorMs() + WARM_MS; processorMs() < end; ) {
      const start = processorMs()
      let calls = 0
      do {
        this.call()
        calls++
      } while (processorMs() < start + WINDOW_MS)
      const each = (processorMs() - start) / calls
      this.batch = Math.max(1, Math.round(SAMPLE_MS / each))
      if (Math.abs(Math.log(each / before)) < AGREE) return true
      before = each
    }
    return false
  }

  /** One block, its first sample dropped. */
  block(): Block {
    globalThis.gc?.()
    this.samples = []
    this.bench.reset()
    const [delay, begin] = [runDelayMs(), performance.now()]
    const { involuntaryContextSwitches } = process.resourceUsage()
    this.bench.runSync()
    const sorted = this.samples.slice(1).sort((a, b) => a - b)
    return {
      ms: sorted[sorted.length >> 1]!,
      delay: (runDelayMs() - delay) / (performance.now() - begin),
      switches: process.resourceUsage().involuntaryContextSwitches - involuntaryContextSwitches,
    }
  }
}
