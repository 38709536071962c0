import type { Attributes, Conv2dAttributes, Operands } from '../../reference/contract.ts'
import { type Conv2dSizes, conv2dInputGradientSizes, convTranspose2dSizes } from '../../reference/shape/convolution.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { type Slide, slide } from './slide.ts'
import { transposedTaps } from './taps.ts'

/**
 * F26. dx[n,c,h,w] = Σ_m Σ_r Σ_s dy[n,m,p,q] · w[m,c,r,s] over all (r,s) whose p = (h+t−r·dh)/sh, q = (w+l−s·dw)/sw
 * are whole and inside dy: the correlation of dy with the kernel turned by 180°.
 *
 * dy (N,M,P,Q), w (M,C/G,R,S), inputSize [H,W] → (N,C,H,W). Throws ShapeError. Source: Bouvrie 2006, eq. 12.
 */
export function conv2dInputGradient(
  { dy, w }: Operands<'conv2dInputGradient'>,
  a: Attributes<'conv2dInputGradient'>,
  precision: Precision,
): Tensor {
  const layer = backward(conv2dInputGradientSizes(dy.shape, w.shape, a), a)
  return slide(dy.data, w.data, undefined, layer, precision)
}

/**
 * F26. The transposed convolution is the input gradient taken as a layer of its own, with a bias.
 *
 * x (N,M,P,Q), w (M,C/G,R,S), b (C) or none → (N,C,H,W). Throws ShapeError. Source: Dumoulin & Visin, arXiv:1603.07285 §4.
 */
export function convTranspose2d(
  { x, w, b }: Operands<'convTranspose2d'>,
  a: Attributes<'convTranspose2d'>,
  precision: Precision,
): Tensor {
  const layer = backward(convTranspose2dSizes(x.shape, w.shape, b?.shape, a), a)
  return slide(x.data, w.data, b?.data, layer, precision)
}

function backward({ N, G, Cg, Mg, H, W, P, Q, R, S }: Conv2dSizes, a: Conv2dAttributes): Slide {
  return {
    N,
    G,
    Ci: Mg,
    Co: Cg,
    in: [P, Q],
    out: [H, W],
    rows: transposedTaps(H, P, { kernel: R, stride: a.stride[0], before: a.padding[0], dilation: a.dilation[0] }),
    columns: transposedTaps(W, Q, { kernel: S, stride: a.stride[1], before: a.padding[1], dilation: a.dilation[1] }),
    weightStrides: { group: Mg * Cg * R * S, out: R * S, in: Cg * R * S },
  }
}
