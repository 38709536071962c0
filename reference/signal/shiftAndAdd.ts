import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { sequencePart } from '../shape/sequence.ts'
import type { TensorOf } from '../tensor.ts'

export interface ShiftAndAdd<T> {
  /** (k, n+k−1): row u is f·g(u), moved right by u places. */
  readonly copies: TensorOf<T>
  /** (n+k−1): the sum down each column. */
  readonly sum: TensorOf<T>
}

/**
 * F3. Convolution as shift and add.
 *
 *   f∗g = f·g(0), plus f·g(1) moved right by one, plus f·g(2) moved right by two, …
 *
 * The same numbers as F2 'full', with the loops the other way round: one moved copy of f a tap of g.
 * f (n), g (k) → copies (k,n+k−1) and their sum (n+k−1). Throws ShapeError.
 */
export function shiftAndAdd<T>(k: Arithmetic<T>, { f, g }: OperandsOf<'convolve1d', T>): ShiftAndAdd<T> {
  const { extent } = sequencePart('shiftAndAdd', f.shape, g.shape, { mode: 'full' })
  const [lengthF, lengthG] = [f.data.length, g.data.length]
  const copies = k.array(lengthG * extent)
  const sum = k.array(extent)
  for (let u = 0; u < lengthG; u++) {
    for (let i = 0; i < lengthF; i++) {
      const term = k.mul(f.data[i]!, g.data[u]!)
      copies[u * extent + u + i] = term
      sum[u + i] = k.add(sum[u + i]!, term)
    }
  }
  return { copies: { shape: [lengthG, extent], data: copies }, sum: { shape: [extent], data: sum } }
}
