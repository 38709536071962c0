/**
 * What lies in memory beyond the operands, and where. None of it grows with the batch: it is at most five times the operands and
 * the result of a single image, and 40 kB a channel and 512 kB more.
 *
 *   x, y     an image of each, or as many small ones as make up a few panels: copies, as kernels reach nothing else
 *   w        a copy of all of w, or of the kernels of eight output channels where those lie together
 *   u        36/9 of w, in blocks; of eight output channels where one panel is all there is
 *   v, t     a panel of 40 tiles: 36 numbers a tile and input channel, and as many for eight output channels
 */
import type { Engine } from '../kernel/engine.ts'
import { PRODUCTS, pitchesFor, sumBytes } from './block.ts'
import type { Layer, Plan } from './plan.ts'
import type { Table } from './table.ts'

/** Bytes of 32 zeros, from which sums start, and of the alarm. */
const ZEROS = 32
const ALARM = 16

type Part = 'x' | 'w' | 'y' | 'v' | 'u' | 't' | 'zeros' | 'bias' | 'alarm' | 'table' | 'masks'

/** Byte addresses. */
export type Places = Readonly<Record<Part, number>>

/** Bytes of each part. */
export function workspace(layer: Layer, plan: Plan, table: Table): Record<Part, number> {
  const { Ci, Co } = layer
  const pitches = pitchesFor(plan.depth)
  const kept = plan.keepsWeights ? plan.laneBlocks.length * plan.channelBlocks.length : 1
  return {
    x: 4 * (table.before + plan.images * Ci * layer.in[0] * layer.in[1] + table.beyond),
    w: 36 * Ci * (isContiguous(layer) ? 8 : Co),
    y: 4 * plan.images * Co * layer.out[0] * layer.out[1],
    v: PRODUCTS * pitches.panel * plan.channelBlocks.length,
    u: PRODUCTS * pitches.weights * kept,
    t: PRODUCTS * sumBytes(8),
    zeros: ZEROS,
    bias: 32 * plan.laneBlocks.length,
    alarm: ALARM,
    table: table.entries.byteLength,
    masks: table.masks.byteLength,
  }
}

/** Places all parts, x behind what patches reach before it; undefined where memory has no room. */
export function place(engine: Engine, layer: Layer, plan: Plan, table: Table): Places | undefined {
  const bytes = workspace(layer, plan, table)
  const parts = Object.keys(bytes) as Part[]
  const starts = engine.layout(parts.map((part) => bytes[part]))
  if (!starts) return undefined
  const at = Object.fromEntries(parts.map((part, i) => [part, starts[i]!])) as Record<Part, number>
  return { ...at, x: at.x + 4 * table.before }
}

/** Whether the kernels of an output channel lie together in w. */
export const isContiguous = ({ weights }: Layer): boolean => weights.out > weights.in
