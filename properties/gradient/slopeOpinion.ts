/** What values of a function alone say about its slope along a direction of one input. */
import { formats } from '../format.ts'
import { type FunctionUnderTest, GradientError } from './functionUnderTest.ts'
import { largestMagnitude } from './magnitude.ts'
import { slopesAlong } from './richardson.ts'

/** An interval of slopes that a judge accepts, one point unless there is a kink, and how far its ends may be off. */
export interface Opinion<T> {
  readonly judge: string
  readonly kink: T extends Float64Array ? readonly boolean[] : boolean
  readonly low: T
  readonly high: T
  readonly error: T
}

/** The first step, in units of the largest input. */
const FIRST_STEP = 2 ** -3
/** Of a step in float64. */
const LARGEST_EXPONENT = 1023

/** The power of two that takes a step along u as far as the largest number of the input lies from 0; from 0, to 1. */
export function stepUnit(subject: FunctionUnderTest, k: number, u: Float64Array): number {
  const reach = largestMagnitude(subject.inputs[k]!.data)
  return 2 ** Math.min(LARGEST_EXPONENT, Math.round(Math.log2(reach > 0 ? reach : 1) - Math.log2(largestMagnitude(u))))
}

/** Throws GradientError where the slope cannot be told from the values. */
export async function slopeOpinions(
  subject: FunctionUnderTest,
  k: number,
  u: Float64Array,
): Promise<readonly Opinion<Float64Array>[]> {
  const reach = largestMagnitude(subject.inputs[k]!.data)
  const unit = stepUnit(subject, k, u)
  const roundoff = formats[subject.precision].u
  const slopes = await slopesAlong({
    at: (h) => subject.moved(k, u, h),
    u: roundoff,
    reach,
    step: FIRST_STEP * unit,
  })
  const { central, left, right } = slopes
  const kink = Array.from(central.value, (_, i) => {
    const apart = Math.abs(right.value[i]! - left.value[i]!)
    return apart > right.error[i]! + left.error[i]!
  })
  const ends = (i: number): readonly number[] =>
    kink[i] ? [left.value[i]!, right.value[i]!] : [central.value[i]!, central.value[i]!]
  const low = central.value.map((_, i) => Math.min(...ends(i)))
  const high = central.value.map((_, i) => Math.max(...ends(i)))
  const error = central.error.map((e, i) => (kink[i] ? Math.max(left.error[i]!, right.error[i]!) : e))
  refuseGuesses(subject.names[k]!, low, error, slopes.largest / unit)
  const differences = { judge: 'central differences', kink, low, high, error }
  const exact = subject.isWhole ? await exactSlope(subject, k, u) : undefined
  // round(x) is a line on whole numbers alone: what smaller steps contradict is not the slope.
  if (!exact?.every((v, i) => v >= low[i]! - error[i]! && v <= high[i]! + error[i]!)) return [differences]
  const none = new Float64Array(exact.length)
  const line = { judge: 'exact differences', kink: kink.map(() => false), low: exact, high: exact, error: none }
  return [line, differences]
}

/**
 * An estimate that would let anything pass is none: three digits of the slope must be certain, or of what f would change by
 * if it went once through the largest value seen on the line over the reach of the input. That at x itself can be 0.
 */
const UNCERTAIN = 2 ** -10

function refuseGuesses(name: string, value: Float64Array, error: Float64Array, natural: number): void {
  error.forEach((e, i) => {
    if (e <= UNCERTAIN * Math.max(natural, Math.abs(value[i]!))) return
    throw new GradientError(
      `gradcheck: the slope of f along ${name} cannot be told from its values: ${value[i]} ± ${e}; ` +
        'f is rough, noisy or changes too fast there; give inputs where it is smooth',
    )
  })
}

/** f(x+u) − f(x), where the values at x−u, x, x+u and x+2u are whole and lie on a line; else undefined. */
async function exactSlope(subject: FunctionUnderTest, k: number, u: Float64Array): Promise<Float64Array | undefined> {
  const middle = subject.y.data
  const [down, up, twice] = [await subject.moved(k, u, -1), await subject.moved(k, u, 1), await subject.moved(k, u, 2)]
  if (![down, up, twice].every((values) => subject.areWhole(values))) return undefined
  const slope = up.map((v, i) => v - middle[i]!)
  const isLine = slope.every((s, i) => middle[i]! - down[i]! === s && twice[i]! - up[i]! === s)
  return isLine ? slope : undefined
}
