/** The kernels of a layer that slides, in one module. */
import { Assembler } from '../kernel/assembler.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { emitSlide, type Slide } from '../kernel/slide.ts'
import { deep, type Sum } from '../kernel/sum.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitTiles, packedTiles } from '../pack/tiles.ts'
import { emitFinite, emitPack } from '../pack/weights.ts'
import { type Layer, type Plan, tilesOf } from '../plan.ts'
import type { Weights } from './block.ts'

/** Where weights lie once a block of maps is staged: input channels outermost, they are only those of the block apart. */
export const stagedIn = (weights: Weights, maps: number): number =>
  weights.in >= weights.out ? maps * weights.out : weights.in

/** What the kernels depend on, for a block of so many rows and columns of outputs. */
export function keyOf({ layer, ...plan }: Plan, weights: Weights, rows: number, columns: number): string {
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
  ].join()
}

export function emitKernels(plan: Plan, weights: Weights, rows: number, columns: number): Assembler {
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
    ...(plan.tiled ? tiled(module, plan, columns) : untiled(plan, rows, columns)),
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
export type Walk = Pick<Slide, 'columns' | 'rowStep' | 'imageStep' | 'sum' | 'packed'>

/**
 * All rows of a block as one: tiles run on into the next row, so that all but the last are as wide as registers allow. Of rows of
 * 7, cut into fours and threes, 512→512 3×3 ran at 44 GFLOP/s, run on at 51.
 */
export function untiled({ layer, panelColumns, plane, channels }: Plan, rows: number, columns: number): Walk {
  const [sh, sw] = layer.stride
  const row = Array.from({ length: columns }, (_, q) => q * sw)
  return {
    columns: Array.from({ length: rows }, (_, p) => row.map((offset) => 4 * (p * sh * panelColumns + offset))).flat(),
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

/** Taps unrolled in one loop iteration: beyond, code no longer fits where instructions are kept decoded. */
const MOST_TAPS = 32

/** Channels outermost, then rows and columns of the kernel: unrolled where they are few. */
function sumOf({ kernel: [R, S], dilation: [, dw] }: Layer, down: number, plane: number): Sum {
  // biome-ignore format: one line
  const row = Array.from({ length: S }, (_, s) => 4 * s * dw)
  if (R * S <= MOST_TAPS) {
    const taps = Array.from({ length: R }, (_, r) => row.map((offset) => r * down + offset)).flat()
    return deep(taps, plane, R * S === 1 ? 8 : R * S <= 4 ? 2 : 1)
  }
  const inner: Sum =
    S <= MOST_TAPS
      ? { kind: 'taps', offsets: row }
      : { kind: 'loop', times: S, step: 4 * dw, body: { kind: 'taps', offsets: [0] } }
  const rows: Sum = { kind: 'loop', times: R, step: down, body: inner }
  return { kind: 'loop', times: (count) => count, step: plane, body: rows }
}
