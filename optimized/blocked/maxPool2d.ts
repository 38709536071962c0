import type { Attributes, MaxPool2dAttributes, Operands } from '../../reference/contract.ts'
import { maxPool2dGradientSizes, maxPool2dSizes, type PoolSizes } from '../../reference/shape/pooling.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { room } from './result.ts'
import { type Windows, windowsOf } from './windows.ts'

/** A plane, the windows over it and the row of column maxima that a row of windows shares. */
interface Pool extends PoolSizes {
  readonly rows: Windows
  readonly columns: Windows
  readonly dilation: readonly [height: number, width: number]
  readonly plane: Float64Array
  readonly tops: Float64Array
  readonly maxima: Float64Array
}

/**
 * F17. y[n,c,p,q] = max over r,s of x[n,c, p·sh−t+r·dh, q·sw−l+s·dw], of the cells inside x; NaN if one is NaN.
 *
 * The maximum is taken down the columns first, then along the row: R + S comparisons a cell instead of R·S.
 * x (N,C,H,W) → (N,C,P,Q). Throws ShapeError. Source: LeCun 1998 §II.
 */
export function maxPool2d({ x }: Operands<'maxPool2d'>, a: Attributes<'maxPool2d'>, precision: Precision): Tensor {
  const pool = prepare(maxPool2dSizes(x.shape, a), a)
  const { N, C, H, W, P, Q, plane, maxima } = pool
  const y = room([N, C, P, Q], precision)
  for (let i = 0; i < N * C; i++) {
    plane.set(x.data.subarray(i * H * W, (i + 1) * H * W))
    for (let p = 0; p < P; p++) {
      rowOfMaxima(pool, p)
      y.data.set(maxima, (i * P + p) * Q)
    }
  }
  return y
}

/**
 * F25. The cell that was the maximum of its window takes dy, the others nothing. Of equal cells the first in row-major
 * order, of NaN the first NaN: found by looking for the maximum, once that is known.
 *
 * x (N,C,H,W), dy (N,C,P,Q) → like x. Throws ShapeError. Source: Bouvrie 2006 §3.2.
 */
export function maxPool2dGradient(
  { x, dy }: Operands<'maxPool2dGradient'>,
  a: Attributes<'maxPool2dGradient'>,
  precision: Precision,
): Tensor {
  const pool = prepare(maxPool2dGradientSizes(x.shape, dy.shape, a), a)
  const { N, C, H, W, P, Q, plane, maxima } = pool
  const errors = new Float64Array(P * Q)
  const sums = new Float64Array(H * W)
  const dx = room(x.shape, precision)
  for (let i = 0; i < N * C; i++) {
    plane.set(x.data.subarray(i * H * W, (i + 1) * H * W))
    errors.set(dy.data.subarray(i * P * Q, (i + 1) * P * Q))
    sums.fill(0)
    for (let p = 0; p < P; p++) {
      rowOfMaxima(pool, p)
      for (let q = 0; q < Q; q++) {
        const at = find(pool, p, q, maxima[q]!)
        sums[at] = sums[at]! + errors[p * Q + q]!
      }
    }
    dx.data.set(sums, i * H * W)
  }
  return dx
}

function prepare(sizes: PoolSizes, { stride, padding, dilation }: MaxPool2dAttributes): Pool {
  const { H, W, R, S, P, Q } = sizes
  return {
    ...sizes,
    rows: windowsOf(P, H, { kernel: R, stride: stride[0], before: padding[0], dilation: dilation[0] }),
    columns: windowsOf(Q, W, { kernel: S, stride: stride[1], before: padding[1], dilation: dilation[1] }),
    dilation,
    plane: new Float64Array(H * W),
    tops: new Float64Array(W),
    maxima: new Float64Array(Q),
  }
}

/** maxima[q] of the windows of output row p. Math.max hands NaN on, and does not branch on the data. */
function rowOfMaxima({ rows, columns, dilation, W, Q, plane, tops, maxima }: Pool, p: number): void {
  const [dh, dw] = dilation
  const bottom = rows.to[p]!
  let h = rows.from[p]!
  for (let w = 0; w < W; w++) tops[w] = plane[h * W + w]!
  for (h += dh; h < bottom; h += dh) {
    for (let w = 0; w < W; w++) tops[w] = Math.max(tops[w]!, plane[h * W + w]!)
  }
  for (let q = 0; q < Q; q++) {
    const right = columns.to[q]!
    let w = columns.from[q]!
    let max = tops[w]!
    for (w += dw; w < right; w += dw) max = Math.max(max, tops[w]!)
    maxima[q] = max
  }
}

/** Where in the plane the maximum of window (p,q) comes first. */
function find({ rows, columns, dilation, W, plane }: Pool, p: number, q: number, max: number): number {
  const [dh, dw] = dilation
  const [bottom, right] = [rows.to[p]!, columns.to[q]!]
  for (let h = rows.from[p]!; h < bottom; h += dh) {
    for (let w = columns.from[q]!; w < right; w += dw) {
      const value = plane[h * W + w]!
      if (value === max || Number.isNaN(value)) return h * W + w
    }
  }
  throw new Error(`maxPool2dGradient: the maximum ${max} of window (${p},${q}) is in no cell of it`)
}
