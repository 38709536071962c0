/** What `cnn-oracle bench --json` prints: one record a timed implementation and case. History, comparison and pictures read it. */
import { z } from 'zod'
import { fingerprintSchema } from './fingerprint.ts'

export const hash = z.string().regex(/^[0-9a-f]{7,64}$/, 'it must be the hash of a commit')

/** A median, or a mean, with the bounds of 95 % of whoever measured it. */
const bounds = { median: z.number(), low: z.number(), high: z.number() }
export const intervalSchema = z.strictObject(bounds).readonly()

export const calibrationSchema = z.object({
  /** GFLOP/s of WebAssembly SIMD multiply-adds that never leave registers. */
  peak: z.number().positive(),
  /** GB/s of a ← b + s·c over arrays beyond the last cache. */
  bandwidth: z.number().positive(),
  /** Nanoseconds of a load that waits for the one before it, beyond the last cache. */
  latency: z.number().positive(),
})

const measurementSchema = z.object({
  suite: z.string().min(1),
  /** Its descriptor, which replays it. */
  case: z.string().min(1),
  implementation: z.string().min(1),
  /** The rung of the ladder, where the implementation is one of ours. */
  rung: z.string().min(1).optional(),
  /** Of one call. */
  seconds: intervalSchema,
  /** Operations of one call, two a product. */
  flops: z.number().nonnegative(),
  /** Compulsory traffic of one call: each operand read once, the result written once. */
  bytes: z.number().nonnegative(),
  /** GFLOP/s. */
  rate: intervalSchema,
  /** Rate over the peak of WebAssembly SIMD in the same rounds, 1 for all of it. */
  ofPeak: intervalSchema,
  /** Traffic a second over the bandwidth of memory; above 1 where caches hold the operands. */
  ofBandwidth: intervalSchema,
  /** The grade that the result was given before anything was timed. */
  verdict: z.string(),
  /** How many times as fast as others in the same rounds. */
  ratio: z.array(z.strictObject({ to: z.string().min(1), ...bounds })).optional(),
})

/** An implementation that was not timed on a case; on none where `case` is empty. */
const skippedSchema = z.object({
  suite: z.string(),
  case: z.string(),
  implementation: z.string(),
  why: z.enum(['wrong', 'not offered', 'failed', 'too slow']),
  message: z.string(),
})

export const documentSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  /** When the run began. */
  date: z.iso.datetime(),
  /** Whether the tree that was timed had changes beside the environment's commit. */
  modified: z.boolean(),
  environment: z.object({
    node: z.string(),
    v8: z.string(),
    os: z.string(),
    cpu: z.string(),
    cores: z.int().min(1),
    wasm: z.array(z.string()).readonly(),
    commit: hash.nullable(),
  }),
  /** Of the processes that were timed. */
  fingerprint: fingerprintSchema,
  calibration: calibrationSchema,
  /** Whether it was ended before all cases were timed. */
  interrupted: z.boolean(),
  measurements: z.array(measurementSchema).min(1).readonly(),
  skipped: z.array(skippedSchema).readonly(),
})

export type BenchDocument = z.infer<typeof documentSchema>
export type Measurement = z.infer<typeof measurementSchema>
export type Skipped = z.infer<typeof skippedSchema>
