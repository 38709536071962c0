import type { Assembler } from '../kernel/assembler.ts'
import { f32, v128 } from '../kernel/expression.ts'
import { split, widest } from '../kernel/slide.ts'

/**
 * Packed tiles of a 1×1 layer: [row][tile][channel][column]. A tile then reads on where it was: from rows far apart, such layers
 * ran at 44 GFLOP/s, packed at 54. With larger kernels the gain, 1 to 2 %, is what packing costs.
 */
export interface Tiles {
  readonly count: number
  /** Columns of the widest tile: numbers from a channel to the next in each. */
  readonly width: number
  /** Where the columns of a row lie from its first number, with so many channels a tile. */
  offsets(channels: number): number[]
}

export function packedTiles(columns: number, fused: boolean): Tiles {
  const sizes = split(columns, widest(8, fused)).flatMap(({ size, times }) => new Array<number>(times).fill(size))
  const width = Math.max(...sizes)
  return {
    count: sizes.length,
    width,
    offsets: (channels) =>
      sizes.flatMap((size, tile) => Array.from({ length: size }, (_, j) => tile * channels * width + j)),
  }
}

/**
 * Emits tiles(from, to, count, rows): `count` of at most `channels` channels, `plane` numbers apart in the source, rows of them
 * `pitch` numbers.
 */
export function emitTiles(
  module: Assembler,
  columns: number,
  fused: boolean,
  channels: number,
  { plane, pitch }: { plane: number; pitch: number },
): void {
  const { width } = packedTiles(columns, fused)
  module.function('tiles', (f, from, to, count, rows) => {
    const [source, target] = [f.local('i32'), f.local('i32')]
    f.times(rows.get, () => {
      for (const { size, times } of split(columns, widest(8, fused))) {
        f.times(times, () => {
          f.set(source, from.get)
          f.set(target, to.get)
          f.times(count.get, () => {
            const vectors = size >= 4 ? 4 : 0
            if (vectors > 0) f.storeV128(target.get, v128.load(source.get))
            for (let j = vectors; j < size; j++) f.storeF32(target.get, f32.load(source.get, 4 * j), 4 * j)
            f.advance(source, 4 * plane)
            f.advance(target, 4 * width)
          })
          f.advance(from, 4 * size)
          f.advance(to, 4 * channels * width)
        })
      }
      f.advance(from, 4 * (pitch - columns))
    })
  })
}
