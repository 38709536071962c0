/**
 * From a layer to its blocks. Tiles are numbered through all images of a chunk, rows first, and cut into panels of equal size, so
 * that on small planes a panel runs on into the next row and the next image.
 */
import type { Layer as AnyLayer } from '../plan.ts'
import { depthFor, MOST_CHANNELS, STEP, TILES } from './block.ts'

/**
 * A 3×3 correlation of stride 1: y[n,o,p,q] = b[o] + Σ_{i,r,s} x[n,i,p−top+r,q−left+s] · weight(o,i,r,s). `before` is negative where the
 * input gradient of a layer with much padding leaves out the border of its operand.
 */
export interface Layer extends Pick<AnyLayer, 'N' | 'Ci' | 'Co' | 'in' | 'out' | 'before'> {
  /** weight(o,i,·,·) lies at o·out + i·in, in numbers, backwards where it is turned. */
  readonly weights: { readonly out: number; readonly in: number; readonly turned: boolean }
}

/** Output channels that are computed side by side, of which `exist` exist. */
export interface LaneBlock {
  readonly first: number
  readonly lanes: 4 | 8
  readonly exist: number
}

export interface ChannelBlock {
  readonly first: number
  readonly count: number
}

export interface Plan {
  readonly tileRows: number
  readonly tileColumns: number
  /** Images a chunk, tiles a panel. */
  readonly images: number
  readonly tiles: number
  /** Blocks of input channels. */
  readonly channelBlocks: readonly ChannelBlock[]
  /** Channels that a row of a block has room for. */
  readonly depth: number
  /** Blocks of eight output channels, the last perhaps of four. */
  readonly laneBlocks: readonly LaneBlock[]
  /** Whether all transformed weights are kept, because another panel will need them. */
  readonly keepsWeights: boolean
}

/** Panels that a chunk of small images amounts to: with four of them the last one is nearly full. */
const PANELS_OF_CHUNK = 4

/** As few parts as possible, of equal size, a multiple of `unit` where that makes no more of them. */
function even(total: number, most: number, unit: number): number {
  const parts = Math.ceil(total / most)
  return Math.min(most, Math.ceil(Math.ceil(total / parts) / unit) * unit)
}

export function planLayer({ N, Ci, Co, in: [H, W], out: [P, Q] }: Layer): Plan {
  const tileRows = Math.ceil(P / STEP)
  const tileColumns = Math.ceil(Q / STEP)
  const each = tileRows * tileColumns
  // Where padding is cropped away, an image of x is larger than its tiles.
  const cells = STEP * STEP * PANELS_OF_CHUNK * TILES
  const images = Math.min(N, Math.max(1, Math.floor(cells / Math.max(STEP * STEP * each, H * W))))
  const laneBlocks = Array.from({ length: Math.ceil(Co / 8) }, (_, block) => {
    const exist = Math.min(8, Co - 8 * block)
    return { first: 8 * block, lanes: exist <= 4 ? (4 as const) : (8 as const), exist }
  })
  const channels = even(Ci, MOST_CHANNELS, 4)
  const channelBlocks = Array.from({ length: Math.ceil(Ci / channels) }, (_, block) => {
    const first = block * channels
    return { first, count: Math.min(channels, Ci - first) }
  })
  return {
    tileRows,
    tileColumns,
    images,
    tiles: even(images * each, TILES, 1),
    channelBlocks,
    depth: depthFor(channels),
    laneBlocks,
    keepsWeights: N * each > TILES,
  }
}
