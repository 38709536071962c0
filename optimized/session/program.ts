import type { Kernel } from '../kernel/engine.ts'

/** One call of a kernel, its addresses known. */
export type Step = () => unknown

/** A layer as the calls of kernels it takes: what a plan leaves to decide is decided once, and a run decides nothing. */
export type Program = readonly Step[]

export const step = (kernel: Kernel, ...values: readonly number[]): Step => kernel.bind(undefined, ...values)

/** Where the operands of a layer lie, in bytes, and its weights as they come. */
export interface Held {
  readonly x: number
  readonly y: number
  readonly w: Float32Array
  readonly b: Float32Array | undefined
}
