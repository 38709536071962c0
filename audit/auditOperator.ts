/** The audit of one operator of one implementation, in the process it runs in: cases, verdicts, shrinking, findings. */

import { sampleCases } from '../properties/arbitrary/case.ts'
import { coveringCases } from '../properties/arbitrary/cover.ts'
import type { Case } from '../properties/case.ts'
import { parseCase, printCase } from '../properties/descriptor.ts'
import type { Draw } from '../properties/values.ts'
import type { Grade } from '../properties/verdict.ts'
import type { Implementation, OperatorName } from '../reference/contract.ts'
import { type OperatorRow, operatorRow } from '../reference/operators.ts'
import type { Tensor } from '../reference/tensor.ts'
import { diagnose } from './diagnosis/diagnose.ts'
import { causeOf } from './diagnosis/diagnosis.ts'
import { featuresOf } from './features.ts'
import type { Finding, FindingKind } from './finding.ts'
import { judge, type Outcome, sameBits } from './judge.ts'
import { shrink } from './shrink.ts'
import { isTrap, Trap } from './trap.ts'

export interface Plan {
  readonly operator: OperatorName
  /** Cases to judge; those that the implementation does not support do not count. */
  readonly cases: number
  readonly seed: number
  /** Index of the first case: an audit goes on behind the case that ended the process. */
  readonly from?: number
  /** Cases that were judged before it. */
  readonly done?: number
}

/** What was seen so far. */
export interface Tally {
  cases: number
  failed: number
  weak: number
  unsupported: number
  /** Elements by grade, over the cases that held. */
  elements: Record<Grade, number>
  /** Largest error in units of its bound, over the cases that held. */
  worst: number
}

export interface Hooks {
  /** Before each call, so that a hang or a crash is known by its case. */
  started(descriptor: string, index: number, tally: Tally): void
  found(finding: Finding): void
}

export const emptyTally = (): Tally => ({
  cases: 0,
  failed: 0,
  weak: 0,
  unsupported: 0,
  elements: { exact: 0, accurate: 0, tolerable: 0, wrong: 0 },
  worst: 0,
})

/** Failures of a kind shrunk an operator; further ones are counted with the first finding of their kind. */
const MOST_SHRUNK = 2
/** An implementation that supports few of the cases is given this many times as many. */
const PATIENCE = 12
/** Failing cases, as they were drawn, that a diagnosis has to reproduce besides the smallest ones. */
const MOST_FAILING = 8
/** A share of tolerable elements above this is suspect: correct code has next to none. */
const SUSPECT_SHARE = 0.02

/** Decisive ones first: exact integers and impulses, then those where conventions live. */
const turns: readonly Draw[] = [
  'exact',
  'impulse',
  'exact',
  'special',
  'tie',
  'negative',
  'real',
  'special',
  'image',
  'exact',
  'tie',
  'impulse',
]

/** Cases that differ as much as so few can, then any. */
function* casesOf(row: OperatorRow, count: number, seed: number): Iterable<Case> {
  yield* coveringCases(row, Math.min(count, 100), seed, turns)
  for (let batch = 1; ; batch++) yield* sampleCases(row, 100, seed + batch)
}

