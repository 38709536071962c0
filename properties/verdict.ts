/**
 * The one way to compare two tensors. Per element, with the exact value and the bounds of properties/bound.ts:
 *
 *   exact      the correctly rounded result
 *   accurate   within the error that random rounding makes
 *   tolerable  within the bound: no order of summation in this precision can be excluded
 *   wrong      beyond it: proof that the declared arithmetic was not carried out
 *
 * Shape and element type come first. NaN equals NaN alone, +∞ equals +∞ alone, −0 equals 0. A comparison of nothing is
 * refused. Differences that only special values or ties explain are 'convention'.
 */
import { type Precision, positionOf, shapeText, sizeOf, type Tensor } from '../reference/tensor.ts'
import type { Expectation } from './bound.ts'
import { formats, gamma } from './format.ts'
import { tieRules } from './tie.ts'

export type Grade = 'exact' | 'accurate' | 'tolerable' | 'wrong'
export type Fault = 'wrong' | 'shape' | 'type' | 'convention'

export interface Mismatch {
  readonly index: readonly number[]
  readonly expected: number
  readonly got: number
  /** Largest |got − expected| that is not wrong. */
  readonly bound: number
}

export interface Verdict {
  /** The worst grade of any element. */
  readonly grade: Grade
  /** What kind of wrong it is; undefined unless the grade is 'wrong'. */
  readonly fault?: Fault
  /** Elements a grade. */
  readonly counts: Readonly<Record<Grade, number>>
  /** Largest error in units of its bound; 0 where every element is exact, ∞ for an error where none is allowed. */
  readonly worst: number
  readonly first?: Mismatch
  /** Which convention differs: the name of a tie rule, or a sentence. */
  readonly convention?: string
  /** The sentence that says what is wrong, or which convention differs. */
  readonly message?: string
  /** The expected result is constant or nearly all zero, so that a pass proves little. */
  readonly weak: boolean
}

/** Holds a result, whatever it is, against what must come out. */
export function verdict(result: unknown, expected: Expectation): Verdict {
  const weak = isWeak(expected.value)
  const form = formFault(result, expected)
  if (form) return { ...form, weak, grade: 'wrong', counts: { ...none }, worst: Infinity }
  const got = (result as Tensor).data
  if (got.length === 0) {
    throw new RangeError(
      `${expected.row.name}: nothing to compare, the result has shape ${shapeText(expected.shape)}; a verdict needs an element`,
    )
  }
  const counts = { ...none }
  let worst = 0
  let first = -1
  for (let i = 0; i < got.length; i++) {
    const element = grade(got[i]!, expected, i)
    counts[element]++
    worst = Math.max(worst, errorInBounds(got[i]!, expected, i))
    if (element === 'wrong' && first < 0) first = i
  }
  if (first < 0) {
    const overall = counts.tolerable > 0 ? 'tolerable' : counts.accurate > 0 ? 'accurate' : 'exact'
    return { grade: overall, counts, worst, weak }
  }
  const mismatch = mismatchAt(first, got, expected)
  const convention = conventionOf(got, expected)
  return {
    grade: 'wrong',
    fault: convention === undefined ? 'wrong' : 'convention',
    counts,
    worst,
    weak,
    first: mismatch,
    ...convention,
    message: convention?.message ?? sentence(expected, mismatch),
  }
}

const none: Readonly<Record<Grade, number>> = { exact: 0, accurate: 0, tolerable: 0, wrong: 0 }

/** The grade of element i. */
function grade(got: number, e: Expectation, i: number): Grade {
  const value = e.value[i]!
  const rounded = e.precision === 'float32' ? Math.fround(value) : value
  if (got === rounded || (Number.isNaN(got) && Number.isNaN(value))) return 'exact'
  if (e.scale[i]! * (1 + 2 ** -10) >= formats[e.precision].huge) {
    if (Number.isFinite(got)) return Math.abs(got - value) <= e.bound[i]! ? 'tolerable' : 'wrong'
    // A partial sum may have overflowed: to ±∞, and from there to NaN; where no two terms differ in sign, to theirs alone.
    const oneSign = e.scale[i]! < Infinity && Math.abs(value) >= e.scale[i]! * (1 - 2 ** -10)
    return oneSign && got !== Math.sign(value) * Infinity ? 'wrong' : 'tolerable'
  }
  if (!Number.isFinite(got) || !Number.isFinite(value)) return 'wrong'
  const error = Math.abs(got - value)
  if (error <= e.typical[i]!) return 'accurate'
  return error <= e.bound[i]! ? 'tolerable' : 'wrong'
}

function errorInBounds(got: number, e: Expectation, i: number): number {
  if (grade(got, e, i) === 'exact') return 0
  // What an overflow may turn into anything is as far off as is allowed, and no farther.
  if (!Number.isFinite(got)) return grade(got, e, i) === 'wrong' ? Infinity : 1
  // Above 0, so that a bound of 0 gives ∞.
  const error = Math.abs(got - e.value[i]!)
  return Number.isNaN(error) ? Infinity : error / e.bound[i]!
}

