import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { sameShape } from '../shape/pointwise.ts'
import type { TensorOf } from '../tensor.ts'
import { fill } from './fill.ts'

/**
 * F8. relu(z) = z for z > 0, else 0; NaN stays NaN.
 *
 * x (any shape) → like x. Source: Nair & Hinton 2010.
 */
export function relu<T>(k: Arithmetic<T>, { x }: OperandsOf<'relu', T>): TensorOf<T> {
  return fill(k, x.shape, (i) => {
    const z = x.data[i]!
    return k.greater(z, k.from(0)) || k.isNaN(z) ? z : k.from(0)
  })
}

/**
 * F8. relu′ = 1 for z > 0, 0 for z ≤ 0: ∂E/∂z = δ where z > 0, else 0.
 *
 * x, dy (one shape) → like x. Throws ShapeError. Source: Nair & Hinton 2010.
 */
export function reluGradient<T>(k: Arithmetic<T>, { x, dy }: OperandsOf<'reluGradient', T>): TensorOf<T> {
  const shape = sameShape('reluGradient', 'x', x.shape, 'dy', dy.shape)
  return fill(k, shape, (i) => (k.greater(x.data[i]!, k.from(0)) ? dy.data[i]! : k.from(0)))
}
