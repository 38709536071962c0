import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf, SequenceAttributes } from '../contract.ts'
import { fill } from '../operator/fill.ts'
import { sequencePart } from '../shape/sequence.ts'
import type { TensorOf } from '../tensor.ts'

/**
 * F2. Convolution of sequences: a weighted sum.
 *
 *   y(n) = Σ_u f(u) g(n−u)
 *
 * Both are absent outside their ends. Sums run u upward. `mode` says which part of the full result is handed out.
 * f (n), g (k) → (n+k−1) 'full', (n) 'same', (n−k+1) 'valid'. Throws ShapeError.
 * Source: Oppenheim & Schafer, Discrete-Time Signal Processing, §2.3.
 */
export function convolve1d<T>(
  k: Arithmetic<T>,
  { f, g }: OperandsOf<'convolve1d', T>,
  attributes: SequenceAttributes,
): TensorOf<T> {
  const { extent, start } = sequencePart('convolve1d', f.shape, g.shape, attributes)
  const [lengthF, lengthG] = [f.data.length, g.data.length]
  return fill(k, [extent], (i) => {
    const n = start + i
    let sum = k.zero
    for (let u = 0; u < lengthF; u++) {
      if (n - u < 0 || n - u >= lengthG) continue
      sum = k.add(sum, k.mul(f.data[u]!, g.data[n - u]!))
    }
    return sum
  })
}
