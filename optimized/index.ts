/** The optimized ladder: implementations of the contract, from portable TypeScript upwards. */
import { blocked } from './blocked/index.ts'

/** Portable TypeScript, blocked for registers and cache. */
export const blocked32 = blocked('blocked', 'float32')
export const blocked64 = blocked('blocked-float64', 'float64')

/** The fastest rung that runs everywhere. */
export const optimized = blocked('optimized', 'float32')
