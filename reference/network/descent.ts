import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { fill } from '../operator/fill.ts'
import { sameShape } from '../shape/pointwise.ts'
import type { TensorOf } from '../tensor.ts'

/**
 * F13. Gradient descent.
 *
 *   W ← W − η ∂E/∂W
 *
 * w and its gradient of one shape, η a number → the new w; the old one is left as it was. Throws ShapeError.
 * Source: Bouvrie 2006, eq. 6.
 */
export function descend<T>(k: Arithmetic<T>, w: TensorOf<T>, gradient: TensorOf<T>, eta: T): TensorOf<T> {
  const shape = sameShape('descend', 'w', w.shape, 'gradient', gradient.shape)
  return fill(k, shape, (i) => k.sub(w.data[i]!, k.mul(eta, gradient.data[i]!)))
}
