import type { Operators } from '../../../reference/contract.ts'
import type { Tensor } from '../../../reference/tensor.ts'

/** Makes an operand in the precision that the implementation takes. */
export type Build = (shape: readonly number[], values: readonly number[]) => Tensor

/** A case computed on paper: its name, how to ask for it (undefined: not offered), and the answer. */
export type ByHand = readonly [
  name: string,
  run: (operators: Partial<Operators>, t: Build) => Tensor | Promise<Tensor> | undefined,
  shape: readonly number[],
  values: readonly number[],
]
