import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { MaxPool2dAttributes, OperandsOf } from '../contract.ts'
import { maxPool2dGradientSizes, maxPool2dSizes, type PoolSizes } from '../shape/pooling.ts'
import { at4, type TensorOf } from '../tensor.ts'
import { fill, fill4 } from './fill.ts'

/**
 * F17. Max pooling: the largest value of the window.
 *
 *   y[n,c,p,q] = max over r,s of x[n,c, p·sh−t+r·dh, q·sw−l+s·dw]
 *
 * The padding is absent, not zero; NaN in a window gives NaN. x (N,C,H,W) → (N,C,P,Q), P and Q by F15 (rounded up with
 * ceilMode). Throws ShapeError. Source: LeCun et al. 1998 §II; Boureau et al. 2010.
 */
export function maxPool2d<T>(k: Arithmetic<T>, { x }: OperandsOf<'maxPool2d', T>, a: MaxPool2dAttributes): TensorOf<T> {
  const sizes = maxPool2dSizes(x.shape, a)
  return fill4(k, [sizes.N, sizes.C, sizes.P, sizes.Q], (n, c, p, q) => {
    const { h, w } = argmax(k, x, sizes, a, n, c, p, q)
    return at4(x, n, c, h, w)
  })
}

/**
 * F25. Error passed down through max pooling: the cell that was the maximum takes δ, the others 0.
 *
 *   ∂E/∂x[n,c,h,w] = Σ δ[n,c,p,q] over the windows (p,q) whose maximum is the cell (h,w)
 *
 * A tie goes to the first in row-major order, a NaN to the first NaN. x (N,C,H,W), dy (N,C,P,Q) → like x. Throws ShapeError.
 * Source: Bouvrie 2006 §3.2, where the maximum is one cell.
 */
export function maxPool2dGradient<T>(
  k: Arithmetic<T>,
  { x, dy }: OperandsOf<'maxPool2dGradient', T>,
  a: MaxPool2dAttributes,
): TensorOf<T> {
  const sizes = maxPool2dGradientSizes(x.shape, dy.shape, a)
  const { N, C, H, W, P, Q } = sizes
  const dx = fill(k, x.shape, () => k.zero)
  const sums = dx.data as { [index: number]: T }
  for (let n = 0; n < N; n++)
    for (let c = 0; c < C; c++)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++) {
          const { h, w } = argmax(k, x, sizes, a, n, c, p, q)
          const at = ((n * C + c) * H + h) * W + w
          sums[at] = k.add(sums[at]!, at4(dy, n, c, p, q))
        }
  return dx
}

/** The cell of x that is the maximum of window (p,q): the first of equals, the first NaN if there is one. */
function argmax<T>(
  k: Arithmetic<T>,
  x: TensorOf<T>,
  { H, W, R, S }: PoolSizes,
  { stride, padding, dilation }: MaxPool2dAttributes,
  n: number,
  c: number,
  p: number,
  q: number,
): { h: number; w: number } {
  let best: { h: number; w: number; value: T } | undefined
  for (let r = 0; r < R; r++) {
    const h = p * stride[0] - padding[0] + r * dilation[0]
    if (h < 0 || h >= H) continue
    for (let s = 0; s < S; s++) {
      const w = q * stride[1] - padding[1] + s * dilation[1]
      if (w < 0 || w >= W) continue
      const value = at4(x, n, c, h, w)
      if (best === undefined || k.greater(value, best.value)) best = { h, w, value }
      if (k.isNaN(value)) return { h, w }
    }
  }
  return best!
}
