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
export interface Cut<P = Part> {
  readonly units: number
  part(from: number, to: number): P
}

/** A layer as it is cut: shapes, work, and the ways to cut it. */
export interface Divisible {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly result: readonly number[]
  readonly flops: number
  readonly cuts: readonly Cut[]
}

/**
 * A cut of `extent` in units of `size`. The last unit takes what remains, so that none is narrower: for one channel or one group
 * another kernel is chosen than for several, whose sums have another order.
 */
export function unitCut<P>(extent: number, size: number, part: (from: number, to: number) => P): Cut<P> {
  const units = Math.max(1, Math.floor(extent / size))
  const at = (unit: number): number => (unit === units ? extent : unit * size)
  return { units, part: (from, to) => part(at(from), at(to)) }
}

/** Lanes of the kernels: a cut elsewhere leaves lanes of two parts empty. */
const LANES = 8

/** A cut of results that are lanes of a kernel, in whole vectors. */
export const laneCut = <P>(extent: number, part: (from: number, to: number) => P): Cut<P> =>
  unitCut(extent, LANES, part)

/**
 * Nanoseconds of an operation, at 50 GFLOP/s, and of a number that is staged, packed or copied: 0.3 to 1.3 on layers of ResNet-50,
 * measured as what a layer takes longer on one thread, cut into eight parts.
 */
export const FLOP = 1 / 50
export const NUMBER = 0.5

/** What the calling thread computes and what it offers to the others, large parts first. */
export interface Division {
  readonly own: Part
  readonly offered: readonly Part[]
}

/** The parts of the cut whose slowest thread is done first; undefined where nothing can be cut. */
export function divide(layer: Divisible, threads: number): Division | undefined {
  const [best] = layer.cuts
    .filter(({ units }) => units > 1)
    .map((cut) => ({ cut, ...estimate(layer, cut, threads) }))
    .sort((a, b) => a.time - b.time)
  if (best === undefined) return undefined
  const { units, part } = best.cut
  const ranges = bounds(units, threads, best)
  const [own, ...offered] = ranges.map(([from, to]) => part(from, to))
  return own && { own, offered }
}

/** Nanoseconds: all threads together; of that, what every further part repeats, and what precedes the work of others. */
interface Estimate {
  readonly time: number
  readonly total: number
  readonly repeated: number
  readonly ahead: number
}

function estimate({ shapes, result, flops }: Divisible, { units, part }: Cut, threads: number): Estimate {
  const most = Math.ceil(units / threads)
  const largest = part(0, most)
  const sizes = Object.entries(shapes).map(([name, shape]) => {
    const slice = largest.operands[name] ?? 'whole'
    return {
      whole: sizeOf(shape),
      own: sizeOf(sliceShape(shape, slice)),
      isWhole: slice === 'whole',
      isApart: startOf(shape, slice) === undefined,
    }
  })
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  const packed = NUMBER * sum(sizes.map(({ own }) => own))
  const strided = NUMBER * sum(sizes.map(({ isApart, whole }) => (isApart ? whole : 0)))
  const scattered = startOf(result, largest.result) === undefined ? NUMBER * sizeOf(result) : 0
  return {
    time: (FLOP * flops * most) / units + packed + (strided + scattered) / threads,
    total: FLOP * flops + threads * packed,
    repeated: NUMBER * sum(sizes.map(({ isWhole, whole }) => (isWhole ? whole : 0))),
    ahead: packed / 2,
  }
}

/**
 * A quarter of the work is offered in smaller parts, for whoever is done first: a thread may lose its core for a while. Not
 * where these parts would repeat packing for more than this share of the time.
 */
const OFFERED_SMALL = 0.25
const MOST_REPEATED = 0.04

/** The units of each part, the calling thread's first; none is empty. */
export function bounds(units: number, threads: number, estimate: Omit<Estimate, 'time'>): [from: number, to: number][] {
  const { total, repeated, ahead } = estimate
  const small = repeated * threads > MOST_REPEATED * total ? 0 : Math.floor((OFFERED_SMALL * units) / threads) * threads
  const large = units - small
  // The calling thread copies what the others read, and begins later.
  const end = (own: number): number => Math.max((ahead / total) * units + own, Math.ceil((large - own) / (threads - 1)))
  let own = Math.ceil(large / threads)
  while (own > 1 && end(own - 1) < end(own)) own--
  const offered = [...evenly(large - own, threads - 1), ...evenly(small, threads)]
  let from = 0
  return [own, ...offered].map((count) => {
    from += count
    return [from - count, from]
  })
}

/** So many whole numbers, one apart, without zeros. */
function evenly(total: number, count: number): number[] {
  const at = (i: number): number => Math.floor((i * total) / count)
  return Array.from({ length: count }, (_, i) => at(i + 1) - at(i)).filter((own) => own > 0)
}
