/**
 * Does the gate keep its promises? Identical code must pass, a slowdown that is put in must be found, with and without a load that
 * competes. Each run is appended to a file, so that counts add up over several evenings.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import type { Outcome } from './decide.ts'
import { gate } from './gate.ts'
import { slowerTree, type Where } from './inject.ts'
import type { Tracked } from './tracked.ts'

export interface Trial {
  /** 0 for identical code. */
  readonly part: number
  readonly where: Where
  /** Whether a competing process of our own ran on each core. */
  readonly loaded: boolean
}

/** Of the way in which a session measures: records of another are no evidence for this one. */
const VERSION = 3

export interface TrialRecord extends Trial {
  readonly schemaVersion: number
  readonly date: string
  readonly seconds: number
  readonly isVoid: boolean
  /** Of the whole machine, others included. */
  readonly load: number
  readonly kernels: readonly {
    readonly name: string
    readonly outcome: Outcome
    readonly ratios: readonly number[]
    readonly sessions: number
    readonly rerun: Outcome | null
  }[]
}

export interface SelftestOptions {
  readonly trials: readonly Trial[]
  readonly kernels: readonly Tracked[]
  readonly file: string
  readonly seed: number
  readonly progress: (text: string) => void
}

export async function selftest(
  root: string,
  { trials, kernels, file, seed, progress }: SelftestOptions,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  for (const [i, trial] of trials.entries()) {
    const scratch = join(root, 'node_modules/.cache/cnn-oracle-bench')
    const base = root
    const head = trial.part === 0 ? root : slowerTree(root, scratch, trial.part, trial.where)
    const competitor = trial.loaded ? spinner() : undefined
    try {
      const report = await gate({ base, head }, kernels, {
        seed: seed + i,
        noise: noiseOf(readTrials(file)),
        limit: Number.POSITIVE_INFINITY,
        progress: (text) => progress(`trial ${i + 1} of ${trials.length}, ${trialText(trial)}: ${text}`),
      })
      const record: TrialRecord = {
        schemaVersion: VERSION,
        date: new Date().toISOString(),
        ...trial,
        seconds: report.seconds,
        isVoid: report.isVoid,
        load: loadavg()[0]!,
        kernels: report.kernels.map(({ name, outcome, ratios, sessions, rerun }) => ({
          name,
          outcome,
          ratios,
          sessions,
          rerun: rerun?.outcome ?? null,
        })),
      }
      appendFileSync(file, `${JSON.stringify(record)}\n`)
    } finally {
      competitor?.kill()
      if (head !== root) rmSync(head, { recursive: true, force: true })
    }
  }
}

const spinner = (): ChildProcess => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })

const trialText = ({ part, where, loaded }: Trial): string =>
  `${part === 0 ? 'identical code' : `${100 * part} % in the ${where}`}${loaded ? ', loaded' : ''}`

export const readTrials = (file: string): TrialRecord[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): TrialRecord => JSON.parse(line))
        .filter(({ schemaVersion }) => schemaVersion === VERSION)
    : []

/** The standard deviation between sessions on identical code, by kernel, of runs that were not void. */
export function noiseOf(records: readonly TrialRecord[]): Record<string, number> {
  const ratios = new Map<string, number[]>()
  for (const { part, isVoid, kernels } of records) {
    if (part !== 0 || isVoid) continue
    for (const kernel of kernels) ratios.set(kernel.name, [...(ratios.get(kernel.name) ?? []), ...kernel.ratios])
  }
  // The mean is known: what is identical differs by nothing.
  const spread = (all: readonly number[]): number => Math.sqrt(all.reduce((sum, r) => sum + r * r, 0) / all.length)
  return Object.fromEntries([...ratios].map(([name, all]) => [name, spread(all)]))
}

/** Wilson's interval of 95 % of a share. */
export function wilson(hits: number, of: number): { low: number; high: number } {
  const z = 1.96
  const share = hits / of
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of)
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/** What the runs of each kind found, and how far sessions of identical code spread. */
export function selftestText(records: readonly TrialRecord[]): string {
  const noise = Object.entries(noiseOf(records)).map(([name, spread]) => `${name} ${(100 * spread).toFixed(1)} %`)
  return [
    ...kindLines(records),
    ...(noise.length > 0 ? [`standard deviation between sessions of identical code: ${noise.join(', ')}`] : []),
  ].join('\n')
}

/** A line a kind of trial: how many kernel-runs, how many FAIL, PASS, neither; void runs apart; time. */
function kindLines(records: readonly TrialRecord[]): string[] {
  const kinds = new Map<string, TrialRecord[]>()
  for (const record of records) kinds.set(trialText(record), [...(kinds.get(trialText(record)) ?? []), record])
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  return [...kinds].map(([kind, all]) => {
    const valid = all.filter(({ isVoid }) => !isVoid)
    const outcomes = valid.flatMap(({ kernels }) => kernels.map(({ outcome }) => outcome))
    const count = (wanted: Outcome): number => outcomes.filter((o) => o === wanted).length
    const { low, high } = wilson(count('FAIL'), Math.max(1, outcomes.length))
    const seconds = all.map((r) => r.seconds).sort((a, b) => a - b)
    const share =
      outcomes.length > 0
        ? `${percent(count('FAIL') / outcomes.length)} [${percent(low)}, ${percent(high)}]`
        : 'none valid'
    const loads = all.map(({ load }) => load)
    return (
      `${kind}: FAIL ${count('FAIL')} of ${outcomes.length} kernel-runs, ${share}; PASS ${count('PASS')}, ` +
      `INCONCLUSIVE ${count('INCONCLUSIVE')}; ${all.length - valid.length} of ${all.length} runs void; ` +
      `${seconds[0]!.toFixed(0)}–${seconds.at(-1)!.toFixed(0)} s; load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`
    )
  })
}
