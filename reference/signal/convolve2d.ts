import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf, SequenceAttributes } from '../contract.ts'
import { fill2 } from '../operator/fill.ts'
import { planeParts } from '../shape/sequence.ts'
import { at2, type TensorOf } from '../tensor.ts'

/**
 * F5. Convolution in the plane: the kernel is turned by 180°.
 *
 *   z(x,y) = Σ_u Σ_v f(u,v) g(x−u, y−v)
 *
 * Both are absent outside their bounds. Sums run u, then v, upward. x and u count rows, y and v columns.
 * f (H,W), g (R,S) → (H+R−1, W+S−1) 'full', (H,W) 'same', (H−R+1, W−S+1) 'valid'. Throws ShapeError.
 * Source: Gonzalez & Woods, Digital Image Processing, §3.4.
 */
export function convolve2d<T>(
  k: Arithmetic<T>,
  { f, g }: OperandsOf<'convolve2d', T>,
  attributes: SequenceAttributes,
): TensorOf<T> {
  const [rows, columns] = planeParts('convolve2d', f.shape, g.shape, attributes)
  const [H, W, R, S] = [f.shape[0]!, f.shape[1]!, g.shape[0]!, g.shape[1]!]
  return fill2(k, [rows.extent, columns.extent], (i, j) => {
    const [x, y] = [rows.start + i, columns.start + j]
    let sum = k.zero
    for (let u = 0; u < H; u++) {
      if (x - u < 0 || x - u >= R) continue
      for (let v = 0; v < W; v++) {
        if (y - v < 0 || y - v >= S) continue
        sum = k.add(sum, k.mul(at2(f, u, v), at2(g, x - u, y - v)))
      }
    }
    return sum
  })
}
