/**
 * A line of the history: what one kernel took in one run, with the machine it ran on. Files are append-only, bench/history/*.jsonl,
 * and merge as a union of their lines. Times that compare across machines are those divided by the frozen kernel's.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { environment } from '../../audit/report/environment.ts'
import type { Interval } from '../interval.ts'
import { type Calibration, calibrate } from '../measure/calibration.ts'
import { fingerprint, fingerprintSchema } from '../measure/fingerprint.ts'
import { calibrationSchema, hash, intervalSchema } from '../measure/record.ts'
import { peakFlops } from '../peak.ts'

const time = z.strictObject({ median: z.number().positive(), low: z.number().positive(), high: z.number().positive() })

export const entrySchema = z.strictObject({
  schemaVersion: z.literal(1),
  date: z.iso.datetime(),
  /** The commit that was timed; null outside a repository. */
  commit: hash.nullable(),
  /** Whether the tree that was timed had changes beside that commit. */
  modified: z.boolean(),
  /** The commit it was compared with in the same run. */
  base: hash.nullable(),
  /** gate, harness, or the suite of shapes. */
  suite: z.string().min(1),
  kernel: z.string().min(1),
  /** The case's descriptor, where one case is timed. */
  case: z.string().nullable(),
  /** ln(time / time of the base), a session each. */
  ratios: z.array(z.number()),
  /** Time over that of the base: 1.05 is 5 % slower. */
  ratio: intervalSchema.nullable(),
  verdict: z.enum(['PASS', 'FAIL', 'INCONCLUSIVE', 'VOID', 'MEASURED']),
  /** Of one call, one audit case, one gradient check, one start. */
  seconds: time,
  /** Time over that of a call of the frozen kernel in the same run. */
  perFrozen: time,
  /** Part of the measured peak; null where operations are not counted. */
  ofPeak: z.number().nullable(),
  fingerprint: fingerprintSchema,
  calibration: calibrationSchema,
})

export type Entry = z.infer<typeof entrySchema>

/** What all lines of a run share. */
export type Run = Pick<Entry, 'schemaVersion' | 'date' | 'commit' | 'modified' | 'fingerprint' | 'calibration'>

/** What a run that begins now is made of and on; `flags` are those of the processes that are timed. */
export const circumstances = (flags: readonly string[]): Pick<Run, 'date' | 'modified' | 'fingerprint'> => ({
  date: new Date().toISOString(),
  modified: isModified(),
  fingerprint: fingerprint(flags),
})

/** The run of this process, measured now. */
export const thisRun = (
  flags: readonly string[] = process.execArgv.filter((flag) => !/^--(import|require)/.test(flag)),
): Run => ({
  schemaVersion: 1,
  ...circumstances(flags),
  commit: environment().commit,
  calibration: calibrate(),
})

function isModified(): boolean {
  try {
    const changed = ['status', '--porcelain', '--untracked-files=no']
    const here = import.meta.dirname
    return execFileSync('git', changed, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) !== ''
  } catch {
    return false
  }
}

export const scaled = ({ median, low, high }: Interval, by: number): Interval => ({
  median: median * by,
  low: low * by,
  high: high * by,
})

/** A time over that of a call of the frozen kernel, by the peak that it reached. */
export const perFrozenOf = (seconds: Interval, { peak }: Calibration): Interval =>
  scaled(seconds, (peak * 1e9) / peakFlops)

/** Appends; the folder is made where there is none. */
export function append(file: string, entries: readonly Entry[]): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}
