/**
 * A conv2d that is ready to run as a user of the package runs it: operands lie in the package's own layout, sessions and packed
 * weights are made, and only the call and the wait for its result remain. For benchmarks; audits go through `Target`.
 */
import type { Attributes, Operands, Tensor } from '../../reference/contract.ts'

export interface PreparedConv2d {
  /** One call, its result thrown away. */
  run(): unknown
  /** The result of one call in the layout of the contract, to be judged before anything is timed. */
  result(): Tensor | Promise<Tensor>
  close(): void | Promise<void>
}

/** Throws Unsupported for what the package cannot express. */
export type PrepareConv2d = (
  operands: Operands<'conv2d'>,
  attributes: Attributes<'conv2d'>,
) => PreparedConv2d | Promise<PreparedConv2d>
