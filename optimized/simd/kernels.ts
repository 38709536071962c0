/** The kernels of a layer that slides, in one module. */
import { Assembler } from '../kernel/assembler.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep, type Sum } from '../kernel/tile.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitTiles, packedTiles } from '../pack/tiles.ts'
import { emitFinite, emitPack } from '../pack/weights.ts'
import type { Plan } from '../plan.ts'
import type { Weights } from './block.ts'

/** Where weights lie once a block of maps is staged: input channels outermost, they are only those of the block apart. */
export const stagedIn = (weights: Weights, maps: number): number =>
  weights.in >= weights.out ? maps * weights.out : weights.in

/** What the kernels depend on: `columns` outputs a row. */
export function keyOf({ layer, ...plan }: Plan, weights: Weights, columns: number): string {
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
  return [...blocks, Ci, Co, W, ...kernel, ...stride, ...dilation, before[1], out, next, row, column, columns].join()
}

export function emitKernels(plan: Plan, weights: Weights, columns: number): Assembler {
  const { layer, panelColumns: pitch, window } = plan
  const { Ci, Co } = layer
  const [R, S] = layer.kernel
  const plane = 4 * plan.plane
  const module = new Assembler()
  const cells = 4 * plan.rows * plan.columns
  const tiles = plan.algorithm === 'pointwise' ? packedTiles(columns, plan.channels) : undefined
  const offsets = tiles?.offsets ?? Array.from({ length: columns }, (_, q) => q * layer.stride[1])
  if (tiles) emitTiles(module, columns, plan.channels, columns)
  emitPack(module, 'pack', Co, weights.out, [
    { times: Ci, step: stagedIn(weights, plan.maps) },
    { times: R, step: weights.row },
    { times: S, step: weights.column },
  ])
  if (plan.padded) {
    emitFinite(module, 'finite')
    const border = borderOf(-layer.before[1], pitch, layer.in[1])
    emitBorder(module, 'border', layer.in[1], border, { plane, pitch, phases: 1 })
  }
  emitSlide(module, {
    lanes: Co,
    columns: offsets.map((offset) => 4 * offset),
    rowStep: 4 * layer.stride[0] * pitch,
    imageStep: plan.channels * plane,
    sum: sumOf(plan, pitch, tiles ? 4 * tiles.step : plane),
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

/** Taps unrolled in one loop iteration: beyond, code no longer fits where instructions are kept decoded. */
const MOST_TAPS = 32

/** Channels outermost, then rows and columns of the kernel: unrolled where they are few. */
function sumOf(
  {
    layer: {
      kernel: [R, S],
      dilation: [dh, dw],
    },
  }: Plan,
  pitch: number,
  plane: number,
): Sum {
  // biome-ignore format: one line
  const row = Array.from({ length: S }, (_, s) => 4 * s * dw)
  const down = 4 * dh * pitch
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
