/** Sizes of the blocks that stay in cache, and where their numbers lie. All kernels are emitted for these, once. */

/** Products of a tile: a 6×6 patch of x against the 6×6 transform of a kernel. */
export const PRODUCTS = 36
/** Results of a tile on each axis, and the extent of the patch they see. */
export const STEP = 4
export const PATCH = 6

/** Tiles of a panel. */
export const TILES = 40
/** Input channels of a block. */
export const CHANNELS = 128

/** Bytes from one tile to the next in a transformed panel, [product][tile][channel]. */
export const TILE_BYTES = 4 * CHANNELS + 16
/** Bytes from one of the 36 products to the next, in the transformed panel and in the sums [product][tile][lane]. */
export const PANEL_BYTES = TILES * TILE_BYTES
export const sumBytes = (lanes: 4 | 8): number => TILES * lanes * 4

/** Numbers of a tile in the table of a panel: offsets into x and y, the address of its mask or 0, its rows and columns. */
export const ENTRY = { x: 0, mask: 4, y: 8, rows: 12, columns: 16, bytes: 20 } as const

/**
 * Bytes from one of the 36 products to the next in a block of transformed weights, [product][channel][lane]. The line between them keeps
 * the 36 stores of a kernel off one set of the cache, where 128 channels of 32 bytes would put them all: 512→512 on 7² took
 * 10.8 ms without it and 4.2 ms with it.
 */
export const WEIGHT_BYTES = CHANNELS * 8 * 4 + 64
