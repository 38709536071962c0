/** What the machine can do at most: SIMD multiply-adds of WebAssembly that never leave registers. */
import { Assembler } from '../optimized/kernel/assembler.ts'
import { f32x4, i32, v128 } from '../optimized/kernel/expression.ts'
import { hasFusedMultiplyAdd } from '../optimized/kernel/features.ts'

/** Chains side by side. A multiplication and the addition after it take five to eight cycles, in which two of each can begin a cycle. */
const CHAINS = 13
/** As many operations a call as the loop before this one had, so that recorded times over its time go on. */
const ROUNDS = 23_077

/** Floating-point operations of one call. */
export const peakFlops = 2 * 4 * CHAINS * ROUNDS

/**
 * s ← s·o + o in each chain, in place: no register for a product, none shared but o. Loops whose chains need two registers each have room
 * for six or seven, which is too few where a sum waits five cycles: 43 and 50 GFLOP/s of a Zen 5's 56.
 */
export function peakLoop(): () => void {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const module = new Assembler()
  module.function('peak', (f, rounds) => {
    const sums = Array.from({ length: CHAINS }, () => f.local('v128'))
    const o = f.local('v128')
    f.set(o, v128.load(i32.const(0)))
    f.times(rounds.get, () => {
      for (const sum of sums) {
        const next = hasFusedMultiplyAdd
          ? f32x4.relaxedMadd(sum.get, o.get, o.get)
          : f32x4.add(f32x4.mul(sum.get, o.get), o.get)
        f.set(sum, next)
      }
    })
    for (const [i, sum] of sums.entries()) f.storeV128(i32.const(64 + 16 * i), sum.get)
  })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { peak } = instance.exports
  if (typeof peak !== 'function') throw new TypeError('peak: the module exports no function')
  return () => peak(ROUNDS)
}
