/**
 * Two mistakes in one program. Some ten thousand pairs an operator are too many to run, so those come first that can be: where
 * one of the two is not seen, because its case has no padding, say, the other alone must reproduce what came.
 */
import type { Implementation } from '../../reference/contract.ts'
import { tensor } from '../../reference/tensor.ts'
import { agreesWith, differs, type Evidence } from './evidence.ts'
import type { Candidate } from './hypotheses.ts'
import { bothOf } from './mistake.ts'
import { predict } from './predict.ts'

/** A mistake on each failing case: whether it is seen there, and whether it alone reproduces what came. */
interface Trace {
  readonly candidate: Candidate
  readonly seen: readonly boolean[]
  readonly alone: readonly boolean[]
}

/** Programs that make two mistakes of different names, and that the failing cases, each for itself, do not rule out. */
export function* pairsOf(
  singles: readonly Candidate[],
  failing: readonly Evidence[],
  implementation: Implementation,
  lenient: boolean,
): Iterable<Candidate | undefined> {
  const traces: Trace[] = []
  for (const candidate of singles) {
    if (candidate.hypotheses.some(({ alone }) => alone)) continue
    const trace = traced(candidate, failing, implementation, lenient)
    if (trace.seen.includes(true)) traces.push(trace)
    yield undefined
  }
  const ranked = traces
    .flatMap((a, i) => traces.slice(i + 1).map((b) => ({ a, b, against: against(a, b) })))
    .filter(({ a, b, against }) => against <= MOST_AGAINST && a.candidate.hypotheses[0] !== b.candidate.hypotheses[0])
    .sort((one, other) => one.against - other.against)
  for (const { a, b } of ranked) {
    const [one, other] = [a.candidate, b.candidate]
    const hypotheses = [...one.hypotheses, ...other.hypotheses]
    for (const mistake of [bothOf(one.mistake, other.mistake), bothOf(other.mistake, one.mistake)])
      if (mistake) yield { hypotheses, mistake }
  }
}

/** Cases that may speak against a pair: what is not seen alone may be seen together, a sign in a softmax over one class, say. */
const MOST_AGAINST = 7

/** On how many cases one of the two is not seen and the other does not explain what came. */
function against(a: Trace, b: Trace): number {
  return a.seen.filter((seen, e) => !((seen || b.alone[e]!) && (b.seen[e]! || a.alone[e]!))).length
}

function traced(
  candidate: Candidate,
  failing: readonly Evidence[],
  { precision, numerics }: Implementation,
  lenient: boolean,
): Trace {
  const [seen, alone]: [boolean[], boolean[]] = [[], []]
  for (const e of failing) {
    const expected = predict(e.call, candidate.mistake, precision, numerics)
    seen.push(!expected || differs(tensor(expected.shape, expected.value, precision), e.expected, false))
    alone.push(agreesWith(e, expected, lenient))
  }
  return { candidate, seen, alone }
}
