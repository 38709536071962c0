import type { Tensor } from '../../reference/contract.ts'

/** The numbers of an operand as float32, in which the contract says they arrive. */
export const singles = ({ data }: Tensor): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data)
