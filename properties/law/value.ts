/**
 * What laws reckon with: numbers, and how far each may lie from what exact arithmetic gives. Moving numbers about moves their
 * bounds along; adding and multiplying adds up bounds, and the rounding of the law's own arithmetic, which is float64:
 *
 *   a+b: βa + βb      a·b: |a|βb + |b|βa + βaβb      own rounding: 0 for whole numbers below 2⁵³, else γ(n)·Σ|terms|
 *
 * A bound of 0 everywhere makes a comparison exact.
 */
import { shapeText, sizeOf, type TensorOf } from '../../reference/tensor.ts'
import { formats, gamma } from '../format.ts'

export interface Value extends TensorOf<number> {
  readonly data: Float64Array
  readonly bound: Float64Array
}

/** In a list of slices: one that is all zeros. */
export const ABSENT = -1

/** Numbers without an error. */
export function exact(shape: readonly number[], data: ArrayLike<number>): Value {
  return { shape: [...shape], data: new Float64Array(data), bound: new Float64Array(data.length) }
}

/** One number, with the shape () of a scalar. */
export const scalar = (value: number): Value => exact([], [value])

/** The numbers as they are, whatever they were meant to be: the result of a call as the operand of another. */
export const asGiven = (v: Value): Value => exact(v.shape, v.data)

/** The same numbers, each allowed to be off by `extra` more. */
export const widened = (v: Value, extra: number): Value => ({ ...v, bound: v.bound.map((bound) => bound + extra) })

/** The slices of v along an axis in the order listed, ABSENT for zeros: cuts, permutes, turns, samples, spreads and pads. */
export function along(v: Value, axis: number, slices: readonly number[]): Value {
  const inner = sizeOf(v.shape.slice(axis + 1))
  const outer = sizeOf(v.shape.slice(0, axis))
  const extent = v.shape[axis]!
  const shape = v.shape.with(axis, slices.length)
  const moved = exact(shape, new Float64Array(outer * slices.length * inner))
  for (let i = 0; i < outer; i++)
    slices.forEach((slice, j) => {
      if (slice === ABSENT) return
      if (!(slice >= 0 && slice < extent))
        throw new RangeError(`slice ${slice} of axis ${axis} of ${shapeText(v.shape)}`)
      const [from, to] = [(i * extent + slice) * inner, (i * slices.length + j) * inner]
      moved.data.set(v.data.subarray(from, from + inner), to)
      moved.bound.set(v.bound.subarray(from, from + inner), to)
    })
  return moved
}

/** 0 … n−1, or first … first+n−1. */
export const range = (n: number, first = 0): number[] => Array.from({ length: n }, (_, i) => first + i)
/** n times the same slice. */
export const times = (n: number, slice: number): number[] => new Array<number>(n).fill(slice)
/** 0, s, 2s, …: n slices, each s behind the one before. */
export const every = (n: number, s: number): number[] => Array.from({ length: n }, (_, i) => i * s)
/** 0 … n−1 with d−1 slices of zeros between neighbours. */
export const spread = (n: number, d: number): number[] =>
  Array.from({ length: d * (n - 1) + 1 }, (_, i) => (i % d === 0 ? i / d : ABSENT))

/** v turned by 180° in its last `axes` axes. */
export function turned(v: Value, axes: number): Value {
  let result = v
  for (let axis = v.shape.length - axes; axis < v.shape.length; axis++)
    result = along(result, axis, range(v.shape[axis]!).reverse())
  return result
}

/** a, then b, along the first axis. */
export function joined(a: Value, b: Value): Value {
  const shape = [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)]
  return { shape, data: both(a.data, b.data), bound: both(a.bound, b.bound) }
}

function both(a: Float64Array, b: Float64Array): Float64Array {
  const joint = new Float64Array(a.length + b.length)
  joint.set(a)
  joint.set(b, a.length)
  return joint
}

/** The same numbers in row-major order under another shape. */
export function reshaped(v: Value, shape: readonly number[]): Value {
  if (sizeOf(shape) === v.data.length) return { ...v, shape }
  throw new RangeError(`${shapeText(v.shape)} cannot become ${shapeText(shape)}: ${v.data.length} numbers`)
}

