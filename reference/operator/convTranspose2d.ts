import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { ConvTranspose2dAttributes, OperandsOf } from '../contract.ts'
import { convTranspose2dSizes } from '../shape/convolution.ts'
import { at4, type TensorOf } from '../tensor.ts'
import { fill4 } from './fill.ts'

/**
 * Transposed convolution (F26 as a layer): every input value paints a copy of its kernel onto the output.
 *
 *   y[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw] += x[n,m,p,q] · w[m,c,r,s],   y = b[c] at first,   g = ⌊m / Mg⌋
 *
 * Written by painting, as Dumoulin & Visin draw it, and not by gathering, as conv2dInputGradient is: that the two agree is
 * a law. What falls outside y is cut off. x (N,M,P,Q), w (M,C/G,R,S), b (C) or none → (N,C,H,W),
 * H = (P−1)·sh − t − b + dh(R−1) + 1 + oh. Throws ShapeError. Source: Dumoulin & Visin, arXiv:1603.07285 §4.
 */
export function convTranspose2d<T>(
  k: Arithmetic<T>,
  { x, w, b }: OperandsOf<'convTranspose2d', T>,
  a: ConvTranspose2dAttributes,
): TensorOf<T> {
  const { N, C, H, W, M, P, Q, R, S, Cg, Mg } = convTranspose2dSizes(x.shape, w.shape, b?.shape, a)
  const [sh, sw] = a.stride
  const [dh, dw] = a.dilation
  const [t, l] = a.padding
  const y = fill4(k, [N, C, H, W], (_n, c) => (b ? b.data[c]! : k.zero))
  const canvas = y.data as { [index: number]: T }
  for (let n = 0; n < N; n++)
    for (let m = 0; m < M; m++)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++)
          for (let c = 0; c < Cg; c++)
            for (let r = 0; r < R; r++)
              for (let s = 0; s < S; s++) {
                const h = p * sh - t + r * dh
                const v = q * sw - l + s * dw
                if (h < 0 || h >= H || v < 0 || v >= W) continue
                const at = ((n * C + Math.floor(m / Mg) * Cg + c) * H + h) * W + v
                canvas[at] = k.add(canvas[at]!, k.mul(at4(x, n, m, p, q), at4(w, m, c, r, s)))
              }
  return y
}
