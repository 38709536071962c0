/** The audit of one operator of one implementation, in the process it runs in: cases, verdicts, shrinking, findings. */

import { sampleCases } from '../properties/arbitrary/case.ts'
import { classPairs } from '../properties/arbitrary/classes.ts'
import type { Case } from '../properties/case.ts'
import { parseCase, printCase } from '../properties/descriptor.ts'
import type { Grade } from '../properties/verdict.ts'
import type { Implementation, OperatorName } from '../reference/contract.ts'
import { type OperatorRow, operatorRow } from '../reference/operators.ts'
import type { Tensor } from '../reference/tensor.ts'
import { causeOf } from './diagnosis/diagnosis.ts'
import type { Examination, Manner } from './examination.ts'
import { featuresOf } from './features.ts'
import {
  afterCalls,
  examinedFinding,
  type Finding,
  type FindingKind,
  findingOf,
  isConvention,
  isHarmless,
} from './finding.ts'
import { lastChanged, siblingsOf } from './history.ts'
import { judge, type Outcome, sameBits } from './judge.ts'
import type { Examined } from './manner.ts'
import { coverageOf, plannedCases } from './planned.ts'
import { Journal } from './record/journal.ts'
import { type ShrinkOptions, shrinkCalls } from './shrink.ts'
import { emptyTally, type Tally } from './tally.ts'
import { isTrap, Trap } from './trap.ts'

export interface Plan {
  readonly operator: OperatorName
  /** Cases to judge; those that the implementation does not support do not count. */
  readonly cases: number
  readonly seed: number
  /** What plannedCases chooses, where somebody has chosen it already. */
  readonly planned?: readonly Case[]
}

export interface Hooks {
  /** Before each call, so that a hang or a crash is known by its case. */
  started(descriptor: string, index: number, tally: Tally): void
  found(finding: Finding): void
  /** The tally behind a case, also of one that was on record. */
  resumed?(tally: Tally): void
}

/** Failures of a kind shrunk an operator; further ones are counted with the first finding of their kind. */
const MOST_SHRUNK = 2
/** An implementation that supports few of the cases is given this many times as many. */
const PATIENCE = 12
/** Candidates tried where each is several calls. */
const SHRINK_ROWS = 300
/** Failing cases, as they were drawn, that a diagnosis has to reproduce besides the smallest ones. */
const MOST_FAILING = 8
/** Cases that held which others are called after, and which laws are tried on. */
const MOST_HELD = 12
/** Of these the first are called in rows. */
const MOST_ROWS = 4
/** Cases drawn at a time behind the planned ones. */
const BATCH = 100
/** A share of tolerable elements above this is suspect: correct code has next to none. */
const SUSPECT_SHARE = 0.02

/** The planned cases, then any: for what supports few of them, and while failures are still being discovered. */
function* casesOf(row: OperatorRow, planned: readonly Case[], seed: number): Iterable<Case> {
  yield* planned
  for (let batch = 1; ; batch++) yield* sampleCases(row, BATCH, seed + batch)
}

/** What a report keeps of an outcome: JSON as it is, for a record. */
type Seen =
  | { readonly status: 'held'; readonly grade: Grade; readonly tolerable: number; readonly changed: string | null }
  | { readonly status: 'unsupported' }
  | { readonly status: 'not offered' }
  | Failure

interface Failure {
  readonly status: 'failed'
  readonly kind: FindingKind
  readonly message: string
  readonly first?: { index: readonly number[]; expected: number; got: number; bound: number }
}

