/** Slices of a tensor along one axis, and their copies to and from an array that holds nothing else. */
import { sizeOf } from '../../reference/tensor.ts'

/** from ≤ i < to along an axis. */
interface Range {
  readonly axis: number
  readonly from: number
  readonly to: number
}

/** The whole of a tensor is a slice as well. */
export type Slice = Range | 'whole'

export const sliceShape = (shape: readonly number[], slice: Slice): number[] =>
  shape.map((extent, axis) => (slice !== 'whole' && slice.axis === axis ? slice.to - slice.from : extent))

/** So many runs of `length` numbers, `step` apart, the first at `start`. */
interface Runs {
  readonly count: number
  readonly start: number
  readonly length: number
  readonly step: number
}

function runsOf(shape: readonly number[], slice: Slice): Runs {
  if (slice === 'whole') return { count: 1, start: 0, length: sizeOf(shape), step: 0 }
  const { axis, from, to } = slice
  const inner = sizeOf(shape.slice(axis + 1))
  return {
    count: sizeOf(shape.slice(0, axis)),
    start: from * inner,
    length: (to - from) * inner,
    step: shape[axis]! * inner,
  }
}

/** Where a slice lies in one piece: its first number. Undefined where it does not. */
export function startOf(shape: readonly number[], slice: Slice): number | undefined {
  const { count, start } = runsOf(shape, slice)
  return count === 1 ? start : undefined
}

/** A slice of `from`, densely, to the start of `to`. */
export function gather(from: Float32Array, shape: readonly number[], slice: Slice, to: Float32Array): void {
  const { count, start, length, step } = runsOf(shape, slice)
  for (let i = 0; i < count; i++) {
    const source = start + i * step
    to.set(from.subarray(source, source + length), i * length)
  }
}

/** What lies dense in `from` to where the slice lies in `to`. */
export function scatter(from: Float32Array, to: Float32Array, shape: readonly number[], slice: Slice): void {
  const { count, start, length, step } = runsOf(shape, slice)
  for (let i = 0; i < count; i++) to.set(from.subarray(i * length, (i + 1) * length), start + i * step)
}
