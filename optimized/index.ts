/** The optimized ladder: implementations of the contract, from portable TypeScript upwards. */
import { type Blocked, blocked } from './blocked/index.ts'
import { hasFusedMultiplyAdd, hasSimd } from './kernel/features.ts'
import { simd as rung } from './simd/index.ts'
import { threads as shared, type ThreadsOptions } from './threads/index.ts'
import { winograd } from './winograd/index.ts'

/** Portable TypeScript, blocked for registers and cache. */
export const blocked32 = blocked('blocked', 'float32')
export const blocked64 = blocked('blocked-float64', 'float64')

const simdVersion = `simd${hasFusedMultiplyAdd ? ', fused multiply-add' : ''}`

/** WebAssembly SIMD, float32; undefined where the engine has none. */
export const simd = hasSimd ? rung('simd', simdVersion, blocked32) : undefined

const noSimd = 'this engine has no WebAssembly SIMD'

/**
 * The simd rung on worker threads, which start with the first layer that is worth them. Its version says how many, or why there
 * are none. `threadsOf({ leastFlops: 0 })` shares layers of any size.
 */
export const threadsOf = (options: ThreadsOptions): Blocked =>
  simd ? shared('threads', simd, options) : { ...blocked32, name: 'threads', version: `blocked: ${noSimd}` }
export const threads = threadsOf({})

/** F(4×4,3×3) for 3×3 kernels of stride 1, the blocked rung for all else. */
export const winograd32 = winograd('winograd', blocked32)

/** The fastest rung that runs here; its version says which. */
export const optimized = simd
  ? { ...simd, name: 'optimized' }
  : { ...blocked('optimized', 'float32'), version: `blocked: ${noSimd}` }
