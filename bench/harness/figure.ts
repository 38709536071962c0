/** A figure of the harness's own performance: how long one of what it does takes, by rounds. */
import { type Entry, perFrozenOf, type Run } from '../history/entry.ts'
import { type Interval, medianInterval } from '../interval.ts'
import { processorMs } from '../measure/processor.ts'

export const PARTS = ['textbook', 'gradients', 'verdicts', 'audit', 'calls', 'startup'] as const
export type Part = (typeof PARTS)[number]

/** What is timed, once a round. */
export interface Task {
  readonly part: Part
  /** The operator or kind; part and name together are the kernel of the history. */
  readonly name: string
  readonly case: string | null
  /** What is counted: cases, checks, calls. */
  readonly unit: string
  /** Floating-point operations of one, where it is a rate of those. */
  readonly flops?: number
  /** Does `round` once more and returns milliseconds of one, or undefined where there is nothing to time. */
  time(round: number): Promise<number>
}

export interface Figure extends Pick<Task, 'part' | 'name' | 'case' | 'unit' | 'flops'> {
  readonly seconds: Interval
  /** How many a second. */
  readonly rate: Interval
}

/**
 * Milliseconds of processor time of one of `count`, or of as many as `run` says: garbage collection counts, what others take of a
 * shared machine does not.
 */
export async function each(count: number | undefined, run: () => unknown): Promise<number> {
  const start = processorMs()
  const done = await run()
  return (processorMs() - start) / (count ?? Number(done))
}

/** Rounds go through all tasks in turn, so that what the machine does meanwhile meets all of them. Round 0 only warms. */
export async function figuresOf(
  tasks: readonly Task[],
  rounds: number,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const samples = tasks.map((): number[] => [])
  for (let round = 0; round <= rounds; round++)
    for (const [i, task] of tasks.entries()) {
      progress(`round ${round} of ${rounds}: ${task.part} ${task.name}`)
      const milliseconds = await task.time(round)
      if (round > 0) samples[i]!.push(milliseconds / 1000)
    }
  return tasks.map(({ part, name, case: descriptor, unit, flops }, i) => {
    const seconds = medianInterval(samples[i]!)
    const rate = { median: 1 / seconds.median, low: 1 / seconds.high, high: 1 / seconds.low }
    return { part, name, case: descriptor, unit, ...(flops === undefined ? {} : { flops }), seconds, rate }
  })
}

/** A line of the history a figure. */
export function entriesOfHarness(figures: readonly Figure[], run: Run): Entry[] {
  return figures.map(
    ({ part, name, case: descriptor, seconds, flops }): Entry => ({
      ...run,
      base: null,
      suite: 'harness',
      kernel: `${part}/${name}`,
      case: descriptor,
      ratios: [],
      ratio: null,
      verdict: 'MEASURED',
      seconds,
      perFrozen: perFrozenOf(seconds, run.calibration),
      ofPeak: flops === undefined ? null : flops / seconds.median / 1e9 / run.calibration.peak,
    }),
  )
}
