/** The optimized ladder: implementations of the contract, from portable TypeScript upwards. */
import { blocked } from './blocked/index.ts'
import { hasFusedMultiplyAdd, hasSimd } from './kernel/features.ts'
import { simd as rung } from './simd/index.ts'
import { winograd } from './winograd/index.ts'

/** Portable TypeScript, blocked for registers and cache. */
export const blocked32 = blocked('blocked', 'float32')
export const blocked64 = blocked('blocked-float64', 'float64')

const simdVersion = `simd${hasFusedMultiplyAdd ? ', fused multiply-add' : ''}`

/** WebAssembly SIMD, float32; undefined where the engine has none. */
export const simd = hasSimd ? rung('simd', simdVersion, blocked32) : undefined

/**
 * F(4×4,3×3) for 3×3 kernels of stride 1, the fastest rung below for all else. Apart from `optimized`: its error is larger than that of
 * a sum, and whoever takes it should know.
 */
export const winograd32 = winograd('winograd', simd ?? blocked32)

/** The fastest rung that runs here; its version says which. */
export const optimized = simd
  ? { ...simd, name: 'optimized' }
  : { ...blocked('optimized', 'float32'), version: 'blocked: this engine has no WebAssembly SIMD' }
