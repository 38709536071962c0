/**
 * F6. Correlation, which convolutional networks call convolution: the kernel is not turned.
 *
 *   y(p) = Σ_r g(r) f(p+r)        y(p,q) = Σ_r Σ_s g(r,s) f(p+r, q+s)
 *
 * f is absent outside its bounds. Sums run r, then s, upward. The full result starts where the last tap of g meets the
 * first value of f, p = −(k−1); 'same' starts ⌊(k−1)/2⌋ later, so that correlation by g is convolution by the turned g
 * in every mode. (For an even k, 'same' therefore leans the other way than a convolution centred on ⌊k/2⌋ would.)
 * Source: Goodfellow, Bengio & Courville, Deep Learning, eq. 9.6; contract.md for the modes.
 */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf, SequenceAttributes } from '../contract.ts'
import { fill, fill2 } from '../operator/fill.ts'
import { planeParts, sequencePart } from '../shape/sequence.ts'
import { at2, type TensorOf } from '../tensor.ts'

/** F6 along one axis. f (n), g (k) → (n+k−1) 'full', (n) 'same', (n−k+1) 'valid'. Throws ShapeError. */
export function correlate1d<T>(
  k: Arithmetic<T>,
  { f, g }: OperandsOf<'correlate1d', T>,
  attributes: SequenceAttributes,
): TensorOf<T> {
  const { extent, start } = sequencePart('correlate1d', f.shape, g.shape, attributes)
  const [lengthF, R] = [f.data.length, g.data.length]
  return fill(k, [extent], (i) => {
    const p = start + i - (R - 1)
    let sum = k.zero
    for (let r = 0; r < R; r++) {
      if (p + r < 0 || p + r >= lengthF) continue
      sum = k.add(sum, k.mul(f.data[p + r]!, g.data[r]!))
    }
    return sum
  })
}

/** F6 in the plane. f (H,W), g (R,S) → (H+R−1, W+S−1) 'full', (H,W) 'same', (H−R+1, W−S+1) 'valid'. Throws ShapeError. */
export function correlate2d<T>(
  k: Arithmetic<T>,
  { f, g }: OperandsOf<'correlate2d', T>,
  attributes: SequenceAttributes,
): TensorOf<T> {
  const [rows, columns] = planeParts('correlate2d', f.shape, g.shape, attributes)
  const [H, W, R, S] = [f.shape[0]!, f.shape[1]!, g.shape[0]!, g.shape[1]!]
  return fill2(k, [rows.extent, columns.extent], (i, j) => {
    const [p, q] = [rows.start + i - (R - 1), columns.start + j - (S - 1)]
    let sum = k.zero
    for (let r = 0; r < R; r++) {
      if (p + r < 0 || p + r >= H) continue
      for (let s = 0; s < S; s++) {
        if (q + s < 0 || q + s >= W) continue
        sum = k.add(sum, k.mul(at2(f, p + r, q + s), at2(g, r, s)))
      }
    }
    return sum
  })
}