/** Axis i of the result is axis order[i] of v. */
export function transposed(v: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => v.shape[axis]!)
  const steps = order.map((axis) => sizeOf(v.shape.slice(axis + 1)))
  const result = exact(shape, new Float64Array(v.data.length))
  const position = new Array<number>(shape.length).fill(0)
  for (let i = 0; i < v.data.length; i++) {
    const from = position.reduce((sum, at, axis) => sum + at * steps[axis]!, 0)
    result.data[i] = v.data[from]!
    result.bound[i] = v.bound[from]!
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]!; axis--) position[axis] = 0
  }
  return result
}

/** v repeated into `shape`, along every axis on which it has an extent of 1. */
export function repeated(v: Value, shape: readonly number[]): Value {
  return shape.reduce((result, n, axis) => (result.shape[axis] === n ? result : along(result, axis, times(n, 0))), v)
}

export const plus = (a: Value, b: Value): Value => combined(a, b, (x, y) => x + y, sumError)
export const minus = (a: Value, b: Value): Value => plus(a, scaled(-1, b))
/** Element by element. */
export const product = (a: Value, b: Value): Value => combined(a, b, (x, y) => x * y, productError)

/** v times a number; a power of two rounds nothing. */
export function scaled(factor: number, v: Value): Value {
  const isPower = Number.isInteger(Math.log2(Math.abs(factor)))
  if (!isPower) return product(v, exact(v.shape, new Float64Array(v.data.length).fill(factor)))
  return { ...v, data: v.data.map((value) => factor * value), bound: v.bound.map((b) => Math.abs(factor) * b) }
}

/** The sums of v over `blocks` stretches of equal length: over all but its leading axes. */
export function blockSums(v: Value, blocks: number): Value {
  const length = v.data.length / blocks
  const sums = exact([blocks], new Float64Array(blocks))
  for (let block = 0; block < blocks; block++) {
    let [sum, bound, magnitude, whole] = [0, 0, 0, true]
    for (let i = block * length; i < (block + 1) * length; i++) {
      const term = v.data[i]!
      sum += term
      bound += v.bound[i]!
      magnitude += Math.abs(term)
      if (!Number.isInteger(term)) whole = false
    }
    sums.data[block] = sum
    sums.bound[block] = bound + ownRounding(length, magnitude, whole)
  }
  return sums
}

/** Σ a·b over stretches of equal length. */
export const inner = (a: Value, b: Value, blocks = 1): Value => blockSums(product(a, b), blocks)

type Error = (a: number, b: number, boundA: number, boundB: number, result: number) => number

const ownRounding = (n: number, magnitude: number, whole: boolean): number =>
  whole && magnitude <= 2 ** 53 ? 0 : gamma(n, formats.float64.u) * magnitude

/** What a + b was rounded by, exactly (Knuth's TwoSum). */
const sumError: Error = (a, b, boundA, boundB, sum) => {
  const ofB = sum - a
  return boundA + boundB + Math.abs(a - (sum - ofB) + (b - ofB))
}

const productError: Error = (a, b, boundA, boundB, result) => {
  const whole = Number.isInteger(a) && Number.isInteger(b)
  return Math.abs(a) * boundB + Math.abs(b) * boundA + boundA * boundB + ownRounding(1, Math.abs(result), whole)
}

function combined(a: Value, b: Value, operation: (x: number, y: number) => number, error: Error): Value {
  if (shapeText(a.shape) !== shapeText(b.shape)) {
    throw new RangeError(
      `the law combines ${shapeText(a.shape)} with ${shapeText(b.shape)}; repeat or reshape one of them`,
    )
  }
  const data = a.data.map((value, i) => operation(value, b.data[i]!))
  const bound = a.bound.map((boundA, i) => error(a.data[i]!, b.data[i]!, boundA, b.bound[i]!, data[i]!))
  return { shape: a.shape, data, bound }
}
