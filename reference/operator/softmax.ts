import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { rowPairSizes, rowSizes } from '../shape/pointwise.ts'
import { at2, type TensorOf } from '../tensor.ts'
import { fill2 } from './fill.ts'

/**
 * F20. yₖ = e^(xₖ−max x) / Σⱼ e^(xⱼ−max x), row by row.
 *
 * x (N,K) → like x. Throws ShapeError. Source: Bridle 1990; the shift by the maximum changes nothing but overflow.
 */
export function softmax<T>(k: Arithmetic<T>, { x }: OperandsOf<'softmax', T>): TensorOf<T> {
  const { N, K } = rowSizes('softmax', 'x', x.shape)
  return fill2(k, [N, K], (n, j) => k.div(k.exp(k.sub(at2(x, n, j), rowMax(k, x, n))), rowSumExp(k, x, n)))
}

/**
 * F20, its error term: ∂E/∂xₖ = yₖ (δₖ − Σⱼ yⱼ δⱼ), row by row, from the output y.
 *
 * y, dy (N,K) → like y. Throws ShapeError. Source: Bridle 1990.
 */
export function softmaxGradient<T>(k: Arithmetic<T>, { y, dy }: OperandsOf<'softmaxGradient', T>): TensorOf<T> {
  const { N, K } = rowPairSizes('softmaxGradient', 'y', y.shape, 'dy', dy.shape)
  return fill2(k, [N, K], (n, i) => {
    let mean = k.zero
    for (let j = 0; j < K; j++) mean = k.add(mean, k.mul(at2(y, n, j), at2(dy, n, j)))
    return k.mul(at2(y, n, i), k.sub(at2(dy, n, i), mean))
  })
}

/** max x of row n; NaN if there is one. */
export function rowMax<T>(k: Arithmetic<T>, x: TensorOf<T>, n: number): T {
  let max = at2(x, n, 0)
  for (let j = 1; j < x.shape[1]!; j++) {
    const value = at2(x, n, j)
    if (k.greater(value, max) || k.isNaN(value)) max = value
  }
  return max
}

/** Σⱼ e^(xⱼ−max x) of row n. */
export function rowSumExp<T>(k: Arithmetic<T>, x: TensorOf<T>, n: number): T {
  const max = rowMax(k, x, n)
  let sum = k.zero
  for (let j = 0; j < x.shape[1]!; j++) sum = k.add(sum, k.exp(k.sub(at2(x, n, j), max)))
  return sum
}
