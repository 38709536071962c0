/** What the machine can do at most: SIMD multiply-adds of WebAssembly that never leave registers. */
import { Assembler } from '../optimized/kernel/assembler.ts'
import { f32x4, i32, v128 } from '../optimized/kernel/expression.ts'
import { hasFusedMultiplyAdd } from '../optimized/kernel/features.ts'

/** Chains side by side: additions take three or four cycles, two a cycle. Fused, each is one chain, else two. */
const CHAINS = hasFusedMultiplyAdd ? 12 : 6
const ROUNDS = 50_000

/** Floating-point operations of one call. */
export const peakFlops = 2 * 4 * CHAINS * ROUNDS

/**
 * p ← p·o, s ← s + p in each chain: one multiplication an addition, as in every sum of products, nothing shared, no register
 * for a product. Unrolled, V8 moves the products ahead of the sums and spills: 58 GFLOP/s become 47, or 24.
 * Fused: s ← o·s + o.
 */
export function peakLoop(): () => void {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const module = new Assembler()
  module.function('peak', (f, rounds) => {
    const chain = () => Array.from({ length: CHAINS }, () => f.local('v128'))
    const [sums, products] = [chain(), chain()]
    const o = f.local('v128')
    f.set(o, v128.load(i32.const(0)))
    f.times(rounds.get, () => {
      for (const [i, sum] of sums.entries()) {
        const product = products[i]!
        if (hasFusedMultiplyAdd) f.set(sum, f32x4.relaxedMadd(sum.get, o.get, o.get))
        else {
          f.set(product, f32x4.mul(product.get, o.get))
          f.set(sum, f32x4.add(sum.get, product.get))
        }
      }
    })
    for (const [i, sum] of sums.entries()) f.storeV128(i32.const(64 + 16 * i), sum.get)
  })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const { peak } = instance.exports
  if (typeof peak !== 'function') throw new TypeError('peak: the module exports no function')
  return () => peak(ROUNDS)
}
