import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { sameShape } from '../shape/pointwise.ts'
import type { TensorOf } from '../tensor.ts'
import { fill } from './fill.ts'

/**
 * F8. σ(z) = 1/(1 + e⁻ᶻ), element by element.
 *
 * x (any shape) → like x. Source: Rumelhart et al. 1986.
 */
export function sigmoid<T>(k: Arithmetic<T>, { x }: OperandsOf<'sigmoid', T>): TensorOf<T> {
  return fill(k, x.shape, (i) => k.div(k.one, k.add(k.one, k.exp(k.neg(x.data[i]!)))))
}

/**
 * F8. σ′ = σ(1−σ), from the output: ∂E/∂z = δ · y(1−y).
 *
 * y, dy (one shape) → like y. Throws ShapeError. Source: Bouvrie 2006 §2.
 */
export function sigmoidGradient<T>(k: Arithmetic<T>, { y, dy }: OperandsOf<'sigmoidGradient', T>): TensorOf<T> {
  const shape = sameShape('sigmoidGradient', 'y', y.shape, 'dy', dy.shape)
  return fill(k, shape, (i) => k.mul(dy.data[i]!, k.mul(y.data[i]!, k.sub(k.one, y.data[i]!))))
}
