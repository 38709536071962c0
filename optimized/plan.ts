/**
 * From a shape to an algorithm and its block sizes. A layer here is a correlation, whichever operator it comes from:
 *
 *   y[n, g·Co+o, p, q] = b[g·Co+o] + Σ_{i,r,s} x[n, g·Ci+i, p·sh−t+r·dh, q·sw−l+s·dw] · weight(g, o, i, r, s)
 *
 * where t and l may be negative and x is zero outside its bounds.
 */
import { hasFusedMultiplyAdd } from './kernel/features.ts'
import { packedTiles } from './pack/tiles.ts'

export interface Layer {
  readonly N: number
  readonly G: number
  readonly Ci: number
  readonly Co: number
  readonly in: readonly [height: number, width: number]
  readonly out: readonly [height: number, width: number]
  readonly kernel: readonly [height: number, width: number]
  readonly stride: readonly [height: number, width: number]
  readonly dilation: readonly [height: number, width: number]
  readonly before: readonly [top: number, left: number]
}

export interface Plan {
  /** Pointwise: 1×1 kernels, whose columns are all outputs of an image in one row. */
  readonly algorithm: 'pointwise' | 'direct' | 'depthwise'
  /** The layer that was asked for; `rows` and `columns` of a pointwise one count its outputs as a single row. */
  readonly layer: Layer
  /** Input channels, output rows and columns, and whole images a block. */
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly images: number
  /** Output maps whose weights are packed at a time, and those whose results are copied out at a time. */
  readonly maps: number
  readonly window: number
  /** The panel of x: rows and numbers a row of a block, numbers from a channel to the next; whether zeros surround x in it. */
  readonly panelRows: number
  readonly panelColumns: number
  readonly plane: number
  readonly padded: boolean
  /** Whether the panel is packed by tiles; a copy without that lies before it, of `plane` numbers a channel. */
  readonly tiled: boolean
}

/**
 * Depth of a block: 8 lanes · 4 bytes · 256 is 8 KiB of weights, a quarter of L1. From 128 to 1024 no size made a difference beyond
 * the noise on nine layers of ResNet-50: what counts is that there are blocks.
 */
export const DEPTH = 256
/** Numbers of a panel of x: 256 KiB, a quarter of L2. */
export const PANEL = 65536
/** Numbers of a pointwise block of x: 512 KiB. Half as many gave 34.3 GFLOP/s on 512→128 at 28², not 36.6; intervals overlap. */
const COLUMNS = 131072
/** Numbers of y copied out at a time: 256 KiB. */
export const RESULT = 65536
/** Numbers of sums that wait for further channels: 1 MiB. */
const SUMS = 262144
/** Numbers of packed weights: 1 MiB. Packed whole, the 9 MiB of 512→512 3×3 went to memory and back: 38 GFLOP/s, not 45. */
export const WEIGHTS = 262144

/** Numbers of planes handled at a time, depthwise or pooled: staged, padded and computed, 128 KiB each. */
export const PLANES = 32768

/** Taps that the depthwise kernel unrolls. */
export const MOST_TAPS = 49

const ceil = (a: number, b: number): number => Math.ceil(a / b)
/** The size of the fewest equal blocks that are none above `most`. */
export const even = (total: number, most: number): number =>
  ceil(total, ceil(total, Math.max(1, Math.min(total, most))))

/** Blocks of lanes are eight wide: all maps, or a multiple of eight. */
export const eights = (Co: number, most: number): number =>
  Co <= most ? Co : 8 * even(ceil(Co, 8), Math.floor(most / 8))

/** An odd number of cache lines, so that neighbouring channels meet in all 64 sets of L1 and not in a few. */
export const oddLines = (numbers: number): number => 16 * (ceil(numbers, 16) | 1)

/** The part of vectors of four that so many lanes fill: 6 of 8, 3 of 4. */
const filled = (lanes: number): number => lanes / (4 * ceil(lanes, 4))
/**
 * Whether lanes over the columns of a plane are fuller than over its maps: 1→6 maps of 5×5 over 28² took 0.83 of the time, 1→3 of 3×3 0.67.
 * Not measured for more than seven maps.
 */
const overColumns = (Co: number, Q: number): boolean => Co < 8 && filled(Co) < filled(Q)

/** Maps from which a 1×1 layer that is not flattened packs x by tiles: an estimate from instruction counts, not a measurement. */
const LEAST_MAPS = 32

