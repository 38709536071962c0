/**
 * The loops around the tile: blocks of eight output lanes, images, rows, tiles of a row. One module a shape, in which every
 * pitch is a constant.
 *
 *   run(x, w, skipped, bias, panel, y, images, rows, count, mode, full, rest)
 *
 * The weights of a block of lanes stay in L1 while all tiles pass over them; sums that are not finished wait in the panel, in
 * the order in which they are met. `skipped` is the depth that earlier blocks have summed: weights of a lane. `full` blocks of
 * eight lanes are computed, and where `rest` is not 0 the last, narrower one of the layer.
 */
import type { Assembler, Callable, FunctionBuilder, Local } from './assembler.ts'
import { i32 } from './expression.ts'
import { lanesOf } from './lanes.ts'
import type { Sum } from './sum.ts'
import { emitTile, type Finish } from './tile.ts'

/** Pitches in bytes. */
export interface Slide {
  readonly lanes: number
  /** Where the operand of each column of a row lies, from the row's address. */
  readonly columns: readonly number[]
  /** Taps that each column does without (kernel/tile.ts). */
  readonly misses?: readonly (readonly number[])[] | undefined
  readonly rowStep: number
  readonly imageStep: number
  readonly sum: Sum
  /** Bytes of packed weights a lane over the whole depth: a block of `width` lanes takes that many times this. */
  readonly weightsPerLane: number
  readonly finish: Finish
  readonly yColumn: number
  readonly yRow: number
  readonly yImage: number
  readonly yLane: number
  readonly fused: boolean
  /** Columns lie by tiles of eight lanes, and narrower ones keep to them. */
  readonly packed?: boolean
}

/** Widest tile by lanes: as many sums as registers hold. */
export const widest = (lanes: 4 | 8, fused: boolean): number => (lanes === 8 ? (fused ? 6 : 5) : fused ? 12 : 10)

/** Tiles of two sizes, one apart, none above `most`: 56 in fives and fours rather than eleven fives and a one. */
export function split(width: number, most: number): { size: number; times: number }[] {
  const tiles = Math.ceil(width / most)
  const small = Math.floor(width / tiles)
  const big = width - small * tiles
  return [
    { size: small + 1, times: big },
    { size: small, times: tiles - big },
  ].filter(({ times }) => times > 0)
}

export function emitSlide(module: Assembler, slide: Slide): void {
  const { full, rest, restWidth } = lanesOf(slide.lanes)
  const eight = full > 0 ? tiles(module, slide, 8, 8) : []
  const last = restWidth === 0 ? [] : tiles(module, slide, restWidth, rest)
  module.function('run', (f, x, w, skipped, bias, panel, y, images, rows, count, mode, blocks, narrow) => {
    const locals = { x, w, skipped, bias, panel, y, images, rows, count, mode }
    if (full > 0) f.times(blocks.get, () => block(f, slide, eight, 8, locals))
    if (restWidth > 0) f.if(narrow.get, () => block(f, slide, last, restWidth, locals))
  })
}

/** So many tiles of one kind in a row, and how far x moves from one to the next. */
interface Tiles {
  readonly tile: Callable
  readonly size: number
  readonly times: number
  readonly step: number
}

/** The tiles of a row. Those whose columns lie alike are one function; neighbours alike are one loop. */
function tiles(module: Assembler, slide: Slide, lanes: 4 | 8, valid: number): Tiles[] {
  const { columns, misses, sum, finish, fused } = slide
  const emitted = new Map<string, Callable>()
  const row: Tiles[] = []
  let from = 0
  for (const { size, times } of split(columns.length, widest(slide.packed ? 8 : lanes, fused))) {
    for (let i = 0; i < times; i++, from += size) {
      const start = columns[from]!
      const own = columns.slice(from, from + size).map((column) => column - start)
      const without = misses?.slice(from, from + size)
      const key = `${own.join()} ${without?.map((taps) => taps.join()).join(';')}`
      const tile =
        emitted.get(key) ??
        emitTile(module, `tile${emitted.size}x${lanes}of${valid}`, {
          columns: own,
          misses: without,
          lanes,
          valid,
          sum,
          finish,
          fused,
        })
      emitted.set(key, tile)
      const step = (columns[from + size] ?? start) - start
      const before = row.at(-1)
      if (before?.tile === tile && before.step === step) row[row.length - 1] = { ...before, times: before.times + 1 }
      else row.push({ tile, size, times: 1, step })
    }
  }
  return row
}

type Names = 'x' | 'w' | 'skipped' | 'bias' | 'panel' | 'y' | 'images' | 'rows' | 'count' | 'mode'

function block(
  f: FunctionBuilder,
  s: Slide,
  row: readonly Tiles[],
  lanes: number,
  { x, w, skipped, bias, panel, y, images, rows, count, mode }: Readonly<Record<Names, Local<'i32'>>>,
): void {
  const [xImage, xRow, xTile] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const [yImage, yRow, yTile] = [f.local('i32'), f.local('i32'), f.local('i32')]
  const weights = f.local('i32')
  f.set(weights, i32.add(w.get, i32.mul(skipped.get, i32.const(4 * lanes))))
  f.set(xImage, x.get)
  f.set(yImage, y.get)
  f.times(images.get, () => {
    f.set(xRow, xImage.get)
    f.set(yRow, yImage.get)
    f.times(rows.get, () => {
      f.set(xTile, xRow.get)
      f.set(yTile, yRow.get)
      for (const { tile, size, times, step } of row) {
        f.times(times, () => {
          f.call(tile, xTile.get, weights.get, count.get, bias.get, panel.get, yTile.get, mode.get)
          f.advance(xTile, step)
          f.advance(yTile, size * s.yColumn)
          f.advance(panel, size * lanes * 4)
        })
      }
      f.advance(xRow, s.rowStep)
      f.advance(yRow, s.yRow)
    })
    f.advance(xImage, s.imageStep)
    f.advance(yImage, s.yImage)
  })
  f.advance(w, lanes * s.weightsPerLane)
  f.advance(bias, lanes * 4)
  f.advance(y, lanes * s.yLane)
}
