/**
 * The quick check: one random direction u of the operand and one random cotangent v,
 *
 *   ⟨Jᵀ·v, u⟩ = ⟨v, J·u⟩,
 *
 * one gradient and one slope instead of a whole Jacobian. A single wrong entry always shows, for u and v have no zeros;
 * several hide only where they cancel. Source: the fast mode of torch.autograd.gradcheck; Griewank & Walther 2008, §3.
 */
import { agreement } from '../agreement.ts'
import { formats, gamma } from '../format.ts'
import type { Random } from '../random.ts'
import { type Verdict, verdict } from '../verdict.ts'
import { isOpinion, type Judge, type JudgeName } from './judge.ts'
import { isCost } from './pair.ts'
import { nonzero } from './point.ts'
import { type Subject, Unusable } from './subject.ts'

/** What one judge says a derivative is. */
export interface Opinion {
  readonly judge: JudgeName
  readonly value: number
  /** How far from the judge's value the gradient may be. */
  readonly bound: number
}

export interface Projection {
  readonly got: number
  readonly opinions: readonly Opinion[]
  readonly verdicts: readonly Verdict[]
}

/** One projection, held against every judge. Throws Unusable. */
export async function project(subject: Subject, judges: readonly Judge[], random: Random): Promise<Projection> {
  const { reach } = subject.point
  const v = isCost(subject.pair) ? Float64Array.of(1) : nonzero(subject.outputs, reach, random)
  const u = nonzero(subject.inputs, reach, random)
  const gradient = await subject.pullBack(v)
  const own = subject.exact ? undefined : subject.expected(v)
  const u64 = formats.float64.u
  let got = 0
  let allowed = 0
  for (let j = 0; j < u.length; j++) {
    const term = gradient.data[j]! * u[j]!
    got += term
    // Each entry errs within its bound; multiplying and adding them up here rounds in float64.
    if (own) allowed += own.bound[j]! * Math.abs(u[j]!) + gamma(u.length, u64) * Math.abs(term)
  }
  const opinions: Opinion[] = []
  const verdicts: Verdict[] = []
  for (const judge of judges) {
    const slope = await judge.along(u)
    if (!isOpinion(slope)) continue
    const doubt = subject.doubt(judge.name, v)
    let value = 0
    let bound = doubt.reduce((sum, off, j) => sum + off * Math.abs(u[j]!), allowed)
    for (let i = 0; i < v.length; i++) {
      const term = v[i]! * slope.value[i]!
      value += term
      if (own) bound += Math.abs(v[i]!) * slope.error[i]! + gamma(v.length + 1, u64) * Math.abs(term)
    }
    opinions.push({ judge: judge.name, value, bound })
    const expected = agreement(subject.row.name, 'float64', [], Float64Array.of(value), Float64Array.of(bound))
    verdicts.push(verdict({ shape: [], data: Float64Array.of(got) }, expected))
  }
  if (opinions.length === 0) throw new Unusable('undecided', silence(subject.pair.gradient, judges))
  return { got, opinions, verdicts }
}

/** Why nothing was decided. */
export const silence = (gradient: string, judges: readonly Judge[]): string =>
  `${gradient}: no judge has an opinion (${judges.map(({ name }) => name).join(', ')}): the slope at these values is no finite number; ` +
  `take values where the function is neither flat nor overflows`
