import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import {
  denseBiasGradientShape,
  denseInputGradientSizes,
  denseSizes,
  denseWeightGradientSizes,
} from '../shape/dense.ts'
import { at2, type TensorOf } from '../tensor.ts'
import { fill, fill2 } from './fill.ts'

/**
 * F19. Fully connected layer: y[n,o] = b[o] + Σ_i x[n,i] · w[o,i], i.e. y = x Wᵀ + b.
 *
 * x (N,I), w (O,I), b (O) or none → (N,O). Throws ShapeError. Source: Bouvrie 2006 §2; Rumelhart et al. 1986.
 */
export function dense<T>(k: Arithmetic<T>, { x, w, b }: OperandsOf<'dense', T>): TensorOf<T> {
  const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
  return fill2(k, [N, O], (n, o) => {
    let sum = b ? b.data[o]! : k.zero
    for (let i = 0; i < I; i++) sum = k.add(sum, k.mul(at2(x, n, i), at2(w, o, i)))
    return sum
  })
}

/**
 * F11, the linear part. Error passed down through F19: ∂E/∂x[n,i] = Σ_o δ[n,o] · w[o,i], i.e. δ W.
 *
 * dy (N,O), w (O,I) → (N,I). Throws ShapeError. Source: Bouvrie 2006 §2.
 */
export function denseInputGradient<T>(k: Arithmetic<T>, { dy, w }: OperandsOf<'denseInputGradient', T>): TensorOf<T> {
  const { N, I, O } = denseInputGradientSizes(dy.shape, w.shape)
  return fill2(k, [N, I], (n, i) => {
    let sum = k.zero
    for (let o = 0; o < O; o++) sum = k.add(sum, k.mul(at2(dy, n, o), at2(w, o, i)))
    return sum
  })
}

/**
 * F12. Weight gradient of F19: ∂E/∂w[o,i] = Σ_n δ[n,o] · x[n,i], i.e. δᵀ x.
 *
 * x (N,I), dy (N,O) → (O,I). Throws ShapeError. Source: Bouvrie 2006 §2.
 */
export function denseWeightGradient<T>(k: Arithmetic<T>, { x, dy }: OperandsOf<'denseWeightGradient', T>): TensorOf<T> {
  const { N, I, O } = denseWeightGradientSizes(x.shape, dy.shape)
  return fill2(k, [O, I], (o, i) => {
    let sum = k.zero
    for (let n = 0; n < N; n++) sum = k.add(sum, k.mul(at2(dy, n, o), at2(x, n, i)))
    return sum
  })
}

/** F12. Bias gradient of F19: ∂E/∂b[o] = Σ_n δ[n,o]. dy (N,O) → (O). Throws ShapeError. Source: Bouvrie 2006 §2. */
export function denseBiasGradient<T>(k: Arithmetic<T>, { dy }: OperandsOf<'denseBiasGradient', T>): TensorOf<T> {
  const shape = denseBiasGradientShape(dy.shape)
  const N = dy.shape[0]!
  return fill(k, shape, (o) => {
    let sum = k.zero
    for (let n = 0; n < N; n++) sum = k.add(sum, at2(dy, n, o))
    return sum
  })
}
