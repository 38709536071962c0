/**
 * The maximum of any window: one plane in, one plane out, lanes over neighbouring windows, where the panel holds −∞ around x. Tiles lie
 * as kernel/plane.ts says.
 *
 *   maximum   y[p, q] = max_{r,s} x[row(p) + r·dh, q·sw + s·dw],   NaN if one is NaN
 *   place     the number r·S + s of the tap that is this maximum, the first of equals or the first NaN
 */
import type { Assembler, FunctionBuilder, Local } from './assembler.ts'
import { type Expression, f32, f32x4, v128 } from './expression.ts'
import { kept } from './halves.ts'
import { overPlane, type PlaneShape, planeTiles } from './plane.ts'

/** Pitches in bytes. */
export interface WindowShape extends PlaneShape {
  /** Rows and columns of the window, whose taps are in row-major order. */
  readonly kernel: readonly [R: number, S: number]
  /** From a row of the result to the next. */
  readonly yRow: number
}

export type Reduction = 'maximum' | 'place'

/** Four maxima, four values or places and what is made of them stay in registers. */
const MOST_VECTORS = 4
/** Taps that are unrolled; the rows of larger windows are a loop. */
const MOST_UNROLLED = 49

/** What a tile is made of: the windows of a vector and where its first tap, its number of the table and its result lie. */
interface Cell {
  readonly x: number
  readonly table: number
  readonly y: number
}
interface Addresses {
  readonly x: Local<'i32'>
  readonly table: Local<'i32'>
  readonly y: Local<'i32'>
}
interface Tile {
  /** Bytes of the results of a vector. */
  readonly result: number
  readonly write: (f: FunctionBuilder, shape: WindowShape, cells: readonly Cell[], at: Addresses) => void
}

/**
 * Emits run(x, table, y, planes). The table has a number a window, rows one behind the other, the same for all planes: of a place the
 * first tap inside x, for windows of nothing but −∞; a maximum reads none. Places come in float64 lanes, the number in both halves of
 * each, so that they mask float64.
 */
export function emitWindows(module: Assembler, shape: WindowShape, reduction: Reduction): void {
  const { result, write } = TILES[reduction]
  const tableRow = 4 * shape.width
  const tiles = planeTiles(shape, MOST_VECTORS, (rows, size) => {
    const cells = Array.from({ length: rows * size }, (_, i): Cell => {
      const [row, vector] = [Math.floor(i / size), i % size]
      return {
        x: row * shape.rowStep + 16 * vector,
        table: row * tableRow + 16 * vector,
        y: row * shape.yRow + result * vector,
      }
    })
    return module.function(`tile${rows}x${size}`, (f, x, table, y) => write(f, shape, cells, { x, table, y }))
  })
  module.function('run', (f, x, table, y, planes) => {
    const streams = [
      { at: x, vector: 16, row: shape.rowStep },
      { at: table, vector: 16, row: tableRow },
      { at: y, vector: result, row: shape.yRow },
    ]
    f.times(planes.get, () => {
      overPlane(f, tiles, streams, (tile, at) => f.call(tile, ...at))
      f.advance(x, shape.xPlane)
      f.advance(y, shape.yPlane)
    })
  })
}

/** Taps in row-major order, each takes over where it is larger or the first NaN: of equal ones, −0 and 0 as well, the first stays. */
function maximum(f: FunctionBuilder, shape: WindowShape, cells: readonly Cell[], { x, y }: Addresses): void {
  const best = cells.map((cell) => kept(f, v128.load(x.get, cell.x)))
  const value = f.local('v128')
  inRows(f, shape, x, (row, taps, first) => {
    for (const tap of first ? taps.slice(1) : taps)
      for (const [i, cell] of cells.entries()) {
        f.set(value, v128.load(row.get, tap + cell.x))
        f.set(best[i]!, v128.select(value.get, best[i]!.get, takesOver(value.get, best[i]!.get)))
      }
  })
  for (const [i, cell] of cells.entries()) f.storeV128(y.get, best[i]!.get, cell.y)
}

function place(f: FunctionBuilder, { taps }: WindowShape, cells: readonly Cell[], { x, table, y }: Addresses): void {
  const best = cells.map((cell) => kept(f, v128.load(x.get, cell.x)))
  const places = cells.map((cell) => kept(f, v128.load(table.get, cell.table)))
  const [value, takes] = [f.local('v128'), f.local('v128')]
  for (let tap = 1; tap < taps.length; tap++) {
    const number = kept(f, numbered(tap)).get
    for (const [i, cell] of cells.entries()) {
      f.set(value, v128.load(x.get, taps[tap]! + cell.x))
      f.set(takes, takesOver(value.get, best[i]!.get))
      f.set(best[i]!, v128.select(value.get, best[i]!.get, takes.get))
      f.set(places[i]!, v128.select(number, places[i]!.get, takes.get))
    }
  }
  for (const [i, cell] of cells.entries()) {
    const four = places[i]!.get
    f.storeV128(y.get, v128.shuffle32(four, four, [0, 0, 1, 1]), cell.y)
    f.storeV128(y.get, v128.shuffle32(four, four, [2, 2, 3, 3]), cell.y + 16)
  }
}

const TILES: Readonly<Record<Reduction, Tile>> = {
  maximum: { result: 16, write: maximum },
  place: { result: 32, write: place },
}

/** Visits the rows of a window, each with its address, its taps and whether it is known to be the first: one by one, or those of a large window in a loop. */
function inRows(
  f: FunctionBuilder,
  { taps, kernel: [R, S] }: WindowShape,
  x: Local<'i32'>,
  visit: (row: Local<'i32'>, taps: readonly number[], first: boolean) => void,
): void {
  if (R * S <= MOST_UNROLLED) {
    for (let r = 0; r < R; r++) visit(x, taps.slice(r * S, (r + 1) * S), r === 0)
    return
  }
  const row = f.local('i32')
  f.set(row, x.get)
  f.times(R, () => {
    visit(row, taps.slice(0, S), false)
    f.advance(row, (taps[S] ?? 0) - taps[0]!)
  })
}

/** The number of a tap in all lanes of float32. */
export const numbered = (tap: number): Expression<'v128'> => f32x4.splat(f32.const(tap))

/** The lanes in which a value takes over from the best so far: where it is larger, or the first NaN. */
export const takesOver = (value: Expression<'v128'>, best: Expression<'v128'>): Expression<'v128'> =>
  v128.andNot(f32x4.eq(best, best), f32x4.le(value, best))
