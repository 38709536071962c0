/** F21, F30. Costs of a batch and their gradients, row by row in doubles. All throw ShapeError. */
import type { Operands } from '../../reference/contract.ts'
import { rowPairSizes } from '../../reference/shape/pointwise.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { room, rounded } from './result.ts'
import { largest, softmaxRow } from './softmax.ts'

/** F21. E = ½ Σₙ Σₖ (tₖⁿ − yₖⁿ)². y, t (N,K) → (). */
export function quadraticCost({ y, t }: Operands<'quadraticCost'>, precision: Precision): Tensor {
  const { N, K } = rowPairSizes('quadraticCost', 'y', y.shape, 't', t.shape)
  let sum = 0
  rowPairs(y, t, N, K, (y, t) => {
    for (let k = 0; k < K; k++) sum += (t[k]! - y[k]!) * (t[k]! - y[k]!)
  })
  return rounded([], [sum / 2], precision)
}

/** F10. ∂E/∂y = y − t. y, t (N,K) → like y. */
export function quadraticCostGradient({ y, t }: Operands<'quadraticCostGradient'>, precision: Precision): Tensor {
  const { N, K } = rowPairSizes('quadraticCostGradient', 'y', y.shape, 't', t.shape)
  const dy = room([N, K], precision)
  rowPairs(y, t, N, K, (y, t, n) => {
    for (let k = 0; k < K; k++) y[k] = y[k]! - t[k]!
    dy.data.set(y, n * K)
  })
  return dy
}

/** F30. E = −Σₙ Σₖ tₖⁿ (xₖ − max x − log Σⱼ e^(xⱼ−max x)). x, t (N,K) → (). */
export function softmaxCrossEntropy({ x, t }: Operands<'softmaxCrossEntropy'>, precision: Precision): Tensor {
  const { N, K } = rowPairSizes('softmaxCrossEntropy', 'x', x.shape, 't', t.shape)
  let cost = 0
  rowPairs(x, t, N, K, (x, t) => {
    const max = largest(x)
    let sum = 0
    for (let k = 0; k < K; k++) sum += Math.exp(x[k]! - max)
    const log = Math.log(sum)
    for (let k = 0; k < K; k++) cost -= t[k]! * (x[k]! - max - log)
  })
  return rounded([], [cost], precision)
}

/** F30. ∂E/∂xₖ = yₖ Σⱼ tⱼ − tₖ with y = softmax(x). x, t (N,K) → like x. */
export function softmaxCrossEntropyGradient(
  { x, t }: Operands<'softmaxCrossEntropyGradient'>,
  precision: Precision,
): Tensor {
  const { N, K } = rowPairSizes('softmaxCrossEntropyGradient', 'x', x.shape, 't', t.shape)
  const dx = room([N, K], precision)
  rowPairs(x, t, N, K, (x, t, n) => {
    softmaxRow(x)
    let total = 0
    for (let k = 0; k < K; k++) total += t[k]!
    for (let k = 0; k < K; k++) x[k] = x[k]! * total - t[k]!
    dx.data.set(x, n * K)
  })
  return dx
}

/** Visits rows n of both operands, widened; `visit` may change them. */
function rowPairs(
  a: Tensor,
  b: Tensor,
  N: number,
  K: number,
  visit: (a: Float64Array, b: Float64Array, n: number) => void,
): void {
  const [left, right] = [new Float64Array(K), new Float64Array(K)]
  for (let n = 0; n < N; n++) {
    left.set(a.data.subarray(n * K, (n + 1) * K))
    right.set(b.data.subarray(n * K, (n + 1) * K))
    visit(left, right, n)
  }
}
