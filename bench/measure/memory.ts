/** What memory gives beyond the last cache: bandwidth by STREAM's triad (McCalpin 1995), latency by loads that wait for each other. */
import { existsSync, readFileSync } from 'node:fs'
import { Assembler, type FunctionBuilder, type Local } from '../../optimized/kernel/assembler.ts'
import { f32x4, i32, v128 } from '../../optimized/kernel/expression.ts'
import { processorMs } from './processor.ts'

const PASSES = 5
const LINE = 64
/** Steps of the chase a turn of its loop. */
const LOADS = 8
const STEPS = 2 ** 16
const PAGE = 65536
const MIB = 2 ** 20
/** Where the system does not tell, and at most: three arrays have to fit into memory. */
const USUAL_CACHE = 32 * MIB
const MOST_CACHE = 128 * MIB

/** Bytes of the last cache. */
function lastCache(): number {
  const sizes = [1, 2, 3, 4].flatMap((i) => {
    const file = `/sys/devices/system/cpu/cpu0/cache/index${i}/size`
    const [, number, unit] = existsSync(file) ? (/^(\d+)([KM])/.exec(readFileSync(file, 'utf8')) ?? []) : []
    return number === undefined ? [] : [Number(number) * (unit === 'K' ? 1024 : MIB)]
  })
  return sizes.length > 0 ? Math.max(...sizes) : USUAL_CACHE
}

export interface MemorySpeed {
  /** GB/s: two arrays read and one written, each counted once. */
  readonly bandwidth: number
  /** ns */
  readonly latency: number
}

/** By processor time, which the waits for memory are part of. Each array has twice the last cache. */
export function memorySpeed(array = 2 * Math.min(lastCache(), MOST_CACHE)): MemorySpeed {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((3 * array) / PAGE) })
  const { triad, chase } = kernels(memory)
  const numbers = new Float32Array(memory.buffer)
  numbers.fill(1)
  const triads = median(PASSES, () => triad(0, array, 2 * array, array / 64))
  const count = 2 ** Math.floor(Math.log2(array / LINE))
  chain(new Int32Array(memory.buffer), count)
  // Each pass goes on where the last one ended: its lines are in no cache.
  let at = 0
  const steps = Math.min(count, STEPS)
  const chases = median(PASSES, () => {
    at = chase(at, steps / LOADS)
  })
  return { bandwidth: (3 * array) / triads / 1e6, latency: (1e6 * chases) / steps }
}

/**
 * A cycle through all lines, each beginning with the address of the next: i ← a·i + c modulo a power of two, which leaves none out
 * (Hull & Dobell 1962) and jumps too far to be guessed.
 */
function chain(words: Int32Array, count: number): void {
  for (let line = 0; line < count; line++)
    words[(line * LINE) / 4] = ((Math.imul(line, 1664525) + 1013904223) & (count - 1)) * LINE
}

/** Milliseconds of the median pass, after one that does not count. */
function median(passes: number, run: () => void): number {
  run()
  const times = Array.from({ length: passes }, () => {
    const start = processorMs()
    run()
    return processorMs() - start
  })
  return times.sort((a, b) => a - b)[passes >> 1]!
}

interface Kernels {
  /** a ← b + 3·c over 64 bytes a turn; addresses and turns. */
  triad(a: number, b: number, c: number, turns: number): void
  /** `turns` times LOADS steps from an address, to the one where they end. */
  chase(from: number, turns: number): number
}

function kernels(memory: WebAssembly.Memory): Kernels {
  const module = new Assembler()
  module.function('triad', (f, a, b, c, turns) => {
    const three = f.local('v128')
    f.set(three, f32x4.add(f32x4.add(v128.load(b.get), v128.load(b.get)), v128.load(b.get)))
    f.times(turns.get, () => {
      for (const at of [0, 16, 32, 48])
        f.storeV128(a.get, f32x4.add(v128.load(b.get, at), f32x4.mul(three.get, v128.load(c.get, at))), at)
      for (const address of [a, b, c]) f.advance(address, 64)
    })
  })
  const walk = (f: FunctionBuilder, from: Local<'i32'>, turns: Local<'i32'>): void => {
    const address = f.local('i32')
    f.set(address, from.get)
    f.times(turns.get, () => {
      for (let i = 0; i < LOADS; i++) f.set(address, i32.load(address.get))
    })
    f.return(address.get)
  }
  module.function('chase', walk, 'i32')
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { triad, chase } = instance.exports
  if (typeof triad !== 'function' || typeof chase !== 'function')
    throw new TypeError('memory: the module lacks a function')
  return { triad: (a, b, c, turns) => triad(a, b, c, turns), chase: (from, turns) => chase(from, turns) }
}
