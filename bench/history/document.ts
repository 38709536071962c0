/** The document that a suite of benchmarks prints with --json: what pictures are drawn from and what a history keeps. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { calibrationSchema, type Entry, intervalSchema, perFrozenOf } from './entry.ts'
import { HistoryError } from './read.ts'

const measurementSchema = z.object({
  suite: z.string().min(1),
  /** The case's descriptor. */
  case: z.string().min(1),
  implementation: z.string().min(1),
  /** Of the optimized ladder: textbook, blocked, simd, winograd, threads, session. */
  rung: z.string().min(1).optional(),
  seconds: intervalSchema,
  flops: z.number().nonnegative(),
  /** What must move at least: operands and result, once. */
  bytes: z.number().nonnegative(),
  /** GFLOP/s. */
  rate: intervalSchema,
  /** Parts of the calibration's figures. */
  ofPeak: z.number(),
  ofBandwidth: z.number(),
  verdict: z.string(),
  /** How many times as fast as others in the same run. */
  ratio: z.array(intervalSchema.extend({ to: z.string().min(1) })).optional(),
})

const documentSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.unknown(),
  environment: z.object({
    cpu: z.string(),
    cores: z.int().min(1),
    os: z.string(),
    node: z.string(),
    v8: z.string(),
    commit: z.string().nullable(),
    caches: z.string().default('unknown'),
    flags: z.array(z.string()).default([]),
    modified: z.boolean().default(false),
    date: z.iso.datetime().optional(),
  }),
  calibration: calibrationSchema,
  measurements: z.array(measurementSchema).min(1),
})

export type SuiteDocument = z.infer<typeof documentSchema>
export type Measurement = SuiteDocument['measurements'][number]

/** Throws HistoryError with the field that is wrong. */
export function readDocument(file: string): SuiteDocument {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw new HistoryError(`${file}: it cannot be read (${why}); give what a suite printed with --json`)
  }
  return documentOf(value, file)
}

export function documentOf(value: unknown, name: string): SuiteDocument {
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new HistoryError(
    `${name}: ${path.join('.') || 'the document'}: ${message}; give what a suite printed with --json`,
  )
}

/** A line a measurement. `date`: when it was run, where the document does not say. */
export function entriesOfDocument({ environment, calibration, measurements }: SuiteDocument, date: string): Entry[] {
  const { commit, modified, cpu, cores, caches, os, node, v8, flags } = environment
  return measurements.map(
    (m): Entry => ({
      schemaVersion: 1,
      date: environment.date ?? date,
      commit,
      modified,
      base: null,
      suite: m.suite,
      kernel: labelOf(m),
      case: m.case,
      ratios: [],
      ratio: null,
      verdict: 'MEASURED',
      seconds: m.seconds,
      perFrozen: perFrozenOf(m.seconds, calibration),
      ofPeak: m.flops > 0 ? m.ofPeak : null,
      fingerprint: { cpu, cores, caches, os, node, v8, flags },
      calibration,
    }),
  )
}

/** "optimized", "optimized simd". */
export const labelOf = ({ implementation, rung }: Pick<Measurement, 'implementation' | 'rung'>): string =>
  rung === undefined || rung === implementation ? implementation : `${implementation} ${rung}`
