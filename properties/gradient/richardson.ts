/**
 * Derivatives of a function along a line from its values alone: difference quotients with steps h, h/4, h/16, … extrapolated
 * to h = 0 (Richardson 1911), where the step is chosen, element by element, by the smallest estimate of the error
 * (Ridders 1982) among the steps that finer ones do not contradict: sin(50x) looks like a slow wave to steps of 1, ½ and ¼.
 *
 *   central  (φ(h) − φ(−h))/2h = φ′ + c₂h² + c₄h⁴ + …      right  (φ(h) − φ(0))/h = φ′ + c₁h + c₂h² + …
 *
 * The estimate is the larger difference of neighbours in the table plus what rounding can do: u·(|φ| + |x·φ′|)/h. It is an
 * estimate, not a bound: it trusts that φ is smooth on some of the steps. Where left and right disagree beyond it there is
 * a kink, and any number between both slopes is a derivative (Clarke 1975).
 */

import { largestMagnitude } from './magnitude.ts'

/** A derivative and how far from it the truth may be, element by element. */
export interface Slope {
  readonly value: Float64Array
  readonly error: Float64Array
}

export interface Slopes {
  readonly central: Slope
  readonly left: Slope
  readonly right: Slope
  /** Largest |φ| on the line, of any element, at the first step and nearer. */
  readonly largest: number
}

export interface Line {
  /** φ(h): values of the function h along the direction. */
  at(h: number): ArrayLike<number> | Promise<ArrayLike<number>>
  /** Unit roundoff of φ. */
  readonly u: number
  /** Largest |x| among what moves, and largest step. */
  readonly reach: number
  readonly step: number
}

/** Each step is a quarter of the one before, the last 2⁻²⁶ of the first: coarse for roundoff, fine for what oscillates. */
const RATIO = 4
const STEPS = 14
/** Extrapolations beyond the sixth only stir the rounding errors. */
const COLUMNS = 6
/** First steps that may leave the domain of φ: x can lie 2⁻¹⁶ of the first step from its edge. */
const MOST_OUTSIDE = 8
/** Finest steps, 2⁻¹⁸ of the first and below, whose quotients show the noise. */
const FINEST = 4

/** Slopes at 0 along a line, central and from both sides, from 2·14 + 1 values of φ where none is NaN or infinite. */
export async function slopesAlong(line: Line): Promise<Slopes> {
  const middle = Float64Array.from(await line.at(0))
  const samples: Sample[] = []
  for (let k = 0, h = line.step; samples.length < STEPS && k < STEPS + MOST_OUTSIDE; k++, h /= RATIO) {
    const sample = { h, up: Float64Array.from(await line.at(h)), down: Float64Array.from(await line.at(-h)) }
    // Steps begin where φ is defined on both sides: log at 0.1 is not, a whole step away.
    if (k < MOST_OUTSIDE && samples.length === 0 && !isInside(sample)) continue
    samples.push(sample)
  }
  const quotients = (of: (sample: Sample, i: number) => number): Float64Array[] =>
    samples.map((sample) => middle.map((_, i) => of(sample, i)))
  const central = quotients(({ h, up, down }, i) => (up[i]! - down[i]!) / (2 * h))
  const right = quotients(({ h, up }, i) => (up[i]! - middle[i]!) / h)
  const left = quotients(({ h, down }, i) => (middle[i]! - down[i]!) / h)
  const finest = middle.map((m, i) => finestChange(samples, m, i))
  const noise = middle.map((m, i) =>
    Math.max(
      ...samples.map(({ up, down }) => line.u * Math.max(Math.abs(up[i]!), Math.abs(m), Math.abs(down[i]!))),
      measuredNoise(central, samples, finest[i]!, i),
    ),
  )
  const shift = line.u * line.reach
  const extrapolated = (q: Float64Array[], order: 1 | 2): Slope => extrapolate(q, samples, noise, finest, shift, order)
  const largest = largestMagnitude([middle, ...samples.flatMap(({ up, down }) => [up, down])].map(largestMagnitude))
  return { central: extrapolated(central, 2), left: extrapolated(left, 1), right: extrapolated(right, 1), largest }
}

interface Sample {
  readonly h: number
  readonly up: Float64Array
  readonly down: Float64Array
}

const isInside = ({ up, down }: Sample): boolean => up.every(Number.isFinite) && down.every(Number.isFinite)

/**
 * The last step that says something. The last of all, unless φ is a staircase there: below the last step at which a staircase
 * changes it is flat, and has no say.
 */
