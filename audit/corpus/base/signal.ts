/** Planes and sequences slid over one another, with NumPy's modes. */
import type { Mode, Tensor } from '../../../reference/contract.ts'
import { empty, two } from './tensor.ts'

/** Where a mode begins within the full result, and how long it is. */
export type Part = (n: number, k: number, mode: Mode) => readonly [start: number, extent: number]
export const partOf: Part = (n, k, mode) =>
  mode === 'full' ? [0, n + k - 1] : mode === 'same' ? [(k - 1) >> 1, n] : [k - 1, n - k + 1]

/** Σ f[i+r−(R−1), j+s−(S−1)]·g[r,s] over the full plane, then the part of it that the mode asks for. */
export function correlatePlane(f: Tensor, g: Tensor, mode: Mode, part: Part = partOf): Tensor {
  const [[H, W], [R, S]] = [two(f), two(g)]
  const [[top, rows], [left, columns]] = [part(H, R, mode), part(W, S, mode)]
  const y = empty([rows, columns])
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0
      for (let r = 0; r < R; r++)
        for (let s = 0; s < S; s++) {
          const [h, v] = [i + top + r - (R - 1), j + left + s - (S - 1)]
          if (h >= 0 && h < H && v >= 0 && v < W)
            sum = Math.fround(sum + Math.fround(f.data[h * W + v]! * g.data[r * S + s]!))
        }
      y.data[i * columns + j] = sum
    }
  return y
}

/** One axis: Σ f[i+k−j]·g[j] from `start` on. */
export function convolveLine(f: Tensor, g: Tensor, start: number, extent: number): Tensor {
  const y = empty([extent])
  for (let i = 0; i < extent; i++) {
    let sum = 0
    for (let j = 0; j < g.data.length; j++) {
      const at = i + start - j
      if (at >= 0 && at < f.data.length) sum = Math.fround(sum + Math.fround(f.data[at]! * g.data[j]!))
    }
    y.data[i] = sum
  }
  return y
}