/** Every call of the implementation stands in a step of the journal: what is on record is not asked again. */
export async function auditOperator(
  implementation: Implementation,
  plan: Plan,
  hooks: Hooks,
  journal: Journal = new Journal(),
): Promise<Tally> {
  const row = operatorRow(plan.operator)
  const tally = emptyTally()
  const findings = new Map<string, Finding>()
  const shrunk = new Map<FindingKind, number>()
  let suspect: { share: number; descriptor: string } | undefined
  let previous: { result: Tensor; copy: Tensor['data']; descriptor: string } | undefined
  /** The last case that held, should `previous` have to be computed again behind a record. */
  let lastHeld: Case | undefined
  const failing: Case[] = []
  /** The call before, of which a failure may come. */
  let before: Case | undefined
  const held: Case[] = []
  const shown = new Set<string>()
  let index = 0
  /** Where the last failure was found that nothing before it was like. */
  let lastNews = 0
  const planned = plan.planned ?? plannedCases(row, plan.cases, plan.seed)
  for (const c of casesOf(row, planned, plan.seed)) {
    const isDone = index >= planned.length && tally.cases >= plan.cases && index - lastNews > plan.cases / 2
    if (isDone || index >= Math.max(planned.length, plan.cases * PATIENCE)) break
    index++
    const descriptor = printCase(c)
    const step = await journal.step(`case ${descriptor}`, () => judged(c, descriptor))
    if (step === undefined) {
      tally.cases++
      tally.failed++
      show(c)
      hooks.resumed?.(tally)
      continue
    }
    Object.assign(tally, structuredClone(step.tally))
    hooks.resumed?.(tally)
    const { seen } = step
    if (seen.status === 'unsupported' || seen.status === 'not offered') continue
    show(c)
    if (seen.status === 'failed') {
      if (failing.length < MOST_FAILING) failing.push(c)
      await record(c, seen, before)
      before = c
      continue
    }
    if (seen.changed !== null) {
      const message = `${row.name}: this call changed the result of the call before, ${seen.changed}`
      await record(c, { status: 'failed', kind: 'result-shared', message }, before)
    }
    before = c
    lastHeld = c
    if (held.length < MOST_HELD) held.push(c)
    if (seen.tolerable > (suspect?.share ?? 0)) suspect = { share: seen.tolerable, descriptor }
  }
  tally.coverage = coverageOf(row, shown)
  reportSuspect()
  await tryHistories()
  await tryManners()
  await nameCauses()
  return tally

  function show(c: Case): void {
    for (const pair of classPairs(c)) shown.add(pair)
  }

  async function judged(c: Case, descriptor: string): Promise<{ seen: Seen; tally: Tally }> {
    // Behind a death nothing is left of the calls before, and what they would do to new memory nobody knows.
    if (!previous && lastHeld && !journal.died) await hold(lastHeld)
    hooks.started(descriptor, index - 1, tally)
    const before = previous
    const outcome = await hold(c)
    const now = structuredClone(tally)
    if (outcome.status === 'unsupported') now.unsupported++
    if (outcome.status === 'unsupported') return { seen: { status: 'unsupported' }, tally: now }
    if (outcome.status === 'not offered') return { seen: { status: 'not offered' }, tally: now }
    now.cases++
    if (outcome.status === 'failed') {
      now.failed++
      return { seen: failureOf(outcome), tally: now }
    }
    const { verdict, result } = outcome
    add(now, verdict.counts, verdict.weak, verdict.worst)
    const changed = before && !sameBits(before.result.data, before.copy) ? before.descriptor : null
    const tolerable = verdict.counts.tolerable / result.data.length
    return { seen: { status: 'held', grade: verdict.grade, tolerable, changed }, tally: now }
  }

  /** Judges; what holds is kept, to see whether the next call changes it. Throws Trap. */
  async function hold(c: Case): Promise<Outcome> {
    const outcome = await judge(implementation, c)
    refuseTrap(outcome)
    if (outcome.status === 'held')
      previous = { result: outcome.result, copy: outcome.result.data.slice(), descriptor: printCase(c) }
    return outcome
  }

  async function record(c: Case, outcome: Failure, before: Case | undefined): Promise<void> {
    const times = shrunk.get(outcome.kind) ?? 0
    shrunk.set(outcome.kind, times + 1)
    const isShrunk = times < MOST_SHRUNK
    const small =
      isShrunk && outcome.kind !== 'result-shared'
        ? await smallestOf(printCase(c), [c], outcome, ([one]) => failureOn(one!))
        : undefined
    const smallest = small?.calls.at(-1) ?? c
    const final = small?.failure ?? outcome
    const features = featuresOf(smallest)
    // A failure that was not shrunk counts with the first finding of its kind.
    const sameKind = [...findings.values()].find((f) => f.kind === final.kind)
    const key = isShrunk || !sameKind ? `${final.kind} ${features.join(' ')}` : keyOf(sameKind)
    const seen = findings.get(key)
    const finding = seen
      ? { ...seen, times: seen.times + 1 }
      : {
          ...findingOf(implementation.name, smallest, final.kind, final.message, final.first, features),
          ...(before ? { origin: { case: printCase(c), before: [printCase(before)] } } : {}),
        }
    if (!seen && !isHarmless(finding)) lastNews = index
    findings.set(key, finding)
    hooks.found(finding)
  }

  /** Calls straight after others that they resemble, where all held alone: the first failure is reported. */
  async function tryHistories(): Promise<void> {
    if (hasFailed()) return
    for (const [i, a] of held.slice(0, MOST_ROWS).entries()) {
      const written = lastChanged(a, implementation.precision)
      for (const b of [...siblingsOf(a), ...held.slice(i + 1, i + 2), ...(written ? [written] : [])]) {
        const name = `${printCase(a)}, then ${printCase(b)}, then the first`
        const step = await journal.step(name, () => inARow([a, b, a]))
        if (!step?.failure) continue
        const [c, last] = step.at === 1 ? [b, a] : [a, b]
        if (failing.length < MOST_FAILING) failing.push(c)
        return recordRow([last, c], step.failure)
      }
    }
  }

  /** The smallest calls in a row of which the last one fails. */
  async function recordRow(calls: readonly [Case, Case], failure: Failure): Promise<void> {
    const lastOf = async (row: readonly Case[]): Promise<Failure | undefined> => {
      const { at, failure } = await inARow(row)
      return at === row.length - 1 ? failure : undefined
    }
    const small = await smallestOf(calls.map(printCase).join(', then '), calls, failure, lastOf, { calls: SHRINK_ROWS })
    const [last, c] = calls
    if (!small) return record(c, failure, last)
    const { kind, message, first } = small.failure
    const [history, smallest] = [small.calls.slice(0, -1), small.calls.at(-1)!]
    const finding = findingOf(implementation.name, smallest, kind, message, first, featuresOf(smallest))
    const after = afterCalls(implementation.name, finding, history.map(printCase))
    findings.set(keyOf(after), after)
    hooks.found({ ...after, origin: { case: printCase(c), before: [printCase(last)] } })
  }

  /** Other manners of calling, where single calls and rows of them held: the first failure of each is reported. */
  async function tryManners(): Promise<void> {
    if (hasFailed() || held.length === 0) return
    // Loaded where it is used: laws and gradient checks, which processes that only judge single cases would pay for.
    const [{ examinationsOf }, { examine }] = await Promise.all([import('./beyond.ts'), import('./manner.ts')])
    const failed = new Set<Manner | undefined>()
    for (const e of examinationsOf(implementation, row.name, held, plan.seed)) {
      if (failed.has(e.manner)) continue
      const examined = async (calls: readonly Case[]): Promise<Failure | undefined> => {
        const one = over(e, calls)
        hooks.started(printCase(one.case), index - 1, tally)
        const outcome = await examine(implementation, one)
        refuseTrap(outcome)
        return outcome.status === 'failed' && !isConvention(outcome.kind) ? failureOf(outcome) : undefined
      }
      // A law, a gradient or a manner does not speak of every candidate, which it says by a RangeError.
      const asked = (candidate: readonly Case[]): Promise<Failure | undefined> =>
        examined(candidate).catch((error: unknown) => {
          if (error instanceof RangeError) return undefined
          throw error
        })
      if (e.manner === 'law' && !(await holds(e.case))) continue
      const calls = [...(e.others ?? []), e.case]
      const name = [e.manner, e.of, ...calls.map(printCase)].filter(Boolean).join(' ')
      const step = await journal.step(name, async () => ({ failure: await examined(calls) }))
      if (!step?.failure) continue
      failed.add(e.manner)
      const { failure } = step
      // Results that differ and are right each time need no smallest case.
      const options = { calls: SHRINK_ROWS, drops: e.manner === 'together' }
      const small = isHarmless(failure) ? undefined : await smallestOf(name, calls, failure, asked, options)
      const finding = examinedFinding(implementation.name, small ? over(e, small.calls) : e, small?.failure ?? failure)
      const origin = { case: printCase(e.case), before: (e.others ?? []).map(printCase) }
      hooks.found(small ? { ...finding, origin } : finding)
    }
  }

  /** A law is tried on what is right by itself: a case that is not is a finding of its own. */
  async function holds(c: Case): Promise<boolean> {
    const step = await journal.step(`alone ${printCase(c)}`, () => inARow([c]))
    if (step?.failure) await record(c, step.failure, before)
    return step !== undefined && !step.failure
  }

  function hasFailed(): boolean {
    return [...findings.values()].some((finding) => !isHarmless(finding))
  }

  async function failureOn(c: Case): Promise<Failure | undefined> {
    hooks.started(printCase(c), index - 1, tally)
    const outcome = await judge(implementation, c)
    refuseTrap(outcome)
    return outcome.status === 'failed' ? failureOf(outcome) : undefined
  }

  /** The first that fails in a row of calls, and its place. */
  async function inARow(calls: readonly Case[]): Promise<{ at: number; failure?: Failure }> {
    for (const [at, c] of calls.entries()) {
      const failure = await failureOn(c)
      if (failure && !isConvention(failure.kind)) return { at, failure }
    }
    return { at: calls.length }
  }

  /** Calls made smaller as long as they fail in the same way; undefined where the target died on the way. */
  async function smallestOf(
    name: string,
    calls: readonly Case[],
    failure: Failure,
    failureIn: (calls: readonly Case[]) => Promise<Failure | undefined>,
    options: Omit<ShrinkOptions, 'precision'> = {},
  ): Promise<{ calls: readonly Case[]; failure: Failure } | undefined> {
    const step = await journal.step(`shrink ${name}`, async () => {
      const stillFails = async (candidate: readonly Case[]): Promise<boolean> =>
        (await failureIn(candidate))?.kind === failure.kind
      const smallest = await shrinkCalls(calls, stillFails, { ...options, precision: implementation.precision })
      const again = smallest === calls ? failure : await failureIn(smallest)
      return { calls: smallest.map(printCase), failure: again ?? failure }
    })
    return step && { calls: step.calls.map(parseCase), failure: step.failure }
  }

  /** Looks for the mistake that explains the findings, and reports them again under its name. */
  async function nameCauses(): Promise<void> {
    const smallest = [...findings.values()].map((finding) => parseCase(finding.case))
    if (smallest.length === 0) return
    const started = (descriptor: string): void => hooks.started(descriptor, index - 1, tally)
    // Loaded where there is something to name: some 350 hypotheses, a fifth of a second that every start of a process would pay.
    const { diagnose } = await import('./diagnosis/diagnose.ts')
    const named = await journal.step('diagnosis', async () => ({
      diagnosis: await diagnose(implementation, row.name, [...smallest, ...failing], { seed: plan.seed, started }),
    }))
    const diagnosis = named?.diagnosis
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

function failureOf({ kind, message, verdict }: Extract<Outcome, { status: 'failed' }>): Failure {
  return { status: 'failed', kind, message, ...(verdict?.first ? { first: verdict.first } : {}) }
}

/** An examination of other calls: the last is the one that is judged. */
const over = (e: Examination, calls: readonly Case[]): Examination => ({
  ...e,
  case: calls.at(-1)!,
  ...(e.others && { others: calls.slice(0, -1) }),
})

function refuseTrap(outcome: Examined): void {
  if (outcome.status === 'failed' && isTrap(outcome.kind, outcome.message)) throw new Trap(outcome.message)
}

const keyOf = (finding: Finding): string => `${finding.kind} ${finding.features.join(' ')}`

function add(tally: Tally, counts: Readonly<Record<Grade, number>>, weak: boolean, worst: number): void {
  if (weak) tally.weak++
  for (const grade of ['exact', 'accurate', 'tolerable', 'wrong'] as const) tally.elements[grade] += counts[grade]
  tally.worst = Math.max(tally.worst, worst)
}
