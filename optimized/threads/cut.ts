/**
 * How a layer is cut into parts, each the same operator on slices of the operands: no sum is ever cut, so that a part
 * adds up the same products in the same order as the whole.
 */
import { sizeOf } from '../../reference/tensor.ts'
import { type Slice, sliceShape, startOf } from './slice.ts'

export interface Part {
  /** The slice of each operand; those that are not named are read whole. */
  readonly operands: Readonly<Record<string, Slice>>
  readonly attributes: object
  readonly result: Slice
}

/** One way to cut: so many units, which no cut divides, and the part of some in a row. */
export interface Cut {
  readonly units: number
  part(from: number, to: number): Part
}

/** A layer as it is cut: shapes, work, and the ways to cut it. */
export interface Divisible {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly result: readonly number[]
  readonly flops: number
  readonly cuts: readonly Cut[]
}

/** Lanes of the kernels: a cut elsewhere leaves lanes of two parts empty. */
const LANES = 8

/**
 * A cut of `extent` results that are lanes of a kernel, in whole vectors of eight. The last unit takes what remains, so that none
 * is so narrow that another kernel is chosen for it.
 */
export function laneCut(extent: number, part: (from: number, to: number) => Part): Cut {
  const units = Math.max(1, Math.floor(extent / LANES))
  const at = (unit: number): number => (unit === units ? extent : unit * LANES)
  return { units, part: (from, to) => part(at(from), at(to)) }
}

/** Nanoseconds a multiply-add takes, at 50 GFLOP/s, and a number that is staged, padded or packed, or copied. By measurement. */
const FLOP = 1 / 50
const PACK = 1
const COPY = 0.25

/** Parts a thread: more even out threads of different speed, fewer repeat less packing. */
const PARTS_A_THREAD = 1

/** The parts of the cut whose slowest thread is done first; undefined where nothing can be cut. */
export function divide(layer: Divisible, threads: number): readonly Part[] | undefined {
  const time = ({ units, part }: Cut): number => {
    const most = Math.ceil(units / threads)
    const { operands, result } = part(0, most)
    const packed = Object.entries(layer.shapes).map(([name, shape]) =>
      sizeOf(sliceShape(shape, operands[name] ?? 'whole')),
    )
    const apart = startOf(layer.result, result) === undefined ? sizeOf(layer.result) : 0
    return (layer.flops * most * FLOP) / units + PACK * packed.reduce((a, b) => a + b, 0) + COPY * apart
  }
  const [best] = layer.cuts
    .filter(({ units }) => units > 1)
    .map((cut) => ({ cut, time: time(cut) }))
    .sort((a, b) => a.time - b.time)
  if (best === undefined) return undefined
  const { units, part } = best.cut
  const count = Math.min(units, threads * PARTS_A_THREAD)
  return Array.from({ length: count }, (_, i) =>
    part(Math.floor((i * units) / count), Math.floor(((i + 1) * units) / count)),
  )
}
