/**
 * The plan of an input gradient into few channels (F26): lanes over neighbouring columns instead of channels, and all phases of the
 * stride (phase.ts) from one panel of dy, woven into whole rows. Lanes over three channels are a quarter empty, over one three
 * quarters, and phase by phase results would be written one number at a time: 3→32 at 224², 3×3, stride 2 took three times as
 * long as forward.
 */
import type { Conv2dAttributes } from '../reference/contract.ts'
import type { Conv2dSizes } from '../reference/shape/convolution.ts'
import { borderOf } from './pack/border.ts'
import { phasesOf } from './phase.ts'
import { MOST_TAPS, oddLines } from './plan.ts'

/** A tap of the kernel, and how many cells of the panel it lies from where the phase begins. */
export interface Meeting {
  readonly at: number
  readonly tap: number
}

/** One axis: the taps that each phase meets, nearest first. */
interface Axis {
  readonly phases: readonly (readonly Meeting[])[]
  /** The cell of dy that the panel of the first output begins with, negative in the padding. */
  readonly start: number
  /** Cells beyond the first that an output of any phase meets. */
  readonly reach: number
}

export interface WovenPlan {
  readonly sizes: Conv2dSizes
  readonly stride: readonly [height: number, width: number]
  readonly down: Axis
  readonly across: Axis
  /** Groups, and steps of `stride[0]` rows of dx, a block. */
  readonly groups: number
  readonly steps: number
  /** Numbers: of dy from a row of the panel to the next and from a map to the next, of dx from a channel to the next. */
  readonly pitch: number
  readonly plane: number
  readonly yPlane: number
}

/** Channels up to which lanes over them are emptier than lanes over columns. */
const MOST_CHANNELS = 3
/** Numbers of dy, or of dx, a block: half of L2. Blocks of a few rows would read those around them again and again. */
const BLOCK = 131072

/** Undefined where other algorithms serve better. */
export function planWoven(sizes: Conv2dSizes, a: Conv2dAttributes): WovenPlan | undefined {
  const { H, W, R, S, G, Cg, Mg } = sizes
  const plain = Mg === 1 && a.stride.every((step) => step === 1)
  if (Cg > MOST_CHANNELS || plain || R * S > MOST_TAPS) return undefined
  const [sh, sw] = a.stride
  const down = axisOf(H, R, 0, a)
  const across = axisOf(W, S, 1, a)
  const pitch = 4 * Math.ceil(Math.ceil(W / sw) / 4) + across.reach
  const all = Math.ceil(H / sh)
  const fits = (steps: number): boolean => Math.max(Mg * (steps + down.reach) * pitch, Cg * steps * sh * W) <= BLOCK
  if (!fits(1)) return undefined
  let steps = all
  while (!fits(steps)) steps = Math.ceil(steps / 2)
  const plane = oddLines((steps + down.reach) * pitch)
  // Of one channel what a last vector writes beyond a plane is written over by the next.
  const yPlane = Cg === 1 ? Math.min(H, steps * sh) * W : steps * sh * W + SLACK * sw
  const groups = steps < all ? 1 : Math.max(1, Math.min(G, Math.floor(BLOCK / Math.max(Mg * plane, Cg * yPlane))))
  return { sizes, stride: a.stride, down, across, groups, steps, pitch, plane, yPlane }
}

/** Columns of a phase that a last vector may write too many, and more. */
const SLACK = 16

/** Numbers of each block in WebAssembly memory; none depends on the number of images. */
export function wovenBlocks({ sizes, stride, down, groups, steps, plane, yPlane }: WovenPlan) {
  const { P, Q, R, S, Cg, Mg } = sizes
  return {
    weights: groups * Mg * Cg * R * S + 4,
    bias: groups * Cg,
    stage: groups * Mg * Math.min(steps + down.reach, P) * Q,
    panel: groups * Mg * plane,
    result: groups * Cg * yPlane + SLACK * stride[1],
  }
}

function axisOf(extent: number, kernel: number, i: 0 | 1, a: Conv2dAttributes): Axis {
  const phases = phasesOf(extent, { kernel, stride: a.stride[i], before: a.padding[i], dilation: a.dilation[i] })
  const met = phases.map(({ taps, before, dilation, lastTap, tapStep }) =>
    Array.from({ length: taps }, (_, k) => ({ at: k * dilation - before, tap: lastTap - k * tapStep })),
  )
  const places = met.flat().map(({ at }) => at)
  // Fewer outputs than the stride may all lie between taps.
  if (places.length === 0) return { phases: met, start: 0, reach: 0 }
  const start = Math.min(...places)
  return {
    phases: met.map((taps) => taps.map(({ at, tap }) => ({ at: at - start, tap }))),
    start,
    reach: Math.max(...places) - start,
  }
}

/** Rows of dy that the panel of steps i0 … i0+steps−1 holds. */
export const rowsMet = ({ down, sizes }: WovenPlan, i0: number, steps: number) =>
  borderOf(i0 + down.start, steps + down.reach, sizes.P)
