import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { rowPairSizes } from '../shape/pointwise.ts'
import { at2, type TensorOf } from '../tensor.ts'
import { fill, fill2 } from './fill.ts'
import { rowMax, rowSumExp, softmax } from './softmax.ts'

/**
 * F30. Softmax with cross-entropy: E = −Σₙ Σₖ tₖⁿ log softmax(xⁿ)ₖ, with log softmax(x)ₖ = xₖ − max x − log Σⱼ e^(xⱼ−max x).
 *
 * x, t (N,K) → (). Throws ShapeError. Source: Bridle 1990; Goodfellow et al. 2016 §6.2.2.
 */
export function softmaxCrossEntropy<T>(k: Arithmetic<T>, { x, t }: OperandsOf<'softmaxCrossEntropy', T>): TensorOf<T> {
  const { N, K } = rowPairSizes('softmaxCrossEntropy', 'x', x.shape, 't', t.shape)
  return fill(k, [], () => {
    let sum = k.zero
    for (let n = 0; n < N; n++) {
      const max = rowMax(k, x, n)
      const log = k.log(rowSumExp(k, x, n))
      for (let j = 0; j < K; j++) sum = k.add(sum, k.mul(at2(t, n, j), k.sub(k.sub(at2(x, n, j), max), log)))
    }
    return k.neg(sum)
  })
}

/**
 * F30. ∂E/∂xₖ = yₖ Σⱼ tⱼ − tₖ with y = softmax(x), row by row.
 *
 * x, t (N,K) → like x. Throws ShapeError. Source: Bridle 1990.
 */
export function softmaxCrossEntropyGradient<T>(
  k: Arithmetic<T>,
  { x, t }: OperandsOf<'softmaxCrossEntropyGradient', T>,
): TensorOf<T> {
  const { N, K } = rowPairSizes('softmaxCrossEntropyGradient', 'x', x.shape, 't', t.shape)
  const y = softmax(k, { x })
  return fill2(k, [N, K], (n, i) => {
    let total = k.zero
    for (let j = 0; j < K; j++) total = k.add(total, at2(t, n, j))
    return k.sub(k.mul(at2(y, n, i), total), at2(t, n, i))
  })
}
