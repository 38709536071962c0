import type { Assembler } from '../kernel/assembler.ts'
import { f32, v128 } from '../kernel/expression.ts'
import { split } from '../kernel/slide.ts'

/** Columns of a packed tile, as many as the widest of eight lanes without fused multiply-add. */
const WIDTH = 5

/**
 * Where column q of `columns` lies in packed tiles of so many channels, and how far apart channels are in one: numbers. From a
 * channel to the next the tile reads on where it was: read from rows far apart, 1×1 layers ran at 44 GFLOP/s, not 48.
 */
export function packedTiles(columns: number, channels: number): { offsets: number[]; step: number; numbers: number } {
  const tiles = split(columns, WIDTH).flatMap(({ size, times }) => new Array<number>(times).fill(size))
  const offsets = tiles.flatMap((size, tile) => Array.from({ length: size }, (_, j) => tile * channels * WIDTH + j))
  return { offsets, step: WIDTH, numbers: tiles.length * channels * WIDTH }
}

/** Emits tiles(from, to, count): `count` of at most `channels` rows of `columns` numbers, `pitch` apart, into packed tiles. */
export function emitTiles(module: Assembler, columns: number, channels: number, pitch: number): void {
  module.function('tiles', (f, from, to, count) => {
    const source = f.local('i32')
    const target = f.local('i32')
    for (const { size, times } of split(columns, WIDTH)) {
      f.times(times, () => {
        f.set(source, from.get)
        f.set(target, to.get)
        f.times(count.get, () => {
          if (size >= 4) f.storeV128(target.get, v128.load(source.get))
          for (let j = size >= 4 ? 4 : 0; j < size; j++) f.storeF32(target.get, f32.load(source.get, 4 * j), 4 * j)
          f.advance(source, 4 * pitch)
          f.advance(target, 4 * WIDTH)
        })
        f.advance(from, 4 * size)
        f.advance(to, 4 * channels * WIDTH)
      })
    }
  })
}
