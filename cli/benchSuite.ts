/** `cnn-oracle bench [suite…]`: how fast layers run, as a part of what the machine can do and beside other packages. */
import { loadavg } from 'node:os'
import { environment, tool } from '../audit/report/environment.ts'
import { installCommand } from '../audit/target/index.ts'
import { circumstances } from '../bench/history/entry.ts'
import { FLAGS } from '../bench/measure/armProcess.ts'
import type { BenchDocument } from '../bench/measure/record.ts'
import { peersHere } from '../bench/suite/arms.ts'
import { gradientsOf } from '../bench/suite/gradients.ts'
import { clockOf, type Own, rungNamed } from '../bench/suite/own.ts'
import { run } from '../bench/suite/run.ts'
import { type Line, linesOf, suites } from '../bench/suite/shapes.ts'
import { summary } from '../bench/suite/summary.ts'
import { caseText } from '../bench/suite/text.ts'
import { exitCode, UsageError } from './exit.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'

const USUAL_SUITE = 'resnet50'
/** What the cases of a suite may take: with the calibration and the first judgement it ends within a minute. */
const SECONDS = 40

export interface SuiteFlags {
  readonly filter?: readonly string[]
  readonly seed: number
  readonly seconds?: number
  readonly peers?: boolean
  readonly rung?: readonly string[]
  readonly gradients?: boolean
  readonly record?: string
  readonly json?: boolean
  readonly list?: boolean
}

export async function benchSuite(names: readonly string[], flags: SuiteFlags): Promise<number> {
  if (flags.record !== undefined)
    throw new UsageError('bench: --record keeps what --against finds; write --json to a file instead')
  const usual = flags.list ? suites : [USUAL_SUITE]
  const lines = chosen(names.length > 0 ? names : usual, flags)
  if (flags.list) {
    for (const { suite, label, descriptor } of lines)
      process.stdout.write(`${`${suite}${label ? `/${label}` : ''}`.padEnd(44)} ${descriptor}\n`)
    return exitCode.holds
  }
  const own: readonly Own[] = flags.rung
    ? [...new Set(flags.rung.map(rungNamed))]
    : flags.peers
      ? ['optimized', 'session', 'session-fed']
      : ['optimized']
  const peers = flags.peers ? peersHere() : []
  for (const { name, missing } of peers.filter(({ missing }) => missing.length > 0))
    process.stderr.write(`${name} is left out: ${installCommand(missing)}\n`)
  const marks = peers.filter(({ missing }) => missing.length === 0).map(({ name }) => name)
  const begun = circumstances(FLAGS)
  const signal = interruption()
  const progress = progressLine()
  const { calibration, peaks, timed, skipped } = await run(lines, {
    arms: [...own, ...marks],
    // Each rung beside the lowest that was asked for.
    marks: flags.rung ? [own[0]!, ...marks] : marks,
    clock: clockOf(own),
    seconds: (flags.seconds ?? SECONDS) * new Set(lines.map(({ suite }) => suite)).size,
    seed: flags.seed,
    signal,
    progress: (text) => progress.show(text),
    onCase: (done) => {
      progress.clear()
      const text = caseText(done)
      if (text === '') return
      if (flags.json) process.stderr.write(`${text.split('\n')[0]}\n`)
      else process.stdout.write(`${text}\n`)
    },
  })
  progress.clear()
  const measurements = timed.map(({ measurement }) => measurement)
  const document: BenchDocument = {
    schemaVersion: 1,
    tool: tool(),
    environment: environment(),
    ...begun,
    calibration,
    interrupted: signal.aborted,
    measurements,
    skipped,
  }
  const { bandwidth, latency } = calibration
  const machine = `memory ${bandwidth.toFixed(1)} GB/s, ${latency.toFixed(0)} ns; load ${loadavg()[0]!.toFixed(1)}`
  if (flags.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  else process.stdout.write(`\n${summary(timed, skipped, own, peaks)}\n${machine}\n`)
  if (signal.aborted) {
    const cases = new Set(timed.map(({ line }) => line)).size
    process.stderr.write(`interrupted: ${cases} of ${lines.length} cases were timed\n`)
    return exitCode.interrupted
  }
  const ours = new Set<string>(own)
  return skipped.some(({ why, implementation }) => why === 'wrong' && ours.has(implementation))
    ? exitCode.findings
    : exitCode.holds
}

/** The lines with one of the filters in their name or descriptor, and their gradients. Throws UsageError where there are none. */
function chosen(names: readonly string[], { filter, gradients }: SuiteFlags): readonly Line[] {
  const all = linesOf(names).flatMap((line) => (gradients ? [line, ...gradientsOf(line)] : [line]))
  const lines = all.filter(
    ({ suite, label, descriptor }) => filter?.some((part) => `${suite}/${label} ${descriptor}`.includes(part)) ?? true,
  )
  if (lines.length > 0) return lines
  throw new UsageError(
    `bench: no case of ${names.join(', ')} has ${filter?.join(' or ')} in its name or descriptor; see --list`,
  )
}