function finestChange(samples: readonly Sample[], middle: number, i: number): number {
  const last = samples.length - 1
  const k = samples.findLastIndex(({ up, down }) => up[i] !== middle || down[i] !== middle)
  return k < 0 || last - k < FINEST || isFlatPiece(samples, k, middle, i) ? last : k
}

/** A jump of less than this, relative to what φ goes through, can be rounding in float32: 2⁻²⁴ of terms that cancel in part. */
const SMALLEST_JUMP = 2 ** -18
/** Steps coarser than the last change by which a piece is told from a stair: 4² times as long. */
const COARSER = 2

/**
 * Whether φ, which changes last at step k, is flat around 0 and has a kink or a jump farther away, as relu does at −0.1. No
 * stair is as long as the first step; on a shorter one the other side would change as well before this one has grown fourfold.
 */
function isFlatPiece(samples: readonly Sample[], k: number, middle: number, i: number): boolean {
  const ups = samples.map(({ up }) => Math.abs(up[i]! - middle))
  const downs = samples.map(({ down }) => Math.abs(down[i]! - middle))
  const range = Math.max(...ups, ...downs)
  if (Math.max(ups[k]!, downs[k]!) <= SMALLEST_JUMP * Math.max(range, Math.abs(middle))) return false
  const before = Math.max(0, k - COARSER)
  const isFlatBeside = (flat: readonly number[], other: readonly number[]): boolean =>
    flat.every((change) => change === 0) || (flat[before] === 0 && other[k]! > 0 && other[before]! >= RATIO * other[k]!)
  return k === 0 || isFlatBeside(ups, downs) || isFlatBeside(downs, ups)
}

/**
 * How rough φ is, seen at the finest steps that change it: between those a smooth function's central quotients differ by
 * rounding alone. Finds noise that u does not tell of, as a sum in float32 inside a float64 function makes (Moré & Wild
 * 2011, in its simplest form).
 */
function measuredNoise(
  quotients: readonly Float64Array[],
  samples: readonly Sample[],
  finest: number,
  i: number,
): number {
  let noise = 0
  for (let k = Math.max(1, finest - FINEST + 1); k <= finest; k++)
    noise = Math.max(noise, Math.abs(quotients[k]![i]! - quotients[k - 1]![i]!) * samples[k]!.h)
  return noise
}

/** Richardson's table for each element; the best entry of each row; of those the best that finer rows do not contradict. */
function extrapolate(
  quotients: readonly Float64Array[],
  samples: readonly Sample[],
  noise: Float64Array,
  finest: Float64Array,
  shift: number,
  order: 1 | 2,
): Slope {
  const rows: Slope[] = []
  let before: Float64Array[] = []
  quotients.forEach((quotient, k) => {
    const { h } = samples[k]!
    const row = [quotient]
    const value = new Float64Array(quotient.length)
    const error = new Float64Array(quotient.length).fill(Infinity)
    for (let j = 1; j <= Math.min(before.length, COLUMNS); j++) {
      const gain = RATIO ** (order * j)
      const [finer, coarser] = [row[j - 1]!, before[j - 1]!]
      const column = finer.map((v, i) => v + (v - coarser[i]!) / (gain - 1))
      for (let i = 0; i < column.length; i++) {
        const spread = Math.max(Math.abs(column[i]! - finer[i]!), Math.abs(column[i]! - coarser[i]!))
        // Both ends of a quotient err by the noise, and each extrapolation adds a third of the one before at most.
        const rounding = (4 * (noise[i]! + shift * Math.abs(column[i]!))) / h
        if (spread + rounding < error[i]!) {
          error[i] = spread + rounding
          value[i] = column[i]!
        }
      }
      row.push(column)
    }
    before = row
    if (k > 0) rows.push({ value, error })
  })
  return coarsestConsistent(rows, finest)
}

/** From the finest step that says something to coarser ones, as long as both agree within their estimates of the error. */
function coarsestConsistent(rows: readonly Slope[], finest: Float64Array): Slope {
  const value = new Float64Array(finest.length)
  const error = new Float64Array(finest.length)
  for (let i = 0; i < value.length; i++) {
    // Rows start at the second step.
    const first = Math.max(0, finest[i]! - 1)
    value[i] = rows[first]!.value[i]!
    error[i] = rows[first]!.error[i]!
    for (let k = first - 1; k >= 0; k--) {
      const row = rows[k]!
      if (Math.abs(row.value[i]! - value[i]!) > row.error[i]! + error[i]!) break
      if (row.error[i]! >= error[i]!) continue
      value[i] = row.value[i]!
      error[i] = row.error[i]!
    }
  }
  return { value, error }
}
