import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type {
  Conv2dAttributes,
  Conv2dInputGradientAttributes,
  Conv2dWeightGradientAttributes,
  OperandsOf,
} from '../contract.ts'
import {
  conv2dBiasGradientShape,
  conv2dInputGradientSizes,
  conv2dSizes,
  conv2dWeightGradientSizes,
} from '../shape/convolution.ts'
import { at4, type TensorOf } from '../tensor.ts'
import { fill } from './fill.ts'

/**
 * F14. 2-D correlation layer, NCHW.
 *
 *   y[n,m,p,q] = b[m] + Σ_c Σ_r Σ_s x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw] · w[m,c,r,s],   g = ⌊m / Mg⌋
 *
 * x is absent outside its bounds (F16). Sums run b, then c, r, s upward: the order is part of the textbook.
 * x (N,C,H,W), w (M,C/G,R,S), b (M) or none → (N,M,P,Q), P and Q by F15. Throws ShapeError.
 * Source: LeCun et al. 1998 §II; Dumoulin & Visin, arXiv:1603.07285.
 */
export function conv2d<T>(k: Arithmetic<T>, { x, w, b }: OperandsOf<'conv2d', T>, a: Conv2dAttributes): TensorOf<T> {
  const { N, C, M, G, H, W, P, Q, R, S, Cg, Mg } = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const [sh, sw] = a.stride
  const [dh, dw] = a.dilation
  const [t, l] = a.padding
  const y = k.array(N * M * P * Q)
  let at = 0
  for (let n = 0; n < N; n++)
    for (let g = 0; g < G; g++)
      for (let m = g * Mg; m < (g + 1) * Mg; m++)
        for (let p = 0; p < P; p++)
          for (let q = 0; q < Q; q++) {
            let sum = b ? b.data[m]! : k.zero
            for (let c = 0; c < Cg; c++)
              for (let r = 0; r < R; r++) {
                const h = p * sh - t + r * dh
                if (h < 0 || h >= H) continue
                for (let s = 0; s < S; s++) {
                  const v = q * sw - l + s * dw
                  if (v < 0 || v >= W) continue
                  const xValue = x.data[((n * C + g * Cg + c) * H + h) * W + v]!
                  sum = k.add(sum, k.mul(xValue, w.data[((m * Cg + c) * R + r) * S + s]!))
                }
              }
            y[at++] = sum
          }
  return { shape: [N, M, P, Q], data: y }
}

/**
 * F26 in general. The error passed down to the input of a convolution layer.
 *
 *   ∂E/∂x[n, g·Cg+c, h, v] = Σ_m Σ_r Σ_s δ[n,m,p,q] · w[m,c,r,s],   p·sh = h + t − r·dh,   q·sw = v + l − s·dw
 *
 * m over the Mg maps of group g; (p,q) whole and inside P×Q: with stride 1 this is the full correlation of δ with the
 * kernel turned by 180°. dy (N,M,P,Q), w (M,C/G,R,S) → (N,C,H,W), [H,W] = inputSize. Throws ShapeError.
 * Source: Bouvrie 2006 §3; Dumoulin & Visin, arXiv:1603.07285 §4.
 */
export function conv2dInputGradient<T>(
  k: Arithmetic<T>,
  { dy, w }: OperandsOf<'conv2dInputGradient', T>,
  a: Conv2dInputGradientAttributes,
): TensorOf<T> {
  const { N, C, M, G, H, W, P, Q, R, S, Cg, Mg } = conv2dInputGradientSizes(dy.shape, w.shape, a)
  const [sh, sw] = a.stride
  const [dh, dw] = a.dilation
  const [t, l] = a.padding
  const dx = k.array(N * C * H * W)
  let at = 0
  for (let n = 0; n < N; n++)
    for (let g = 0; g < G; g++)
      for (let c = 0; c < Cg; c++)
        for (let h = 0; h < H; h++)
          for (let v = 0; v < W; v++) {
            let sum = k.zero
            for (let m = g * Mg; m < (g + 1) * Mg; m++)
              for (let r = 0; r < R; r++) {
                const above = h + t - r * dh
                if (above < 0 || above % sh !== 0 || above / sh >= P) continue
                for (let s = 0; s < S; s++) {
                  const left = v + l - s * dw
                  if (left < 0 || left % sw !== 0 || left / sw >= Q) continue
                  const delta = dy.data[((n * M + m) * P + above / sh) * Q + left / sw]!
                  sum = k.add(sum, k.mul(delta, w.data[((m * Cg + c) * R + r) * S + s]!))
                }
              }
            dx[at++] = sum
          }
  return { shape: [N, C, H, W], data: dx }
}

/**
 * F27. Kernel gradient.
 *
 *   ∂E/∂w[m,c,r,s] = Σ_n Σ_p Σ_q δ[n,m,p,q] · x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw],   g = ⌊m / Mg⌋
 *
 * x is absent outside its bounds. x (N,C,H,W), dy (N,M,P,Q) → (M,C/G,R,S), [R,S] = kernelSize. Throws ShapeError.
 * Source: Bouvrie 2006 §3.
 */
export function conv2dWeightGradient<T>(
  k: Arithmetic<T>,
  { x, dy }: OperandsOf<'conv2dWeightGradient', T>,
  a: Conv2dWeightGradientAttributes,
): TensorOf<T> {
  const { N, C, M, G, H, W, P, Q, R, S, Cg, Mg } = conv2dWeightGradientSizes(x.shape, dy.shape, a)
  const [sh, sw] = a.stride
  const [dh, dw] = a.dilation
  const [t, l] = a.padding
  const gradient = k.array(M * Cg * R * S)
  let at = 0
  for (let g = 0; g < G; g++)
    for (let m = g * Mg; m < (g + 1) * Mg; m++)
      for (let c = 0; c < Cg; c++)
        for (let r = 0; r < R; r++)
          for (let s = 0; s < S; s++) {
            let sum = k.zero
            for (let n = 0; n < N; n++)
              for (let p = 0; p < P; p++) {
                const h = p * sh - t + r * dh
                if (h < 0 || h >= H) continue
                for (let q = 0; q < Q; q++) {
                  const v = q * sw - l + s * dw
                  if (v < 0 || v >= W) continue
                  const delta = dy.data[((n * M + m) * P + p) * Q + q]!
                  sum = k.add(sum, k.mul(delta, x.data[((n * C + g * Cg + c) * H + h) * W + v]!))
                }
              }
            gradient[at++] = sum
          }
  return { shape: [M, Cg, R, S], data: gradient }
}

/**
 * F28. Bias gradient of a convolution layer: ∂E/∂b[m] = Σ_n Σ_p Σ_q δ[n,m,p,q].
 *
 * dy (N,M,P,Q) → (M). Throws ShapeError. Source: Bouvrie 2006 §3.
 */
export function conv2dBiasGradient<T>(k: Arithmetic<T>, { dy }: OperandsOf<'conv2dBiasGradient', T>): TensorOf<T> {
  const shape = conv2dBiasGradientShape(dy.shape)
  const [N, , P, Q] = dy.shape as [number, number, number, number]
  return fill(k, shape, (m) => {
    let sum = k.zero
    for (let n = 0; n < N; n++)
      for (let p = 0; p < P; p++) for (let q = 0; q < Q; q++) sum = k.add(sum, at4(dy, n, m, p, q))
    return sum
  })
}
