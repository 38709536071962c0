import type { Kernel, Kernels } from '../kernel/engine.ts'

/** One call of a kernel, its addresses known. */
export type Step = () => unknown

/**
 * A call of a kernel as data, which any thread can make. Addresses from SCRATCH on count from the scratch of the thread that
 * makes it: memory ends below (kernel/engine.ts).
 */
export interface Call {
  readonly kernels: Kernels
  readonly name: string
  readonly values: readonly number[]
}
export const SCRATCH = 2 ** 31

export const call = (kernels: Kernels, name: string, ...values: readonly number[]): Call => ({ kernels, name, values })

/** The call as the thread makes it whose scratch lies at that byte. */
export const bound = (kernel: Kernel, values: readonly number[], scratch: number): Step =>
  kernel.bind(undefined, ...values.map((value) => (value < SCRATCH ? value : value - SCRATCH + scratch)))

/** Calls that one thread makes one after the other; parts side by side write to no number in common. */
export type Part = readonly Call[]

/**
 * A layer as the calls of kernels it takes: what a plan leaves to decide is decided once, and a run decides nothing. A phase is the
 * parts that may run side by side; the next one reads what they wrote.
 */
export type Program = readonly (readonly Part[])[]

/** Where the operands of a layer lie, in bytes, its weights as they come, and on how many threads it runs. */
export interface Held {
  readonly x: number
  readonly y: number
  readonly w: Float32Array
  readonly b: Float32Array | undefined
  readonly threads: number
}
