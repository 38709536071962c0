/** A run: cases one after the other, on each the arms that give the right result in turns. */
import { instantiate } from '../../properties/case.ts'
import { Random } from '../../properties/random.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Interval, quantile } from '../interval.ts'
import type { BenchDocument, Measurement, Skipped } from '../measure/record.ts'
import type { Clock } from '../measure/sampler.ts'
import { peakFlops } from '../peak.ts'
import { admitted, judgeOf, type Refusal, type Right } from './admit.ts'
import { Arm, ArmEnded } from './arms.ts'
import { isRung } from './own.ts'
import { PEAK } from './protocol.ts'
import { type Result, race } from './race.ts'
import type { Line } from './shapes.ts'

const BYTES = 4

export interface Timed {
  readonly line: Line
  readonly measurement: Measurement
  /** Largest |ŷ−y| of what was judged, over the largest |y|. */
  readonly error: number
  /** How many rounds there were. */
  readonly counted: string
  readonly steady: boolean
}

export interface Run {
  readonly calibration: BenchDocument['calibration']
  /** GFLOP/s, a case each, of which the calibration has the median. */
  readonly peaks: readonly number[]
  readonly timed: readonly Timed[]
  readonly skipped: readonly Skipped[]
}

export interface RunOptions {
  readonly arms: readonly string[]
  /** Arms to which the others' ratios are told: peers, or the first rung. */
  readonly marks: readonly string[]
  readonly clock: Clock
  /** What all cases together may take, where fewer rounds than an interval needs do not forbid it. */
  readonly seconds: number
  readonly seed: number
  readonly progress: (text: string) => void
  readonly onCase: (timed: readonly Timed[], skipped: readonly Skipped[]) => void
  /** Ends the run: what was timed by then is its result. */
  readonly signal?: AbortSignal
}

export async function run(lines: readonly Line[], options: RunOptions): Promise<Run> {
  const { arms: names, seconds, seed, progress, onCase, signal } = options
  const peak = new Arm(PEAK)
  const arms = names.map((name) => new Arm(name))
  const random = new Random(seed)
  const timed: Timed[] = []
  const skipped: Skipped[] = []
  const interrupted = new Promise<undefined>((resolve) => signal?.addEventListener('abort', () => resolve(undefined)))
  try {
    progress(`starting ${names.join(', ')}`)
    const loaded = await startAll(arms, skipped, lines[0]!.suite)
    await peak.start()
    progress('the speed of memory')
    const { bandwidth, latency } = await peak.memory()
    const peaks: number[] = []
    const end = performance.now() + 1000 * seconds
    for (const [i, line] of lines.entries()) {
      const until = performance.now() + Math.max(0, end - performance.now()) / (lines.length - i)
      const say = (name: string): void =>
        progress(`${i + 1}/${lines.length} ${line.suite} ${line.label || line.descriptor}: ${name}`)
      if (signal?.aborted) break
      const work = timeCase(line, loaded, peak, { ...options, bandwidth, random, until, say })
      work.catch(() => undefined) // Its arms are ended under it when the run is.
      const found = await Promise.race([work, interrupted])
      if (!found) break
      timed.push(...found.timed)
      skipped.push(...found.skipped)
      if (found.peak !== undefined) peaks.push(found.peak)
      onCase(found.timed, found.skipped)
    }
    const peakOfRun = peaks.length > 0 ? quantile(peaks, 0.5) : 0
    return { calibration: { peak: peakOfRun, bandwidth, latency }, peaks, timed, skipped }
  } finally {
    for (const arm of [...arms, peak]) arm.end()
  }
}

/** Those that load; what does not is skipped. */
async function startAll(arms: readonly Arm[], skipped: Skipped[], suite: string): Promise<readonly Arm[]> {
  const loaded: Arm[] = []
  await Promise.all(
    arms.map(async (arm) => {
      try {
        await arm.start()
        loaded.push(arm)
      } catch (error) {
        if (arm.own) throw error
        const message = error instanceof Error ? error.message : String(error)
        skipped.push({ suite, case: '', implementation: arm.name, why: 'failed', message })
      }
    }),
  )
  return arms.filter((arm) => loaded.includes(arm))
}

