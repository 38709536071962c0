/**
 * The loops of kernels that make one plane of another, lanes over neighbouring columns of the result. A tile is some vectors of
 * four columns, in one row or, where rows are short, in several. The panel of x holds the columns of a stride apart from each other
 * (pack/border.ts), so that lanes are neighbours for every stride. The last vector of a row reads and writes up to three numbers
 * too many: what it writes belongs to the next row, which is written after it.
 */
import type { Callable, FunctionBuilder, Local } from './assembler.ts'
import { split } from './slide.ts'

/** Pitches in bytes. */
export interface PlaneShape {
  /** Columns and rows of the result. */
  readonly width: number
  readonly height: number
  /** Byte offset of each tap from a vector's first column. */
  readonly taps: readonly number[]
  /** From a row of the result to the next, in x. */
  readonly rowStep: number
  readonly xPlane: number
  readonly yPlane: number
}

/** Rows of tiles that are `rows` high: so many, and what lies in each. */
interface TileRow {
  readonly rows: number
  readonly times: number
  readonly tiles: readonly { readonly size: number; readonly times: number; readonly tile: Callable }[]
}

/** The tiles that cover a plane, of `most` vectors at most; `emit` makes one of so many rows by so many vectors. */
export function planeTiles(
  { width, height }: PlaneShape,
  most: number,
  emit: (rows: number, vectors: number) => Callable,
): readonly TileRow[] {
  const vectors = Math.ceil(width / 4)
  const across = split(vectors, most)
  return split(height, Math.max(1, Math.floor(most / vectors))).map(({ size: rows, times }) => ({
    rows,
    times,
    tiles: across.map((part) => ({ ...part, tile: emit(rows, part.size) })),
  }))
}

/** Calls the tiles of the plane at x and y, each with where its part lies. */
export function overPlane(
  f: FunctionBuilder,
  { width, rowStep }: PlaneShape,
  tileRows: readonly TileRow[],
  x: Local<'i32'>,
  y: Local<'i32'>,
  call: (tile: Callable, xTile: Local<'i32'>, yTile: Local<'i32'>) => void,
): void {
  const [xRow, yRow, xTile, yTile] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  f.set(xRow, x.get)
  f.set(yRow, y.get)
  for (const { rows, times, tiles } of tileRows) {
    f.times(times, () => {
      f.set(xTile, xRow.get)
      f.set(yTile, yRow.get)
      for (const { size, times, tile } of tiles) {
        f.times(times, () => {
          call(tile, xTile, yTile)
          f.advance(xTile, 16 * size)
          f.advance(yTile, 16 * size)
        })
      }
      f.advance(xRow, rows * rowStep)
      f.advance(yRow, rows * width * 4)
    })
  }
}
