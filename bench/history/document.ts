/** Reads what a suite of benchmarks has printed with --json: what pictures are drawn from and what a history keeps. */
import { readFileSync } from 'node:fs'
import type { Interval } from '../interval.ts'
import { type BenchDocument, documentSchema, type Measurement } from '../measure/record.ts'
import { peakFlops } from '../peak.ts'
import { type Entry, perFrozenOf } from './entry.ts'
import { HistoryError } from './read.ts'

/** Throws HistoryError with the field that is wrong. */
export function readDocument(file: string): BenchDocument {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw new HistoryError(`${file}: it cannot be read (${why}); give what a suite printed with --json`)
  }
  return documentOf(value, file)
}

export function documentOf(value: unknown, name: string): BenchDocument {
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new HistoryError(
    `${name}: ${path.join('.') || 'the document'}: ${message}; give what a suite printed with --json`,
  )
}

/** A line a measurement. */
export function entriesOfDocument(document: BenchDocument): Entry[] {
  const { schemaVersion, date, modified, environment, fingerprint, calibration, measurements } = document
  return measurements.map(
    (m): Entry => ({
      schemaVersion,
      date,
      commit: environment.commit,
      modified,
      base: null,
      suite: m.suite,
      kernel: m.implementation,
      case: m.case,
      ratios: [],
      ratio: null,
      verdict: 'MEASURED',
      seconds: m.seconds,
      perFrozen: m.flops > 0 ? pairedPerFrozen(m) : perFrozenOf(m.seconds, calibration),
      ofPeak: m.flops > 0 ? m.ofPeak.median : null,
      fingerprint,
      calibration,
    }),
  )
}

/** By the part of the peak, taken within rounds: over the cases of a run the peak went from 48.5 to 58.4 GFLOP/s (`bench awkward`). */
function pairedPerFrozen({ flops, ofPeak: { median, low, high } }: Measurement): Interval {
  const calls = flops / peakFlops
  return { median: calls / median, low: calls / high, high: calls / low }
}