export async function auditOperator(implementation: Implementation, plan: Plan, hooks: Hooks): Promise<Tally> {
  const row = operatorRow(plan.operator)
  const tally = emptyTally()
  const findings = new Map<string, Finding>()
  const shrunk = new Map<FindingKind, number>()
  let suspect: { share: number; descriptor: string } | undefined
  let previous: { result: Tensor; copy: Tensor['data']; descriptor: string } | undefined
  const failing: Case[] = []
  let index = 0
  for (const c of casesOf(row, plan.cases, plan.seed)) {
    if (tally.cases + (plan.done ?? 0) >= plan.cases || index >= plan.cases * PATIENCE) break
    if (index++ < (plan.from ?? 0)) continue
    const descriptor = printCase(c)
    hooks.started(descriptor, index - 1, tally)
    const outcome = await judge(implementation, c)
    if (outcome.status === 'unsupported') tally.unsupported++
    if (outcome.status === 'unsupported' || outcome.status === 'not offered') continue
    tally.cases++
    if (outcome.status === 'failed') {
      tally.failed++
      if (failing.length < MOST_FAILING) failing.push(c)
      await record(c, outcome)
      continue
    }
    if (previous && !sameBits(previous.result.data, previous.copy)) {
      const message = `${row.name}: this call changed the result of the call before, ${previous.descriptor}`
      await record(c, { status: 'failed', kind: 'result-shared', message })
    }
    previous = { result: outcome.result, copy: outcome.result.data.slice(), descriptor }
    add(tally, outcome.verdict.counts, outcome.verdict.weak, outcome.verdict.worst)
    const share = outcome.verdict.counts.tolerable / outcome.result.data.length
    if (share > (suspect?.share ?? 0)) suspect = { share, descriptor }
  }
  reportSuspect()
  await nameCauses()
  return tally

  async function record(c: Case, outcome: Extract<Outcome, { status: 'failed' }>): Promise<void> {
    if (isTrap(outcome.kind, outcome.message)) throw new Trap(outcome.message)
    const before = shrunk.get(outcome.kind) ?? 0
    shrunk.set(outcome.kind, before + 1)
    const isShrunk = before < MOST_SHRUNK
    const smallest = isShrunk && outcome.kind !== 'result-shared' ? await smallestOf(c, outcome.kind) : c
    const again = smallest === c ? outcome : await judge(implementation, smallest)
    const final = again.status === 'failed' ? again : outcome
    const features = featuresOf(smallest)
    // A failure that was not shrunk counts with the first finding of its kind.
    const sameKind = [...findings.values()].find((f) => f.kind === final.kind)
    const key = isShrunk || !sameKind ? `${final.kind} ${features.join(' ')}` : keyOf(sameKind)
    const seen = findings.get(key)
    const finding = seen
      ? { ...seen, times: seen.times + 1 }
      : findingOf(implementation.name, smallest, final.kind, final.message, final.verdict?.first, features)
    findings.set(key, finding)
    hooks.found(finding)
  }

  async function smallestOf(c: Case, kind: FindingKind): Promise<Case> {
    const stillFails = async (candidate: Case): Promise<boolean> => {
      hooks.started(printCase(candidate), index - 1, tally)
      const outcome = await judge(implementation, candidate)
      if (outcome.status === 'failed' && isTrap(outcome.kind, outcome.message)) throw new Trap(outcome.message)
      return outcome.status === 'failed' && outcome.kind === kind
    }
    return shrink(c, stillFails, { precision: implementation.precision })
  }

  /** Looks for the mistake that explains the findings, and reports them again under its name. */
  async function nameCauses(): Promise<void> {
    const smallest = [...findings.values()].map((finding) => parseCase(finding.case))
    if (smallest.length === 0) return
    const started = (descriptor: string): void => hooks.started(descriptor, index - 1, tally)
    const diagnosis = await diagnose(implementation, row.name, [...smallest, ...failing], { seed: plan.seed, started })
    if (!diagnosis) return
    for (const finding of findings.values()) {
      const isOf = finding.kind === 'convention' ? 'convention' : finding.kind === 'shape' ? 'wrong' : finding.kind
      if (isOf === diagnosis.of) hooks.found({ ...finding, cause: causeOf(diagnosis), diagnosis })
    }
  }

  function reportSuspect(): void {
    const { exact, accurate, tolerable } = tally.elements
    const total = exact + accurate + tolerable
    if (!suspect || total < 100 || tolerable / total < SUSPECT_SHARE) return
    const percent = ((100 * tolerable) / total).toFixed(1)
    const message =
      `${row.name}: ${percent} % of ${total} elements err more than random rounding in ${implementation.precision} explains, ` +
      `yet within the bound; reduced precision or an approximation is likely`
    hooks.found(findingOf(implementation.name, parseCase(suspect.descriptor), 'suspect', message, undefined, []))
  }
}

const keyOf = (finding: Finding): string => `${finding.kind} ${finding.features.join(' ')}`

function add(tally: Tally, counts: Readonly<Record<Grade, number>>, weak: boolean, worst: number): void {
  if (weak) tally.weak++
  for (const grade of ['exact', 'accurate', 'tolerable', 'wrong'] as const) tally.elements[grade] += counts[grade]
  tally.worst = Math.max(tally.worst, worst)
}

/** A finding in the form of the report. */
export function findingOf(
  implementation: string,
  c: Case,
  kind: FindingKind,
  message: string,
  first: { index: readonly number[]; expected: number; got: number; bound: number } | undefined,
  features: readonly string[],
): Finding {
  const descriptor = printCase(c)
  return {
    operator: c.operator,
    case: descriptor,
    kind,
    cause: null,
    where: first?.index ?? null,
    expected: first?.expected ?? null,
    got: first?.got ?? null,
    bound: first?.bound ?? null,
    message,
    features,
    times: 1,
    replay: `cnn-oracle replay --target ${implementation} '${descriptor}'`,
  }
}
