/** F20. Softmax and its error term, row by row in doubles. All throw ShapeError. Source: Bridle 1990. */
import type { Operands } from '../../reference/contract.ts'
import { rowPairSizes, rowSizes } from '../../reference/shape/pointwise.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { room } from './result.ts'

/** yₖ = e^(xₖ−max x) / Σⱼ e^(xⱼ−max x). x (N,K) → like x. */
export function softmax({ x }: Operands<'softmax'>, precision: Precision): Tensor {
  const { N, K } = rowSizes('softmax', 'x', x.shape)
  const y = room([N, K], precision)
  const row = new Float64Array(K)
  for (let n = 0; n < N; n++) {
    row.set(x.data.subarray(n * K, (n + 1) * K))
    softmaxRow(row)
    y.data.set(row, n * K)
  }
  return y
}

/** dxₖ = yₖ (dyₖ − Σⱼ yⱼ dyⱼ). y, dy (N,K) → like y. */
export function softmaxGradient({ y, dy }: Operands<'softmaxGradient'>, precision: Precision): Tensor {
  const { N, K } = rowPairSizes('softmaxGradient', 'y', y.shape, 'dy', dy.shape)
  const dx = room([N, K], precision)
  const [outputs, errors] = [new Float64Array(K), new Float64Array(K)]
  for (let n = 0; n < N; n++) {
    outputs.set(y.data.subarray(n * K, (n + 1) * K))
    errors.set(dy.data.subarray(n * K, (n + 1) * K))
    let mean = 0
    for (let k = 0; k < K; k++) mean += outputs[k]! * errors[k]!
    for (let k = 0; k < K; k++) outputs[k] = outputs[k]! * (errors[k]! - mean)
    dx.data.set(outputs, n * K)
  }
  return dx
}

/** Turns a row into its softmax. */
export function softmaxRow(row: Float64Array): void {
  const max = largest(row)
  let sum = 0
  for (let k = 0; k < row.length; k++) {
    const e = Math.exp(row[k]! - max)
    row[k] = e
    sum += e
  }
  for (let k = 0; k < row.length; k++) row[k] = row[k]! / sum
}

/** The largest number of a row; NaN if there is one. */
export function largest(row: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY
  for (let k = 0; k < row.length; k++) max = Math.max(max, row[k]!)
  return max
}
