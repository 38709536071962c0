/** What an implementation returned for a case, and whether a mistake would have returned the same. */
import { type Expectation, expectation } from '../../properties/bound.ts'
import { type Call, type Case, instantiate } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import { formFault, verdict } from '../../properties/verdict.ts'
import { single } from '../../reference/arithmetic/single.ts'
import type { Implementation, Precision } from '../../reference/contract.ts'
import { sizeOf, type Tensor, tensor } from '../../reference/tensor.ts'
import { judge } from '../judge.ts'
import { isTrap, Trap } from '../trap.ts'
import type { Candidate } from './hypotheses.ts'
import { predict, valueUnder } from './predict.ts'

export interface Evidence {
  readonly case: Case
  readonly call: Call
  /** 'wrong' covers a wrong shape. */
  readonly outcome: 'held' | 'wrong' | 'convention' | 'threw'
  /** What came; undefined where the call threw. */
  readonly result: unknown
  /** What should have come. */
  readonly expected: Expectation
  /** Numbers to compute: the cheap ones are held against the hypotheses first. */
  readonly cost: number
}

/** Told before each call, so that a hang or a crash is known by its case. */
export type Started = (descriptor: string) => void

/** Runs a case; undefined where it says nothing: not supported, operands changed, results shared. */
export async function observe(
  implementation: Implementation,
  c: Case,
  started: Started = () => {},
): Promise<Evidence | undefined> {
  started(printCase(c))
  const outcome = await judge(implementation, c)
  if (outcome.status === 'unsupported' || outcome.status === 'not offered') return undefined
  const call = instantiate(c, implementation.precision)
  const sizes = Object.values(call.operands).map((t) => (t ? sizeOf(t.shape) : 1))
  const { row, operands, attributes } = call
  const expected = expectation(row, operands, attributes, implementation.precision, implementation.numerics)
  const common = { case: c, call, expected, cost: call.row.terms(c.sizes, call.attributes) * Math.max(...sizes) }
  if (outcome.status === 'held') return { ...common, outcome: 'held', result: copied(outcome.result) }
  if (isTrap(outcome.kind, outcome.message)) throw new Trap(outcome.message)
  if (outcome.kind === 'threw') return { ...common, outcome: 'threw', result: undefined }
  if (outcome.kind === 'convention') return { ...common, outcome: 'convention', result: copied(outcome.result) }
  return outcome.kind === 'wrong' || outcome.kind === 'shape'
    ? { ...common, outcome: 'wrong', result: copied(outcome.result) }
    : undefined
}

/** A later call may write to the same memory. */
const copied = (result: unknown): unknown => structuredClone(result)

/**
 * What a case says of a mistake. Nothing where the call threw, or where a program with the mistake would have to refuse the
 * call and went wrong instead: what such a program returns then, an empty result or cells of a padding, nobody knows. Where
 * errors are to be explained, a difference that is a convention (NaN, ties) does not speak against a mistake.
 */
export function testimony(
  e: Evidence,
  { mistake }: Candidate,
  { precision, numerics }: Implementation,
  lenient: boolean,
): 'for' | 'against' | 'nothing' {
  if (e.outcome === 'threw') return 'nothing'
  if (mistake.where && !mistake.where(e.call)) {
    // The textbook, and what the verdict made of it.
    return e.outcome === 'held' || (lenient && e.outcome === 'convention') ? 'for' : 'against'
  }
  const expected = predict(e.call, mistake, precision, numerics)
  if (expected === undefined) return e.outcome === 'wrong' ? 'nothing' : 'against'
  if (!differs(e.result, expected, lenient)) return 'for'
  return precision === 'float32' && overflows(e, mistake, expected) ? 'nothing' : 'against'
}

/** Whether a number came out infinite or NaN where its formula in float32 leaves the range, and float64 does not: as exp and log do. */
function overflows({ call, result }: Evidence, mistake: Candidate['mistake'], expected: Expectation): boolean {
  const { data } = result as Tensor
  const lost = (values: ArrayLike<number>, i: number): boolean =>
    !Number.isFinite(values[i]) && Number.isFinite(expected.value[i])
  if (data?.length !== expected.value.length || !expected.value.some((_, i) => lost(data, i))) return false
  const narrow = valueUnder(call, mistake, 'float32', single)?.data
  return narrow !== undefined && expected.value.some((_, i) => lost(narrow, i))
}

/** By the verdict; a result that a mistake leaves empty has a form and no number to compare. */
export function differs(result: unknown, expected: Expectation, lenient: boolean): boolean {
  if (expected.value.length === 0) return formFault(result, expected) !== undefined
  const found = verdict(result, expected)
  return found.grade === 'wrong' && !(lenient && found.fault === 'convention')
}

/** Whether a case tells two programs apart: the result of the one is wrong for the other. The textbook is the one without a mistake. */
export function separates(
  call: Call,
  a: Candidate['mistake'],
  b: Candidate['mistake'],
  precision: Precision,
  lenient: boolean,
): boolean {
  const [one, other] = [predict(call, a, precision), predict(call, b, precision)]
  if (one === undefined || other === undefined) return one !== other
  return differs(tensor(one.shape, one.value, precision), other, lenient)
}
