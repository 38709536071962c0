/**
 * The mean of any window: one plane in, one plane out, where the panel holds 0 around x.
 *
 *   y[p, q] = Σ_s ( Σ_r x[row(p) + r, q·sw + s] ) / cells(p, q)
 *
 * In float64, down all columns of a row of windows, then along the row, as the rung below sums: the same bits, and R + S additions
 * a window instead of R·S.
 */
import type { Assembler, Local } from './assembler.ts'
import { f64x2, v128 } from './expression.ts'
import { joined, widened } from './halves.ts'
import type { WindowShape } from './window.ts'

/** Rows of a window that are unrolled. */
const MOST_ROWS = 16

/**
 * Emits run(x, table, sums, y, planes): x in rows of `row` numbers, a multiple of four, one behind the other; the table has cells(p, q),
 * rows one behind the other; `sums` has room for a row in float64. A last vector reads and writes up to three numbers beyond its row.
 */
export function emitMeans(module: Assembler, { taps, kernel: [R, S], ...shape }: WindowShape, row: number): void {
  const { width: Q, height: P, rowStep, xPlane, yRow, yPlane } = shape
  const vectors = Math.ceil(Q / 4)
  module.function('run', (f, x, table, sums, y, planes) => {
    const halves = [f.local('v128'), f.local('v128')] as const
    const [plane, from, to, cells, result] = Array.from({ length: 5 }, () => f.local('i32')) as [
      I32,
      I32,
      I32,
      I32,
      I32,
    ]
    const add = (at: I32, offset: number): void => {
      for (const [h, half] of halves.entries()) f.set(half, f64x2.add(half.get, widened(at, offset + 8 * h)))
    }
    const down = (): void => {
      for (const half of halves) f.set(half, v128.zero)
      if (R <= MOST_ROWS) for (let r = 0; r < R; r++) add(from, 4 * r * row)
      else {
        f.times(R, () => {
          add(from, 0)
          f.advance(from, 4 * row)
        })
        f.advance(from, -4 * R * row)
      }
      for (const [h, half] of halves.entries()) f.storeV128(to.get, half.get, 16 * h)
      f.advance(from, 16)
      f.advance(to, 32)
    }
    const along = (): void => {
      const means = halves.map((half, h) => {
        f.set(half, v128.zero)
        for (let s = 0; s < S; s++) f.set(half, f64x2.add(half.get, v128.load(to.get, 2 * taps[s]! + 16 * h)))
        return f64x2.div(half.get, widened(cells, 8 * h))
      })
      f.storeV128(result.get, joined(means[0]!, means[1]!))
      f.advance(to, 32)
      f.advance(cells, 16)
      f.advance(result, 16)
    }
    f.times(planes.get, () => {
      f.set(plane, x.get)
      f.set(cells, table.get)
      f.set(result, y.get)
      f.times(P, () => {
        f.set(from, plane.get)
        f.set(to, sums.get)
        f.times(row / 4, down)
        f.set(to, sums.get)
        f.times(vectors, along)
        f.advance(plane, rowStep)
        f.advance(cells, 4 * Q - 16 * vectors)
        f.advance(result, yRow - 16 * vectors)
      })
      f.advance(x, xPlane)
      f.advance(y, yPlane)
    })
  })
}

type I32 = Local<'i32'>
