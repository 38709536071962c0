import type { Attributes, Operands } from '../../reference/contract.ts'
import { conv2dSizes } from '../../reference/shape/convolution.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { slide } from './slide.ts'
import { correlationTaps } from './taps.ts'

/**
 * F14. y[n,m,p,q] = b[m] + Σ_r Σ_s Σ_c x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw] · w[m,c,r,s],  g = ⌊m / Mg⌋
 *
 * x (N,C,H,W), w (M,C/G,R,S), b (M) or none → (N,M,P,Q). Throws ShapeError. Source: LeCun 1998 §II; arXiv:1603.07285.
 */
export function conv2d({ x, w, b }: Operands<'conv2d'>, a: Attributes<'conv2d'>, precision: Precision): Tensor {
  const { N, H, W, R, S, P, Q, G, Cg, Mg } = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const layer = {
    N,
    G,
    Ci: Cg,
    Co: Mg,
    in: [H, W],
    out: [P, Q],
    rows: correlationTaps(P, H, { kernel: R, stride: a.stride[0], before: a.padding[0], dilation: a.dilation[0] }),
    columns: correlationTaps(Q, W, { kernel: S, stride: a.stride[1], before: a.padding[1], dilation: a.dilation[1] }),
    weightStrides: { group: Mg * Cg * R * S, out: Cg * R * S, in: R * S },
  } as const
  return slide(x.data, w.data, b?.data, layer, precision)
}
