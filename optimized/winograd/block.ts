/** Sizes of the blocks that stay in cache, and where their numbers lie. Kernels are emitted for a depth, as it sets every pitch. */

/** Products of a tile: a 6×6 patch of x against the 6×6 transform of a kernel. */
export const PRODUCTS = 36
/** Results of a tile on each axis, and the extent of the patch they see. */
export const STEP = 4
export const PATCH = 6

/** Tiles of a panel. */
export const TILES = 40

/** Input channels of a block at most. One block of 512 instead of four of 128 is 10 % on 512→512 at 7²: sums go to memory once. */
export const MOST_CHANNELS = 512

/**
 * Input channels that rows of a block have room for, which sets every pitch. No more than there are, in steps: with room for 512 where there
 * are 128, rows lie on more pages, which cost 12 % on 128→128 at 28².
 */
export const depthFor = (channels: number): number => Math.ceil(channels / 32) * 32

/** Bytes from one to the next. */
export interface Pitches {
  /** Of the tiles in a transformed panel, [product][tile][channel]. */
  readonly tile: number
  /** Of the 36 products in a transformed panel. */
  readonly panel: number
  /**
   * Of the 36 products in a block of transformed weights, [product][channel][lane]. The line between them keeps the 36 stores of a
   * kernel off one set of the cache, where channels of 32 bytes would put them all: 512→512 on 7² took 10.8 ms
   * without it and 4.2 ms with it.
   */
  readonly weights: number
}

export function pitchesFor(depth: number): Pitches {
  const tile = 4 * depth + 16
  return { tile, panel: TILES * tile, weights: 4 * 8 * depth + 64 }
}

/** Bytes from one of the 36 products to the next in the sums, [product][tile][lane]. */
export const sumBytes = (lanes: 4 | 8): number => TILES * lanes * 4

/** Numbers of a tile in the table of a panel: offsets into x and y, the address of its mask or 0, its rows and columns. */
export const ENTRY = { x: 0, mask: 4, y: 8, rows: 12, columns: 16, bytes: 20 } as const