interface CaseOptions extends RunOptions {
  readonly bandwidth: number
  readonly random: Random
  readonly until: number
  readonly say: (name: string) => void
}

interface Found {
  readonly timed: readonly Timed[]
  readonly skipped: readonly Skipped[]
  /** GFLOP/s, where anything was timed. */
  readonly peak?: number
}

async function timeCase(line: Line, arms: readonly Arm[], peak: Arm, options: CaseOptions): Promise<Found> {
  const call = instantiate(line.case, 'float32')
  const { row, operands, attributes } = call
  const flops = row.flops(line.case.sizes, attributes)
  const shapes = Object.fromEntries(Object.entries(operands).map(([name, t]) => [name, t?.shape]))
  const shape = row.resultShape(shapes, attributes)
  const judge = judgeOf(line.case, call, shape, flops)
  const skipped: Skipped[] = []
  const skip = (arm: Arm, refusal: Refusal): void => {
    skipped.push({ suite: line.suite, case: line.descriptor, implementation: arm.name, ...refusal })
  }
  let right: Right[] = []
  const asked = { operator: row.name, descriptor: line.descriptor, operands, flops }
  for (const arm of arms) {
    options.say(arm.name)
    const outcome = await admitted(arm, asked, judge)
    if ('grade' in outcome) right.push(outcome)
    else skip(arm, outcome)
  }
  if (right.length === 0) return { timed: [], skipped }
  const { clock, random, until, say, bandwidth, marks } = options
  let result: Result | undefined
  while (result === undefined) {
    try {
      result = await race([peak, ...right.map(({ arm }) => arm)], { clock, random, until }, say)
    } catch (error) {
      // Whoever ends while it is timed is left out, and the others start again.
      const ended = right.find(({ arm }) => error instanceof ArmEnded && error.arm === arm)
      if (!ended || ended.arm.own) throw error
      skip(ended.arm, { why: 'failed', message: error instanceof Error ? error.message : '' })
      right = right.filter((other) => other !== ended)
    }
  }
  const moved = [...Object.values(operands).map((t) => t?.data.length ?? 0), sizeOf(shape)]
  const bytes = BYTES * moved.reduce((sum, numbers) => sum + numbers, 0)
  const present = right.map(({ arm }) => arm.name)
  return {
    skipped,
    peak: rateOf(peakFlops, result.of(PEAK)).median,
    timed: right.map(({ arm, grade, error }) => {
      const others = arm.own ? marks.filter((mark) => mark !== arm.name && present.includes(mark)) : []
      const measurement = measured(line, arm, result, { flops, bytes, bandwidth, verdict: grade, others })
      return { line, measurement, error, counted: result.counted, steady: !result.unsteady.has(arm.name) }
    }),
  }
}

/** Of an amount in so many milliseconds, 10⁹ a second: the least time is the most rate. */
const rateOf = (amount: number, { median, low, high }: Interval): Interval => ({
  median: amount / median / 1e6,
  low: amount / high / 1e6,
  high: amount / low / 1e6,
})

interface Given {
  readonly flops: number
  readonly bytes: number
  readonly bandwidth: number
  readonly verdict: string
  readonly others: readonly string[]
}

function measured(line: Line, arm: Arm, result: Result, given: Given): Measurement {
  const { flops, bytes, bandwidth, others } = given
  const ms = result.of(arm.name)
  const ratio = others.map((to) => ({ to, ...result.ratio(arm.name, to) }))
  return {
    suite: line.suite,
    case: line.descriptor,
    implementation: arm.name,
    ...(isRung(arm.name) ? { rung: arm.name } : {}),
    seconds: { median: ms.median / 1000, low: ms.low / 1000, high: ms.high / 1000 },
    flops,
    bytes,
    rate: rateOf(flops, ms),
    ofPeak: result.ratio(arm.name, PEAK, flops / peakFlops),
    ofBandwidth: rateOf(bytes / bandwidth, ms),
    verdict: given.verdict,
    ...(ratio.length > 0 ? { ratio } : {}),
  }
}