/** Shape and element type, before any number is looked at. */
export function formFault(
  result: unknown,
  e: Pick<Expectation, 'row' | 'precision' | 'shape'>,
): Pick<Verdict, 'fault' | 'message'> | undefined {
  const name = e.row.name
  if (!isTensorLike(result)) {
    return {
      fault: 'type',
      message: `${name}: the result is ${describe(result)}; a tensor { shape, data } is expected`,
    }
  }
  const { data } = result
  if (!isTyped(data, arrayOf(e.precision))) {
    return {
      fault: 'type',
      message: `${name}: data is ${describe(data)}; ${e.precision} needs a ${arrayOf(e.precision)}`,
    }
  }
  const same = result.shape.length === e.shape.length && e.shape.every((extent, axis) => extent === result.shape[axis])
  if (!same)
    return { fault: 'shape', message: `${name}: shape ${shapeText(result.shape)}, expected ${shapeText(e.shape)}` }
  if (data.length !== sizeOf(e.shape)) {
    return {
      fault: 'shape',
      message: `${name}: data holds ${data.length} numbers, shape ${shapeText(e.shape)} needs ${sizeOf(e.shape)}`,
    }
  }
  return undefined
}

const arrayOf = (precision: Precision): string => (precision === 'float32' ? 'Float32Array' : 'Float64Array')

/** By its tag, so that arrays of another realm (a vm, a frame) count as what they are. */
const isTyped = (data: unknown, name: string): data is Float32Array | Float64Array =>
  Object.prototype.toString.call(data) === `[object ${name}]`

function isTensorLike(result: unknown): result is { shape: readonly number[]; data: unknown } {
  return (
    typeof result === 'object' &&
    result !== null &&
    'shape' in result &&
    Array.isArray(result.shape) &&
    result.shape.every((extent) => typeof extent === 'number') &&
    'data' in result
  )
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'bare object'}` : `a ${typeof value}`
}

function mismatchAt(i: number, got: Float32Array | Float64Array, e: Expectation): Mismatch {
  return { index: positionOf(e.shape, i), expected: e.value[i]!, got: got[i]!, bound: e.bound[i]! }
}

function sentence(e: Expectation, { index, expected, got, bound }: Mismatch): string {
  return `${e.row.name}: element [${index.join(',')}] is ${got}, expected ${expected} ± ${bound}`
}

/** The convention that explains every mismatch, or undefined when one of them is an error. */
function conventionOf(
  got: Float32Array | Float64Array,
  e: Expectation,
): { convention: string; message: string } | undefined {
  const wrong = [...got.keys()].filter((i) => grade(got[i]!, e, i) === 'wrong')
  const named = (convention: string, more = '') => ({ convention, message: `${e.row.name}: ${convention}${more}` })
  for (const rule of tieRules(e.row.name, e.operands, e.attributes)) {
    const error = gamma(rule.roundings, formats[e.precision].u)
    if (wrong.every((i) => Math.abs(got[i]! - rule.value[i]!) <= error * rule.scale[i]!)) {
      return named(rule.name, "; the contract's rule differs")
    }
  }
  const flushed = (i: number): boolean => {
    const error = Math.abs(got[i]! - e.value[i]!)
    // To reckon a flush takes the textbook, and no flush explains NaN.
    return !Number.isNaN(error) && error <= e.bound[i]! + e.flush(i)
  }
  if (wrong.every(flushed)) return named('subnormal numbers are flushed to zero')
  if (e.special && wrong.every((i) => isSpecial(got[i]!, e, i) || flushed(i)))
    return named('NaN or ±∞ among the operands is treated otherwise than IEEE 754 sums of the textbook do')
  return undefined
}

/**
 * Whether a difference can come from NaN or ±∞: one of both numbers is not finite, or what is compared holds NaN, which
 * decides where a finite error term goes. Two finite numbers that differ otherwise are an error, whatever stands elsewhere.
 */
const isSpecial = (got: number, e: Expectation, i: number): boolean =>
  !Number.isFinite(got) ||
  !Number.isFinite(e.value[i]!) ||
  (e.row.compared ?? []).some((name) => Array.from(e.operands[name]!.data).some(Number.isNaN))

/** Constant, or more than nine tenths zero: a result that many wrong programs also give. */
function isWeak(value: Float64Array): boolean {
  if (value.length <= 1) return value[0] === 0
  let zeros = 0
  let constant = true
  for (let i = 0; i < value.length; i++) {
    if (value[i] === 0) zeros++
    if (!Object.is(value[i], value[0])) constant = false
  }
  return constant || zeros > 0.9 * value.length
}
