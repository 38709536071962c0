/**
 * The kernel of max pooling: one plane in, one plane out, where the panel holds −∞ around x.
 *
 *   y[p, q] = max_{r,s} x[row(p) + r·dh, q·sw + s·dw],   NaN if one is NaN
 *
 * Tiles lie as kernel/plane.ts says. Taps in row-major order, each takes over where it is larger or the first NaN: of equal ones,
 * −0 and 0 as well, the first stays.
 */
import type { Assembler, Callable } from './assembler.ts'
import { type Expression, f32x4, v128 } from './expression.ts'
import { kept } from './halves.ts'
import { overPlane, type PlaneShape, planeTiles } from './plane.ts'

/** Four maxima, four values and what is made of them stay in registers. */
const MOST_VECTORS = 4

/** Emits run(x, y, planes). */
export function emitMaxPool(module: Assembler, shape: PlaneShape): void {
  const tiles = planeTiles(shape, MOST_VECTORS, (rows, size) => emitTile(module, shape, rows, size))
  module.function('run', (f, x, y, planes) => {
    f.times(planes.get, () => {
      overPlane(f, shape, tiles, x, y, (tile, xTile, yTile) => f.call(tile, xTile.get, yTile.get))
      f.advance(x, shape.xPlane)
      f.advance(y, shape.yPlane)
    })
  })
}

function emitTile(module: Assembler, { taps, rowStep, width }: PlaneShape, rows: number, size: number): Callable {
  const cells = Array.from({ length: rows * size }, (_, i) => ({ row: Math.floor(i / size), vector: i % size }))
  return module.function(`tile${rows}x${size}`, (f, x, y) => {
    const at = (tap: number, { row, vector }: (typeof cells)[number]): Expression<'v128'> =>
      v128.load(x.get, taps[tap]! + row * rowStep + 16 * vector)
    const best = cells.map((cell) => kept(f, at(0, cell)))
    for (let tap = 1; tap < taps.length; tap++) {
      for (const [i, cell] of cells.entries()) {
        const value = kept(f, at(tap, cell)).get
        f.set(best[i]!, v128.select(value, best[i]!.get, takesOver(value, best[i]!.get)))
      }
    }
    for (const [i, { row, vector }] of cells.entries()) f.storeV128(y.get, best[i]!.get, row * width * 4 + 16 * vector)
  })
}

/** The lanes in which a value takes over from the best so far: where it is larger, or the first NaN. */
export const takesOver = (value: Expression<'v128'>, best: Expression<'v128'>): Expression<'v128'> =>
  v128.andNot(f32x4.eq(best, best), f32x4.le(value, best))
