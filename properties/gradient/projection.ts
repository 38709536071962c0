/**
 * The quick check: one random direction u of the operand and one random cotangent v,
 *
 *   ⟨Jᵀ·v, u⟩ = ⟨v, J·u⟩,
 *
 * one gradient and one slope instead of a whole Jacobian. u and v have no zeros: where nothing is rounded a single wrong entry
 * always shows, and several hide only where they cancel. Where rounding is allowed for, what an entry has wrong shows if it is
 * more than the bounds of all entries of its part together; a smaller one takes the full Jacobian. Source: the fast mode of torch.autograd.gradcheck; Griewank & Walther 2008, §3.
 */
import { agreement } from '../agreement.ts'
import { formats, gamma } from '../format.ts'
import type { Random } from '../random.ts'
import { verdict } from '../verdict.ts'
import { isOpinion, type Judge, type JudgeName } from './judge.ts'
import { isCost } from './pair.ts'
import { nonzero } from './point.ts'
import type { Slope } from './richardson.ts'
import { type Subject, Unusable } from './subject.ts'

/** What one judge says a derivative is. */
export interface Opinion {
  readonly judge: JudgeName
  readonly value: number
  /** How far from the judge's value the gradient may be. */
  readonly bound: number
}

export interface Projection extends Directions {
  readonly got: number
  readonly opinions: readonly Opinion[]
  readonly isWrong: boolean
}

/** u moves the operand, v = dy. */
export interface Directions {
  readonly u: Float64Array
  readonly v: Float64Array
}

/** What a judge says J·u is. */
interface SlopeOf {
  readonly judge: JudgeName
  readonly slope: Slope
}

export function drawDirections(subject: Subject, random: Random): Directions {
  const { reach } = subject.point
  const v = isCost(subject.pair) ? Float64Array.of(1) : nonzero(subject.outputs, reach, random)
  return { v, u: nonzero(subject.inputs, reach, random) }
}

/** The slopes of all judges who have an opinion. Throws Unusable where none has. */
async function slopesAlongOf(subject: Subject, judges: readonly Judge[], u: Float64Array): Promise<readonly SlopeOf[]> {
  const slopes: SlopeOf[] = []
  for (const judge of judges) {
    const slope = await judge.along(u)
    if (isOpinion(slope)) slopes.push({ judge: judge.name, slope })
  }
  if (slopes.length === 0) throw new Unusable('undecided', silence(subject.pair.gradient, judges))
  return slopes
}

/** One projection, held against every judge. Throws Unusable. */
export async function project(subject: Subject, judges: readonly Judge[], directions: Directions): Promise<Projection> {
  return compareAlong(subject, await slopesAlongOf(subject, judges, directions.u), directions)
}

/** Numbers of a part, and most parts: a gradient of 64 numbers is told apart as well as one of 1,024. */
const PART = 64
const MOST_PARTS = 16
/** Operands whose cost is computed anew for each part. */
const MOST_INPUTS = 2 ** 14

/**
 * The same where rounding is allowed for: its bound grows with the number of terms, and what one small entry has wrong hides
 * in it. So v is taken in parts as well, for the same slopes; of a cost, which has one result, u. Ends at the first that fails.
 */
export async function projectParts(
  subject: Subject,
  judges: readonly Judge[],
  directions: Directions,
): Promise<readonly Projection[]> {
  const { u, v } = directions
  const slopes = await slopesAlongOf(subject, judges, u)
  const all = [await compareAlong(subject, slopes, directions)]
  if (subject.exact || all[0]!.isWrong) return all
  const byInput = isCost(subject.pair)
  if (byInput && u.length > MOST_INPUTS) return all
  for (const part of partsOf(byInput ? u : v, PART, MOST_PARTS)) {
    const projection = byInput
      ? await project(subject, judges, { u: part, v })
      : await compareAlong(subject, slopes, { u, v: part })
    all.push(projection)
    if (projection.isWrong) break
  }
  return all
}

/** A vector as a sum of vectors with every count-th of its numbers; none where it is short enough to stay whole. */
export function partsOf(whole: Float64Array, size: number, most: number): Float64Array[] {
  const count = Math.min(most, Math.ceil(whole.length / size))
  if (count <= 1) return []
  return Array.from({ length: count }, (_, p) => whole.map((n, i) => (i % count === p ? n : 0)))
}

async function compareAlong(subject: Subject, slopes: readonly SlopeOf[], { u, v }: Directions): Promise<Projection> {
  const gradient = await subject.pullBack(v)
  const own = subject.exact ? undefined : subject.expected(v)
  const u64 = formats.float64.u
  let got = 0
  let allowed = 0
  for (let j = 0; j < u.length; j++) {
    if (u[j] === 0) continue
    const term = gradient.data[j]! * u[j]!
    got += term
    // Each entry errs within its bound; multiplying and adding them up here rounds in float64. NaN allows for nothing.
    if (own && Number.isFinite(term)) allowed += own.bound[j]! * Math.abs(u[j]!) + gamma(u.length, u64) * Math.abs(term)
  }
  const opinions: Opinion[] = []
  let isWrong = false
  for (const { judge, slope } of slopes) {
    const doubt = subject.doubt(judge, v)
    let value = 0
    let bound = doubt.reduce((sum, off, j) => sum + off * Math.abs(u[j]!), allowed)
    for (let i = 0; i < v.length; i++) {
      const term = v[i]! * slope.value[i]!
      value += term
      if (own) bound += Math.abs(v[i]!) * slope.error[i]! + gamma(v.length + 1, u64) * Math.abs(term)
    }
    opinions.push({ judge, value, bound })
    const expected = agreement(subject.row.name, 'float64', [], Float64Array.of(value), Float64Array.of(bound))
    if (verdict({ shape: [], data: Float64Array.of(got) }, expected).grade === 'wrong') isWrong = true
  }
  return { u, v, got, opinions, isWrong }
}

/** Why nothing was decided. */
export const silence = (gradient: string, judges: readonly Judge[]): string =>
  `${gradient}: no judge has an opinion (${judges.map(({ name }) => name).join(', ')}): the slope at these values is no finite number; ` +
  `take values where the function is neither flat nor overflows`
