import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { Padding } from '../contract.ts'
import { checkRank, checkWhole } from '../shape/window.ts'
import { at4, type TensorOf } from '../tensor.ts'
import { fill4 } from './fill.ts'

/**
 * F16. Zero padding: x is 0 outside its bounds, so that the border is not lost.
 *
 *   y[n,c,h,w] = x[n,c,h−t,w−l] inside x, else 0
 *
 * x (N,C,H,W), padding [t,l,b,r] → (N,C,H+t+b,W+l+r). Throws ShapeError. Source: LeCun et al. 1998 §II.
 */
export function pad2d<T>(k: Arithmetic<T>, x: TensorOf<T>, padding: Padding): TensorOf<T> {
  checkRank('pad2d', 'x', x.shape, ['N', 'C', 'H', 'W'])
  checkWhole('pad2d', 'padding', padding, 4, 0)
  const [N, C, H, W] = [x.shape[0]!, x.shape[1]!, x.shape[2]!, x.shape[3]!]
  const [t, l, b, r] = padding
  return fill4(k, [N, C, H + t + b, W + l + r], (n, c, h, w) =>
    h < t || h >= t + H || w < l || w >= l + W ? k.zero : at4(x, n, c, h - t, w - l),
  )
}
