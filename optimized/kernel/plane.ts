/**
 * The loops of kernels that make one plane of another, lanes over neighbouring columns of the result. A tile is some vectors of
 * four columns, in one row or, where rows are short, in several. The panel of x holds the columns of a stride apart from each other
 * (pack/border.ts), so that lanes are neighbours for every stride. The last vector of a row reads and writes up to three numbers
 * too many: what it writes belongs to the next row, which is written after it.
 */
import type { Callable, FunctionBuilder, Local } from './assembler.ts'
import type { Expression } from './expression.ts'
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

/** Where a tile reads or writes, and by how many bytes that moves from a vector to the next and from a row to the next. */
interface Stream {
  readonly at: Local<'i32'>
  readonly vector: number
  readonly row: number
}

/** Calls the tiles of a plane, each with where its part of every stream lies. */
export function overPlane(
  f: FunctionBuilder,
  tileRows: readonly TileRow[],
  streams: readonly Stream[],
  call: (tile: Callable, at: readonly Expression<'i32'>[]) => void,
): void {
  const heads = streams.map((stream) => ({ ...stream, start: f.local('i32'), here: f.local('i32') }))
  for (const { at, start } of heads) f.set(start, at.get)
  for (const { rows, times, tiles } of tileRows) {
    f.times(times, () => {
      for (const { start, here } of heads) f.set(here, start.get)
      for (const { size, times, tile } of tiles) {
        f.times(times, () => {
          call(
            tile,
            heads.map(({ here }) => here.get),
          )
          for (const { here, vector } of heads) f.advance(here, vector * size)
        })
      }
      for (const { start, row } of heads) f.advance(start, rows * row)
    })
  }
}
