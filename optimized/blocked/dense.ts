/** F19, F12. The fully connected layer and its gradients, each one blocked matrix product. All throw ShapeError. */
import type { Operands } from '../../reference/contract.ts'
import {
  denseBiasGradientShape,
  denseInputGradientSizes,
  denseSizes,
  denseWeightGradientSizes,
} from '../../reference/shape/dense.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { matmul } from './matmul.ts'
import { rounded } from './result.ts'

/** F19. y[n,o] = b[o] + Σ_i x[n,i] · w[o,i]. x (N,I), w (O,I), b (O) or none → (N,O). */
export function dense({ x, w, b }: Operands<'dense'>, precision: Precision): Tensor {
  const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
  const sums = new Float64Array(N * O)
  if (b) for (let n = 0; n < N; n++) sums.set(b.data, n * O)
  const left = { data: w.data, rows: O, row: I, depth: 1 }
  const right = { data: x.data, rows: N, row: I, depth: 1 }
  matmul(left, right, I, sums, { cRow: 1, cColumn: O })
  return rounded([N, O], sums, precision)
}

/** F11. dx[n,i] = Σ_o dy[n,o] · w[o,i]. dy (N,O), w (O,I) → (N,I). */
export function denseInputGradient({ dy, w }: Operands<'denseInputGradient'>, precision: Precision): Tensor {
  const { N, I, O } = denseInputGradientSizes(dy.shape, w.shape)
  const sums = new Float64Array(N * I)
  const left = { data: w.data, rows: I, row: 1, depth: I }
  const right = { data: dy.data, rows: N, row: O, depth: 1 }
  matmul(left, right, O, sums, { cRow: 1, cColumn: I })
  return rounded([N, I], sums, precision)
}

/** F12. dw[o,i] = Σ_n dy[n,o] · x[n,i]. x (N,I), dy (N,O) → (O,I). */
export function denseWeightGradient({ x, dy }: Operands<'denseWeightGradient'>, precision: Precision): Tensor {
  const { N, I, O } = denseWeightGradientSizes(x.shape, dy.shape)
  const sums = new Float64Array(O * I)
  const left = { data: dy.data, rows: O, row: 1, depth: O }
  const right = { data: x.data, rows: I, row: 1, depth: I }
  matmul(left, right, N, sums, { cRow: I, cColumn: 1 })
  return rounded([O, I], sums, precision)
}

/** F12. db[o] = Σ_n dy[n,o]. dy (N,O) → (O). */
export function denseBiasGradient({ dy }: Operands<'denseBiasGradient'>, precision: Precision): Tensor {
  const [O] = denseBiasGradientShape(dy.shape) as [number]
  const sums = new Float64Array(O)
  const row = new Float64Array(O)
  for (let start = 0; start < dy.data.length; start += O) {
    row.set(dy.data.subarray(start, start + O))
    for (let o = 0; o < O; o++) sums[o] = sums[o]! + row[o]!
  }
  return rounded([O], sums, precision)
}