/** `flatten` allows to take the rows of a plane for one, where rows of the result follow each other. */
export function planLayer(layer: Layer, flatten = true): Plan {
  const { Ci, Co, N } = layer
  const [R, S] = layer.kernel
  const depthwise = Ci === 1 && R * S <= MOST_TAPS && (Co <= 2 || overColumns(Co, layer.out[1]))
  const algorithm = depthwise ? 'depthwise' : flatten && isPointwise(layer) ? 'pointwise' : 'direct'
  const flat = algorithm === 'pointwise'
  const [P, Q] = flat ? [1, layer.out[0] * layer.out[1]] : layer.out
  const span = (axis: 0 | 1, outputs: number): number =>
    flat ? outputs : (outputs - 1) * layer.stride[axis] + layer.dilation[axis] * (layer.kernel[axis] - 1) + 1
  const tiled = flat || (R * S === 1 && layer.stride.every((step) => step === 1) && Co >= LEAST_MAPS)
  const channels = depthwise ? 1 : even(Ci, Math.floor(DEPTH / (R * S)))
  const maps = eights(Co, Math.floor(WEIGHTS / (Ci * R * S)))
  const sums = channels < Ci ? maps : 0
  const most = Math.min(COLUMNS / channels, SUMS / Math.max(1, sums))
  const columns = flat ? even(Q, Math.max(40, Math.floor(most))) : Q
  const panelColumns = span(1, columns)
  const tiles = packedTiles(columns, hasFusedMultiplyAdd)
  const perRow = tiled ? channels * tiles.count * tiles.width : 0
  const fits = (rows: number): boolean =>
    Math.max(channels * span(0, rows) * panelColumns, rows * perRow) <= PANEL &&
    sums * rows * columns <= SUMS &&
    8 * rows * columns <= RESULT
  let rows = P
  while (rows > 1 && !fits(rows)) rows = even(P, rows - 1)
  const panelRows = span(0, rows)
  const plane = tiled ? panelRows * panelColumns : oddLines(panelRows * panelColumns)
  const window = windowOf(maps, rows, columns)
  const whole = rows === P && columns === Q && channels === Ci && !depthwise
  const largest = Math.max(channels * plane, rows * perRow, Co * rows * columns)
  const images = whole ? Math.min(N, Math.max(1, Math.floor(PANEL / largest))) : 1
  const [t, l] = layer.before
  const padded =
    depthwise || (!flat && (t > 0 || l !== 0 || span(0, P) - t > layer.in[0] || span(1, Q) - l > layer.in[1]))
  return {
    algorithm,
    layer,
    channels,
    rows,
    columns,
    images,
    maps,
    window,
    panelRows,
    panelColumns,
    plane,
    padded,
    tiled,
  }
}

/** Maps of a block whose results are copied out at a time. */
const windowOf = (maps: number, rows: number, columns: number): number =>
  eights(maps, Math.max(8, Math.floor(RESULT / (rows * columns))))

/** The plan with fewer maps a block. */
export const withMaps = (plan: Plan, maps: number): Plan => ({
  ...plan,
  maps,
  window: windowOf(maps, plan.rows, plan.columns),
})

/** One weight an input channel, and every output meets a cell of x. */
function isPointwise({ kernel, stride, before, in: [H, W], out: [P, Q] }: Layer): boolean {
  const inside = (P - 1) * stride[0] < H && (Q - 1) * stride[1] < W
  return kernel.every((extent) => extent === 1) && before.every((v) => v === 0) && inside
}

/** Taps unrolled in one loop iteration: beyond, code no longer fits where instructions are kept decoded. */
export const MOST_UNROLLED = 32

/**
 * Columns of a row up to which products with the padding are left out, tile by tile: 5×5 over 10×10, padded by 4, has 1.96 times the
 * products that count, 3×3 over 7×7 1.22 times, over 14×14 1.10 times; over 28×28 1.05 times, for tiles of many kinds. A matter of
 * columns alone, so that a layer in parts of rows has the same sums.
 */
const MOST_EXACT = 16

/** Whether a tile leaves out what it would multiply with the padding. */
export const isExact = ({ algorithm, layer, padded, tiled }: Plan): boolean =>
  algorithm === 'direct' &&
  padded &&
  !tiled &&
  layer.out[1] <= MOST_EXACT &&
  layer.kernel[0] * layer.kernel[1] <= MOST_UNROLLED

export const flopsOf = ({ N, G, Ci, Co, kernel: [R, S], out: [P, Q] }: Layer): number =>
  2 * N * G * Co * Ci * R * S * P * Q

/** Numbers of each block that a layer which slides has in WebAssembly memory. */
export interface Blocks {
  /** Weights of the maps of a block as they come, and packed. */
  readonly weights: number
  readonly packed: number
  readonly bias: number
  /** x as it comes where zeros are put around it, with them, and packed by tiles. */
  readonly stage: number
  readonly panel: number
  readonly tiles: number
  /** Sums that wait for further channels, and results. */
  readonly sums: number
  readonly result: number
}

/** None depends on the number of images, and none exceeds the constants above but by what a single row, or eight maps, take. */
export function blocksOf(plan: Plan, taps = plan.layer.kernel[0] * plan.layer.kernel[1]): Blocks {
  const { layer, channels, rows, columns, images, maps, window } = plan
  const lanes = 8 * ceil(maps, 8)
  return {
    weights: maps * layer.Ci * taps + 4,
    packed: lanes * layer.Ci * layer.kernel[0] * layer.kernel[1],
    bias: lanes,
    stage: plan.padded ? images * channels * Math.min(plan.panelRows, layer.in[0]) * layer.in[1] : 0,
    panel: images * channels * plan.plane,
    tiles: images * tilesOf(plan),
    sums: channels < layer.Ci ? images * lanes * rows * columns : 0,
    result: images * window * rows * columns,
  }
}

/** Numbers of an image of the panel packed by tiles. */
export function tilesOf(plan: Plan): number {
  if (!plan.tiled) return 0
  const { count, width } = packedTiles(plan.columns, hasFusedMultiplyAdd)
  return plan.rows * plan.channels * count * width
}
