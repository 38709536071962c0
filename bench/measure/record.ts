/** What `cnn-oracle bench --json` prints: one record a timed implementation and case. History, comparison and pictures read it. */
import type { Environment, Tool } from '../../audit/report/environment.ts'

/** A median with the bounds of its 95 % interval. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Measurement {
  readonly suite: string
  /** Its descriptor, which replays it. */
  readonly case: string
  readonly implementation: string
  /** The rung of the ladder, where the implementation is one of ours. */
  readonly rung?: string
  /** Of one call. */
  readonly seconds: Estimate
  /** Operations of one call, two a product. */
  readonly flops: number
  /** Compulsory traffic of one call: each operand read once, the result written once. */
  readonly bytes: number
  /** GFLOP/s. */
  readonly rate: Estimate
  /** Rate over the peak of WebAssembly SIMD, 1 for all of it. */
  readonly ofPeak: number
  /** Traffic a second over the bandwidth of memory; above 1 where caches hold the operands. */
  readonly ofBandwidth: number
  /** The grade that the result was given before anything was timed. */
  readonly verdict: string
  /** How many times as fast as others in the same rounds. */
  readonly ratio?: readonly (Estimate & { readonly to: string })[]
}

/** An implementation that was not timed on a case; on none where `case` is empty. */
export interface Skipped {
  readonly suite: string
  readonly case: string
  readonly implementation: string
  readonly why: 'wrong' | 'not offered' | 'failed' | 'too slow'
  readonly message: string
}

export interface BenchDocument {
  readonly schemaVersion: 1
  readonly tool: Tool
  readonly environment: Environment
  readonly calibration: {
    /** GFLOP/s of WebAssembly SIMD multiply-adds that never leave registers. */
    readonly peak: number
    /** GB/s of a ← b + s·c over arrays beyond the last cache. */
    readonly bandwidth: number
    /** Nanoseconds of a load that waits for the one before it, beyond the last cache. */
    readonly latency: number
  }
  readonly measurements: readonly Measurement[]
  readonly skipped: readonly Skipped[]
}
