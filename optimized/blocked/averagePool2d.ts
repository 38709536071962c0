import type { Attributes, AveragePool2dAttributes, Operands } from '../../reference/contract.ts'
import { averagePool2dGradientSizes, averagePool2dSizes, type PoolSizes } from '../../reference/shape/pooling.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { room } from './result.ts'
import { type Windows, windowsOf } from './windows.ts'

/** The windows of an axis and how many cells each one divides by: those of both axes multiply. */
interface Counted extends Windows {
  readonly cells: Int32Array
}

/**
 * F18. y[n,c,p,q] = Σ_r Σ_s x[n,c, p·sh−t+r, q·sw−l+s] / cells(p,q), over the cells inside x.
 *
 * Sums go down the columns first, then along the row: R + S additions a cell instead of R·S. cells(p,q) counts those
 * inside x, or with countIncludePad inside the padded x. x (N,C,H,W) → (N,C,P,Q). Throws ShapeError.
 */
export function averagePool2d(
  { x }: Operands<'averagePool2d'>,
  a: Attributes<'averagePool2d'>,
  precision: Precision,
): Tensor {
  const sizes = averagePool2dSizes(x.shape, a)
  const { N, C, H, W, P, Q } = sizes
  const [rows, columns] = counted(sizes, a)
  const plane = new Float64Array(H * W)
  const sums = new Float64Array(W)
  const means = new Float64Array(P * Q)
  const y = room([N, C, P, Q], precision)
  for (let i = 0; i < N * C; i++) {
    plane.set(x.data.subarray(i * H * W, (i + 1) * H * W))
    for (let p = 0; p < P; p++) {
      sums.fill(0)
      for (let h = rows.from[p]!; h < rows.to[p]!; h++) {
        for (let w = 0; w < W; w++) sums[w] = sums[w]! + plane[h * W + w]!
      }
      for (let q = 0; q < Q; q++) {
        const right = columns.to[q]!
        let sum = 0
        for (let w = columns.from[q]!; w < right; w++) sum += sums[w]!
        means[p * Q + q] = sum / (rows.cells[p]! * columns.cells[q]!)
      }
    }
    y.data.set(means, i * P * Q)
  }
  return y
}

/**
 * F24. dx[n,c,h,w] = Σ dy[n,c,p,q] / cells(p,q) over the windows that hold (h,w): along the row first, then down.
 *
 * dy (N,C,P,Q), inputSize [H,W] → (N,C,H,W). Throws ShapeError. Source: Bouvrie 2006 §3.2.
 */
export function averagePool2dGradient(
  { dy }: Operands<'averagePool2dGradient'>,
  a: Attributes<'averagePool2dGradient'>,
  precision: Precision,
): Tensor {
  const sizes = averagePool2dGradientSizes(dy.shape, a)
  const { N, C, H, W, P, Q } = sizes
  const [rows, columns] = counted(sizes, a)
  const errors = new Float64Array(P * Q)
  const shares = new Float64Array(W)
  const sums = new Float64Array(H * W)
  const dx = room([N, C, H, W], precision)
  for (let i = 0; i < N * C; i++) {
    errors.set(dy.data.subarray(i * P * Q, (i + 1) * P * Q))
    sums.fill(0)
    for (let p = 0; p < P; p++) {
      shares.fill(0)
      for (let q = 0; q < Q; q++) {
        const share = errors[p * Q + q]! / (rows.cells[p]! * columns.cells[q]!)
        const right = columns.to[q]!
        for (let w = columns.from[q]!; w < right; w++) shares[w] = shares[w]! + share
      }
      for (let h = rows.from[p]!; h < rows.to[p]!; h++) {
        for (let w = 0; w < W; w++) sums[h * W + w] = sums[h * W + w]! + shares[w]!
      }
    }
    dx.data.set(sums, i * H * W)
  }
  return dx
}

export function counted(
  { H, W, R, S, P, Q }: PoolSizes,
  a: AveragePool2dAttributes,
): [rows: Counted, columns: Counted] {
  const [top, left, bottom, right] = a.padding
  return [
    countedAxis(P, H, R, a.stride[0], top, bottom, a.countIncludePad),
    countedAxis(Q, W, S, a.stride[1], left, right, a.countIncludePad),
  ]
}

function countedAxis(
  outputs: number,
  extent: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  includePad: boolean,
): Counted {
  const { from, to } = windowsOf(outputs, extent, { kernel, stride, before, dilation: 1 })
  const cells = Int32Array.from(from, (first, p) => {
    if (!includePad) return to[p]! - first
    const start = p * stride - before
    // Cells that ceilMode adds beyond the padding do not count.
    return Math.min(start + kernel, extent + after) - start
  })
  return { from, to, cells }
}
