import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { sameShape } from '../shape/pointwise.ts'
import type { TensorOf } from '../tensor.ts'
import { fill } from './fill.ts'

/**
 * F8. tanh z = (eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ), element by element; computed by the number system, since the quotient
 * cancels near 0. x (any shape) → like x. Source: LeCun et al. 1998 §II.
 */
export function tanh<T>(k: Arithmetic<T>, { x }: OperandsOf<'tanh', T>): TensorOf<T> {
  return fill(k, x.shape, (i) => k.tanh(x.data[i]!))
}

/**
 * F8. tanh′ = 1 − tanh², from the output: ∂E/∂z = δ · (1 − y²).
 *
 * y, dy (one shape) → like y. Throws ShapeError. Source: Bouvrie 2006 §2.
 */
export function tanhGradient<T>(k: Arithmetic<T>, { y, dy }: OperandsOf<'tanhGradient', T>): TensorOf<T> {
  const shape = sameShape('tanhGradient', 'y', y.shape, 'dy', dy.shape)
  return fill(k, shape, (i) => k.mul(dy.data[i]!, k.sub(k.one, k.mul(y.data[i]!, y.data[i]!))))
}
