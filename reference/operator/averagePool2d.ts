import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { AveragePool2dAttributes, AveragePool2dGradientAttributes, OperandsOf } from '../contract.ts'
import { averagePool2dGradientSizes, averagePool2dSizes } from '../shape/pooling.ts'
import { at4, type TensorOf } from '../tensor.ts'
import { fill4 } from './fill.ts'

/**
 * F18. Mean pooling: the mean of the window.
 *
 *   y[n,c,p,q] = Σ_r Σ_s x[n,c, p·sh−t+r, q·sw−l+s] / cells(p,q)
 *
 * cells(p,q) counts the cells of the window inside the input, or, with countIncludePad, inside the padded input; never
 * cells that only ceilMode adds beyond the padding. x (N,C,H,W) → (N,C,P,Q). Throws ShapeError. Source: LeCun et al. 1998 §II.
 */
export function averagePool2d<T>(
  k: Arithmetic<T>,
  { x }: OperandsOf<'averagePool2d', T>,
  a: AveragePool2dAttributes,
): TensorOf<T> {
  const { N, C, H, W, R, S, P, Q } = averagePool2dSizes(x.shape, a)
  const [t, l] = a.padding
  return fill4(k, [N, C, P, Q], (n, c, p, q) => {
    let sum = k.zero
    for (let r = 0; r < R; r++) {
      const h = p * a.stride[0] - t + r
      if (h < 0 || h >= H) continue
      for (let s = 0; s < S; s++) {
        const w = q * a.stride[1] - l + s
        if (w < 0 || w >= W) continue
        sum = k.add(sum, at4(x, n, c, h, w))
      }
    }
    return k.div(sum, k.from(cellsOfWindow(H, W, p, q, a)))
  })
}

/**
 * F24. Error passed down through mean pooling: each cell of a window takes δ / cells(p,q).
 *
 *   ∂E/∂x[n,c,h,w] = Σ δ[n,c,p,q] / cells(p,q) over the windows (p,q) that hold the cell (h,w)
 *
 * dy (N,C,P,Q) → (N,C,H,W), [H,W] = inputSize. Throws ShapeError. Source: Bouvrie 2006 §3.2.
 */
export function averagePool2dGradient<T>(
  k: Arithmetic<T>,
  { dy }: OperandsOf<'averagePool2dGradient', T>,
  a: AveragePool2dGradientAttributes,
): TensorOf<T> {
  const { N, C, H, W, R, S, P, Q } = averagePool2dGradientSizes(dy.shape, a)
  const [t, l] = a.padding
  return fill4(k, [N, C, H, W], (n, c, h, w) => {
    let sum = k.zero
    for (let p = 0; p < P; p++) {
      const r = h - (p * a.stride[0] - t)
      if (r < 0 || r >= R) continue
      for (let q = 0; q < Q; q++) {
        const s = w - (q * a.stride[1] - l)
        if (s < 0 || s >= S) continue
        sum = k.add(sum, k.div(at4(dy, n, c, p, q), k.from(cellsOfWindow(H, W, p, q, a))))
      }
    }
    return sum
  })
}

/** The divisor of F18 and F24. */
function cellsOfWindow(H: number, W: number, p: number, q: number, a: AveragePool2dAttributes): number {
  const [t, l, b, r] = a.padding
  const rows = inside(p * a.stride[0] - t, a.kernel[0], H, a.countIncludePad ? t : 0, a.countIncludePad ? b : 0)
  const columns = inside(q * a.stride[1] - l, a.kernel[1], W, a.countIncludePad ? l : 0, a.countIncludePad ? r : 0)
  return rows * columns
}

/** How many of the cells start…start+kernel−1 lie in −before…extent+after−1: one at least, or the shape was refused. */
function inside(start: number, kernel: number, extent: number, before: number, after: number): number {
  return Math.min(start + kernel, extent + after) - Math.max(start, -before)
}
