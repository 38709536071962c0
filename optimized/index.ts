/** The optimized ladder: implementations of the contract, from portable TypeScript upwards. */
import { type Blocked, blocked } from './blocked/index.ts'
import { guarded } from './guard.ts'
import { hasFusedMultiplyAdd, hasSimd } from './kernel/features.ts'
import { type Session, type SessionOptions, session as sessionOf } from './session/index.ts'
import { simd as rung } from './simd/index.ts'
import { threads as shared, type ThreadsOptions } from './threads/index.ts'
import { winograd } from './winograd/index.ts'

/** Portable TypeScript, blocked for registers and cache. */
const portable = blocked('blocked', 'float32')
export const blocked32 = guarded(portable)
export const blocked64 = guarded(blocked('blocked-float64', 'float64'))

const simdVersion = `simd${hasFusedMultiplyAdd ? ', fused multiply-add' : ''}`

/** WebAssembly SIMD, float32; undefined where the engine has none. */
const lanes = hasSimd ? rung('simd', simdVersion, portable) : undefined
export const simd = lanes && guarded(lanes)

/**
 * Layers prepared once over tensors that stay in memory (session/index.ts), `session({ threads: 2 })` on two threads; undefined where
 * the engine has no SIMD.
 */
export const session: ((options?: SessionOptions) => Session) | undefined = hasSimd
  ? (options) => sessionOf(portable, options)
  : undefined

/**
 * F(4×4,3×3) for 3×3 kernels of stride 1, the fastest rung below for all else. Apart from `optimized`: its error is larger than that of
 * a sum, and whoever takes it should know.
 */
export const winograd32 = guarded(winograd('winograd', lanes ?? portable))

const noSimd = 'this engine has no WebAssembly SIMD'

/**
 * The simd rung on worker threads, which start with the first layer that is worth them. Its version says how many, or why there
 * are none. `threadsOf({ leastFlops: 0 })` shares layers of any size.
 */
export const threadsOf = (options: ThreadsOptions): Blocked =>
  lanes ? guarded(shared('threads', lanes, options)) : { ...blocked32, name: 'threads', version: `blocked: ${noSimd}` }
export const threads = threadsOf({})

/** The fastest rung that runs here; its version says which. */
export const optimized = simd
  ? { ...simd, name: 'optimized' }
  : { ...blocked('optimized', 'float32'), version: `blocked: ${noSimd}` }
