/**
 * What the machine gives at most, measured in half a second: the vector that stands beside every recorded time. Each figure is the
 * best of several samples by processor time, as whatever disturbs one can only make it slower.
 */
import { Assembler } from '../../optimized/kernel/assembler.ts'
import { f32x4, i32, v128 } from '../../optimized/kernel/expression.ts'
import { Random } from '../../properties/random.ts'
import { peakFlops, peakLoop } from '../peak.ts'
import { processorMs } from './processor.ts'

export interface Calibration {
  /** GFLOP/s of SIMD multiply-adds that never leave registers. */
  readonly peak: number
  /** GB/s of the triad a ← b + s·c on arrays beyond every cache, 12 bytes an element as STREAM counts (McCalpin 1995). */
  readonly bandwidth: number
  /** Nanoseconds of a load whose address the load before it gave, each on a cache line of its own, translation included. */
  readonly latency: number
}

export type MemorySpeed = Omit<Calibration, 'peak'>

/** Bytes of an array: three of them are six times a third-level cache of 32 MiB. */
const ARRAY = 2 ** 26
/** Bytes of an array a call: V8 changes to optimized code between calls, never within one. */
const CHUNK = 2 ** 18
const LINE = 64
const HOPS_A_CALL = 2 ** 14
const SAMPLES = 5

export function calibrate(): Calibration {
  return { peak: measurePeak(), ...memorySpeed() }
}

function measurePeak(): number {
  const loop = peakLoop()
  for (const end = processorMs() + 60; processorMs() < end; ) loop()
  const calls = 8
  return (calls * peakFlops) / fastest(() => repeat(calls, loop)) / 1e6
}

export function memorySpeed(): MemorySpeed {
  const memory = new WebAssembly.Memory({ initial: (3 * ARRAY) / 2 ** 16 })
  const { triad, chase } = kernels(memory)
  const pass = (): void => {
    for (let at = 0; at < ARRAY; at += CHUNK) triad(at, CHUNK / 32)
  }
  // Touches every page, and gives V8 the calls after which it optimizes.
  pass()
  const bandwidth = (3 * ARRAY) / fastest(pass) / 1e6
  writeCycle(new Int32Array(memory.buffer, 0, ARRAY / 4), new Random(1))
  let at = 0
  const hop = (): void => {
    at = chase(at, HOPS_A_CALL)
  }
  const calls = 8
  repeat(calls, hop)
  const latency = (1e6 * fastest(() => repeat(calls, hop))) / (calls * HOPS_A_CALL)
  return { bandwidth, latency }
}

function kernels(memory: WebAssembly.Memory) {
  const module = new Assembler()
  module.function('triad', (f, start, pairs) => {
    const at = f.local('i32')
    const s = f.local('v128')
    f.set(at, start.get)
    f.set(s, v128.load32Splat(start.get))
    f.times(pairs.get, () => {
      for (const lane of [0, 16]) {
        const [b, c] = [v128.load(at.get, ARRAY + lane), v128.load(at.get, 2 * ARRAY + lane)]
        f.storeV128(at.get, f32x4.add(b, f32x4.mul(s.get, c)), lane)
      }
      f.advance(at, 32)
    })
  })
  module.function(
    'chase',
    (f, start, hops) => {
      const at = f.local('i32')
      f.set(at, start.get)
      f.times(hops.get, () => f.set(at, i32.load(at.get)))
      f.return(at.get)
    },
    'i32',
  )
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { triad, chase } = exports
  if (typeof triad !== 'function' || typeof chase !== 'function')
    throw new TypeError('calibration: the module exports no functions')
  return {
    triad: (start: number, pairs: number): void => triad(start, pairs),
    chase: (start: number, hops: number): number => chase(start, hops),
  }
}

/** One cycle through all lines in a random order, so that no prefetcher knows the next. */
export function writeCycle(words: Int32Array, random: Random): void {
  const each = LINE / 4
  const order = Float64Array.from({ length: words.length / each }, (_, i) => i)
  random.shuffle(order)
  for (const [i, line] of order.entries()) words[line * each] = order[(i + 1) % order.length]! * LINE
}

function repeat(times: number, call: () => void): void {
  for (let i = 0; i < times; i++) call()
}

/** Milliseconds of processor time of the fastest sample. */
function fastest(run: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = processorMs()
    run()
    least = Math.min(least, processorMs() - start)
  }
  return least
}
