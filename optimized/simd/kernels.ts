/** The kernels of a layer that slides, in one module. */
import { Assembler } from '../kernel/assembler.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { emitSlide, type Slide } from '../kernel/slide.ts'
import { deep, type Sum } from '../kernel/sum.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitTiles, packedTiles } from '../pack/tiles.ts'
import { emitFinite, emitPack } from '../pack/weights.ts'
import { isExact, type Layer, MOST_UNROLLED, type Plan, tilesOf } from '../plan.ts'
import type { Weights } from './block.ts'

/** Where weights lie once a block of maps is staged: input channels outermost, they are only those of the block apart. */
export const stagedIn = (weights: Weights, maps: number): number =>
  weights.in >= weights.out ? maps * weights.out : weights.in

/** What the kernels depend on, for a block of so many rows and columns of outputs, from row p0 on. */
export function keyOf(whole: Plan, weights: Weights, rows: number, columns: number, p0: number): string {
  const { layer, ...plan } = whole
  const { Ci, Co, in: [, W], kernel, stride, dilation, before } = layer // biome-ignore format: one line
  const blocks = [
    plan.algorithm,
    plan.channels,
    plan.rows,
    plan.columns,
    plan.maps,
    plan.window,
    plan.plane,
    plan.padded,
  ]
  const { out, in: next, row, column } = weights
  return [
    ...blocks,
    Ci,
    Co,
    W,
    ...kernel,
    ...stride,
    ...dilation,
    before[1],
    out,
    next,
    row,
    column,
    rows,
    columns,
    ...edges(whole, rows, p0),
  ].join()
}

export function emitKernels(plan: Plan, weights: Weights, rows: number, columns: number, p0: number): Assembler {
  const { layer, panelColumns: pitch, plane, window } = plan
  const { Ci, Co } = layer
  const [R, S] = layer.kernel
  const module = new Assembler()
  emitPack(module, 'pack', Co, weights.out, [
    { times: Ci, step: stagedIn(weights, plan.maps) },
    { times: R, step: weights.row },
    { times: S, step: weights.column },
  ])
  if (plan.padded) {
    emitFinite(module, 'finite')
    const border = borderOf(-layer.before[1], pitch, layer.in[1])
    emitBorder(module, 'border', layer.in[1], border, { plane: 4 * plane, pitch, phases: 1 })
  }
  const cells = 4 * plan.rows * plan.columns
  emitSlide(module, {
    ...(plan.tiled ? tiled(module, plan, columns) : untiled(plan, rows, columns, p0)),
    lanes: Co,
    weightsPerLane: 4 * Ci * R * S,
    finish: { kind: 'planes', plane: cells },
    yColumn: 4,
    yRow: 4 * columns,
    yImage: window * cells,
    yLane: cells,
    fused: hasFusedMultiplyAdd,
  })
  return module
}

/** How a slide walks through x. */
export type Walk = Pick<Slide, 'columns' | 'misses' | 'rowStep' | 'imageStep' | 'sum' | 'packed'>

/**
 * All rows of a block as one: tiles run on into the next row, so that all but the last are as wide as registers allow. Of rows of
 * 7, cut into fours and threes, 512→512 3×3 ran at 44 GFLOP/s, run on at 51.
 */
export function untiled(plan: Plan, rows: number, columns: number, p0: number): Walk {
  const { layer, panelColumns, plane, channels } = plan
  const [sh, sw] = layer.stride
  const row = Array.from({ length: columns }, (_, q) => q * sw)
  return {
    columns: Array.from({ length: rows }, (_, p) => row.map((offset) => 4 * (p * sh * panelColumns + offset))).flat(),
    misses: isExact(plan) ? misses(layer, rows, columns, p0) : undefined,
    rowStep: 0,
    imageStep: 4 * channels * plane,
    sum: sumOf(layer, 4 * layer.dilation[0] * panelColumns, 4 * plane),
  }
}

/** Emits `tiles`, too, from such a source. Pointwise columns lie one behind the other. */
export function tiled(
  module: Assembler,
  plan: Plan,
  columns: number,
  from?: { readonly plane: number; readonly pitch: number },
): Walk {
  const { layer, channels, panelColumns, plane } = plan
  const flat = plan.algorithm === 'pointwise'
  const { count, width, offsets } = packedTiles(columns, hasFusedMultiplyAdd)
  const source = from ?? (flat ? { plane: columns, pitch: columns } : { plane, pitch: panelColumns })
  emitTiles(module, columns, hasFusedMultiplyAdd, channels, source)
  return {
    columns: offsets(channels).map((offset) => 4 * offset),
    rowStep: 4 * count * channels * width,
    imageStep: 4 * tilesOf(plan),
    sum: sumOf(layer, 0, 4 * width),
    packed: true,
  }
}

/** The taps that the columns of a block do without. */
function misses(layer: Layer, rows: number, columns: number, p0: number): number[][] {
  const { in: [H, W], kernel: [R, S], stride: [sh, sw], dilation: [dh, dw], before: [top, left] } = layer // biome-ignore format: one line
  const inside = (p: number, q: number, k: number): boolean => {
    const h = p * sh - top + Math.floor(k / S) * dh
    const w = q * sw - left + (k % S) * dw
    return h >= 0 && h < H && w >= 0 && w < W
  }
  // Those of every channel that is unrolled.
  const taps = Array.from({ length: channelsAtOnce(R * S) * R * S }, (_, k) => k)
  return Array.from({ length: rows * columns }, (_, i) =>
    taps.filter((k) => !inside(p0 + Math.floor(i / columns), i % columns, k % (R * S))),
  )
}

/** Which rows of the padding a block from row p0 on meets: those of a layer whose kernels depend on it. */
export function edges(plan: Plan, rows: number, p0: number): number[] {
  if (!isExact(plan)) return []
  const { in: [H], kernel: [R], stride: [sh], dilation: [dh], before: [top] } = plan.layer // biome-ignore format: one line
  const { before, after } = borderOf(p0 * sh - top, (rows - 1) * sh + dh * (R - 1) + 1, H)
  return [H, before, after]
}

/** Channels unrolled in one loop iteration: a few taps alone would be mostly loop. */
const channelsAtOnce = (taps: number): number => (taps === 1 ? 8 : taps <= 4 ? 2 : 1)

/** Channels outermost, then rows and columns of the kernel: unrolled where they are few. */
function sumOf({ kernel: [R, S], dilation: [, dw] }: Layer, down: number, plane: number): Sum {
  // biome-ignore format: one line
  const row = Array.from({ length: S }, (_, s) => 4 * s * dw)
  if (R * S <= MOST_UNROLLED) {
    const taps = Array.from({ length: R }, (_, r) => row.map((offset) => r * down + offset)).flat()
    return deep(taps, plane, channelsAtOnce(R * S))
  }
  const inner: Sum =
    S <= MOST_UNROLLED
      ? { kind: 'taps', offsets: row }
      : { kind: 'loop', times: S, step: 4 * dw, body: { kind: 'taps', offsets: [0] } }
  const rows: Sum = { kind: 'loop', times: R, step: down, body: inner }
  return { kind: 'loop', times: (count) => count, step: plane, body: rows }
}
