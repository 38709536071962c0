/**
 * Two mistakes in one program. Some ten thousand pairs an operator are too many to run, so those come first that can be: where
 * one of the two is not seen, because its case has no padding, say, the other alone must reproduce what came.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Implementation, Precision } from '../../reference/contract.ts'
import type { TensorOf } from '../../reference/tensor.ts'
import type { Evidence } from './evidence.ts'
import type { Candidate } from './hypotheses.ts'
import { bothOf, type Mistake } from './mistake.ts'
import { valueUnder } from './predict.ts'

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
    for (const mistake of [bothOf(one.mistake, other.mistake), bothOf(other.mistake, one.mistake)]) {
      const isNear = mistake && failing.slice(0, LOOKED_AT).every((e) => near(e, mistake, implementation.precision))
      yield isNear ? { hypotheses, mistake } : undefined
    }
  }
}

/** Witnesses, the cheap ones first, that a pair is roughly held against before its bounds are worth reckoning. */
const LOOKED_AT = 3

/** Whether a program with the mistake comes anywhere near what came; much wider than any bound. */
function near({ call, outcome, result }: Evidence, mistake: Mistake, precision: Precision): boolean {
  if (outcome === 'threw') return true
  const y = valueUnder(call, mistake, precision)
  return y === undefined || isNear(y, result)
}

function isNear(y: TensorOf<number>, result: unknown): boolean {
  if (!isTensor(result) || !isDeepStrictEqual([...y.shape], [...result.shape])) return false
  const most = largestOf(result.data)
  for (let i = 0; i < y.data.length; i++) {
    const [v, got] = [y.data[i]!, result.data[i]!]
    if (!Number.isFinite(v) || !Number.isFinite(got)) continue
    if (Math.abs(v - got) > NEAR * Math.max(Math.abs(v), Math.abs(got)) + NEAR_NOTHING * most) return false
  }
  return true
}
const [NEAR, NEAR_NOTHING] = [1e-3, 1e-5]

const largestOf = (data: ArrayLike<number>): number => {
  let most = 0
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) most = Math.max(most, Math.abs(data[i]!))
  return most
}

const isTensor = (result: unknown): result is TensorOf<number> =>
  typeof result === 'object' && result !== null && 'shape' in result && 'data' in result && Array.isArray(result.shape)

/** Cases that may speak against a pair: what is not seen alone may be seen together, a sign in a softmax over one class, say. */
const MOST_AGAINST = 5

/** On how many cases one of the two is not seen and the other does not explain what came. */
function against(a: Trace, b: Trace): number {
  return a.seen.filter((seen, e) => !((seen || b.alone[e]!) && (b.seen[e]! || a.alone[e]!))).length
}

function traced(
  candidate: Candidate,
  failing: readonly Evidence[],
  { precision }: Implementation,
  lenient: boolean,
): Trace {
  const [seen, alone]: [boolean[], boolean[]] = [[], []]
  for (const e of failing) {
    const y = valueUnder(e.call, candidate.mistake, precision)
    seen.push(!y || !isDeepStrictEqual([...y.shape], [...e.expected.shape]) || differsFromRight(y, e))
    alone.push(e.outcome === 'threw' || (y !== undefined && isNear(y, e.result) && (lenient || isSame(y, e.result))))
  }
  return { candidate, seen, alone }
}

/** Whether some number is another one than the textbook's, beyond its bound. */
function differsFromRight({ data }: TensorOf<number>, { expected: { value, bound } }: Evidence): boolean {
  for (let i = 0; i < value.length; i++) {
    const [v, right] = [data[i]!, value[i]!]
    if (Number.isFinite(v) && Number.isFinite(right) ? Math.abs(v - right) > bound[i]! : !Object.is(v, right))
      return true
  }
  return false
}

/** Where conventions are to be explained, NaN and infinities count. */
function isSame({ data }: TensorOf<number>, result: unknown): boolean {
  if (!isTensor(result)) return false
  for (let i = 0; i < data.length; i++) {
    const [v, got] = [data[i]!, result.data[i]!]
    if (!(Number.isFinite(v) && Number.isFinite(got)) && !Object.is(v, got)) return false
  }
  return true
}
