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
    const trace = traced(candidate, failing, implementation, lenient)
    if (trace.seen.includes(true)) traces.push(trace)
    yield undefined
  }
  for (const [i, a] of traces.entries())
    for (const b of traces.slice(i + 1)) {
      if (a.candidate.hypotheses[0] === b.candidate.hypotheses[0] || !isPossible(a, b)) continue
      const [one, other] = [a.candidate, b.candidate]
      const hypotheses = [...one.hypotheses, ...other.hypotheses]
      for (const mistake of [bothOf(one.mistake, other.mistake), bothOf(other.mistake, one.mistake)])
        if (mistake) yield { hypotheses, mistake }
    }
}

/** Each is needed somewhere, and where one is not seen the other explains. */
function isPossible(a: Trace, b: Trace): boolean {
  return a.seen.every((seen, e) => (seen || b.alone[e]!) && (b.seen[e]! || a.alone[e]!))
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
