/** The audit of one implementation from outside its process: restarts it when it dies and confirms what it found. */

import type { Case } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import type { OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import type { Examination } from './examination.ts'
import { featuresOf } from './features.ts'
import { afterCalls, type Finding, findingOf, isHarmless, isOfResult, withoutOrigin } from './finding.ts'
import { Death, type DeathKind, IsolatedTarget, type Limits } from './isolate.ts'
import { plannedCases } from './planned.ts'
import { Processes } from './processes.ts'
import type { Offer, Reply } from './protocol.ts'
import type { AuditRecord } from './record/record.ts'
import { temporaryRecord } from './record/temporary.ts'
import { replayedBy } from './replayLine.ts'
import { shrink } from './shrink.ts'
import { emptyTally, type OperatorReport, type Tally } from './tally.ts'
import { pipeCommand } from './target/target.ts'

export interface AuditOptions {
  readonly cases: number
  readonly seed: number
  /** Empty for all. */
  readonly operators: readonly OperatorName[]
  readonly limits: Limits
  /** Where processes come from and go back to; without it each implementation starts its own. */
  readonly processes?: Processes
  /** Where verdicts are written as they come; a file of its own in the system's folder for those by default. */
  readonly record?: AuditRecord
}

export interface ImplementationReport {
  readonly target: string
  /** What it was loaded from: the name of a target, the path of a module or the command of a program. */
  readonly source?: string
  readonly version: string | null
  readonly precision: string
  readonly operators: OperatorReport[]
  readonly findings: Finding[]
}

/** Told of each step, for the progress bar. */
export type Progress = (implementation: string, operator: OperatorName, cases: number) => void

/** The target cannot be loaded; the message says why and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Deaths of the process after which an operator is given up. */
const MOST_DEATHS = 2
/** Calls spent on making a case smaller that ends the process, and processes that may end over it. */
const CRASH_SHRINK_CALLS = 200
const MOST_ENDED = 3
/** The share of the time limit a call that each of these may take. */
const CRASH_SHRINK_PATIENCE = 0.2

/** The implementations that a target offers. The process that loaded it waits for its audit among `processes`. Throws Refused. */
export async function offersOf(target: string, limits: Limits, processes?: Processes): Promise<readonly Offer[]> {
  const isolated = new IsolatedTarget(limits)
  let waits = false
  try {
    const offers = await loadTarget(isolated, target)
    // A program behind a pipe would be started a second time in there.
    waits = processes !== undefined && pipeCommand(target) === undefined
    if (waits) processes?.give(target, isolated)
    return offers
  } finally {
    if (!waits) isolated.kill()
  }
}

export async function loadTarget(isolated: IsolatedTarget, target: string): Promise<readonly Offer[]> {
  const reply = await isolated.ask({ ask: 'load', target }).catch((error: unknown) => {
    if (error instanceof Death) throw new Refused(`${target} does not load: ${error.message}`)
    throw error
  })
  if (reply.say === 'loaded') return reply.offers
  throw new Refused(reply.say === 'refused' ? reply.message : `${target} does not load`)
}

/** Starts the target from memory that no call has touched: in a new process, or in the same one where it can do so itself. */
async function renew(isolated: IsolatedTarget, target: string, { fragile }: Offer): Promise<void> {
  if (!fragile) isolated.kill()
  await loadTarget(isolated, target)
}

/** Fills `report` as it goes, so that what was found is there even when the audit is cut short. */
export async function auditImplementation(
  target: string,
  offer: Offer,
  options: AuditOptions,
  report: ImplementationReport,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const processes = options.processes ?? new Processes()
  const isolated = processes.take(target, options.limits)
  const fresh = processes.take(target, options.limits)
  const stop = (): void => {
    isolated.kill()
    fresh.kill()
  }
  signal.addEventListener('abort', stop, { once: true })
  const record = options.record ?? temporaryRecord({ ...options, targets: [target] })
  const subject = { target, implementation: offer.name }
  let loaded = false
  try {
    record.begins(subject, offer.version, offer.precision)
    for (const operator of offer.operators) {
      if (signal.aborted) break
      if (options.operators.length > 0 && !options.operators.includes(operator)) continue
      const before = record.finishedOf(subject, operator)
      if (before) {
        report.operators.push(before.report)
        report.findings.push(...before.findings)
        continue
      }
      if (!loaded || !isolated.isRunning) await loadTarget(isolated, target)
      loaded = true
      const found = await auditOne(isolated, target, offer, operator, options, record, report, progress, signal)
      // Kept before they are confirmed: an interruption loses nothing.
      const first = report.findings.push(...found) - found.length
      for (const [i, finding] of found.entries()) {
        const again = await confirmed(fresh, target, offer, finding, signal)
        if (signal.aborted) return
        report.findings[first + i] = withoutOrigin(replayedBy(target, again))
      }
      if (!signal.aborted) record.finish(subject, operator, report.operators.at(-1)!, report.findings.slice(first))
    }
  } catch (error) {
    // It loaded before: what keeps it from loading again is a finding that was made, and the report says where it ends.
    const last = report.operators.at(-1)
    if (!(error instanceof Refused) || !last) throw error
    report.operators[report.operators.length - 1] = { ...last, ended: `it does not start again: ${error.message}` }
  } finally {
    signal.removeEventListener('abort', stop)
    if (signal.aborted || !options.processes) stop()
    else for (const one of [isolated, fresh]) processes.give(target, one)
    if (!options.record) {
      record.close()
      record.drop()
    }
  }
}

/**
 * Cases, findings and deaths of one operator. The target is started again behind each death, and the steps on record bring the
 * audit back to where it stood.
 */
async function auditOne(
  isolated: IsolatedTarget,
  target: string,
  offer: Offer,
  operator: OperatorName,
  options: AuditOptions,
  record: AuditRecord,
  report: ImplementationReport,
  progress: Progress,
  signal: AbortSignal,
): Promise<Finding[]> {
  const subject = { target, implementation: offer.name }
  for (;;) {
    const entries = record.entriesOf(subject, operator)
    const deaths = entries.filter((entry) => entry.is === 'death')
    const givenUp = deaths.length >= MOST_DEATHS
    const findings = new Map<string, Finding>()
    const keep = (finding: Finding): void => {
      const key = `${finding.kind} ${finding.features.join(' ')}`
      const before = findings.get(key)
      findings.set(
        key,
        before && before.case !== finding.case ? { ...before, times: before.times + finding.times } : finding,
      )
    }
    for (const { finding } of deaths) keep(finding)
    let last: { case: string; tally: Tally } = { case: '', tally: emptyTally() }
    const heard = (reply: Reply): void => {
      if (reply.say === 'started') {
        last = reply
        progress(offer.name, operator, reply.tally.cases)
      } else if (reply.say === 'found') keep(reply.finding)
    }
    const { cases, seed } = options
    const plan = { operator, cases, seed, planned: plannedCases(operatorRow(operator), cases, seed) }
    const recorded = { file: record.file, target, entries, ...(givenUp ? { given: 'up' as const } : {}) }
    const ended = await isolated.ask({ ask: 'audit', implementation: offer.name, plan, recorded }, heard).catch(deathOf)
    if (!(ended instanceof Death)) {
      if (ended.say === 'unfit') throw new Refused(`${record.file}: ${ended.message}`)
      if (ended.say !== 'audited')
        throw new Error(`${offer.name}: ${ended.say === 'fault' ? ended.message : ended.say}`)
      const why = givenUp ? { ended: `given up after ${MOST_DEATHS} crashes` } : {}
      report.operators.push({ operator, tally: ended.tally, ...why })
      return [...findings.values()]
    }
    if (signal.aborted) {
      report.operators.push({ operator, tally: last.tally, ended: 'interrupted' })
      return [...findings.values()]
    }
    if (last.case === '') throw new Refused(`${offer.name}: ${operator}: ${ended.message}, before its first case`)
    try {
      await renew(isolated, target, offer)
      const smallest =
        deaths.length === 0
          ? await shrinkDeath(isolated, target, offer, last.case, ended.kind, options.limits)
          : parseCase(last.case)
      const message = `${operator}: ${ended.message}`
      record.died(
        subject,
        operator,
        findingOf(offer.name, smallest, ended.kind, message, undefined, featuresOf(smallest)),
      )
    } catch (error) {
      if (!signal.aborted && !(error instanceof Refused)) throw error
      const c = parseCase(last.case)
      keep(findingOf(offer.name, c, ended.kind, `${operator}: ${ended.message}`, undefined, featuresOf(c)))
      report.operators.push({ operator, tally: last.tally, ended: 'interrupted' })
      report.findings.push(...[...findings.values()].map((finding) => replayedBy(target, finding)))
      if (signal.aborted) return []
      throw error
    }
  }
}

function examinationOf({ case: c, manner, history = [], law, operator }: Finding): Examination {
  if (manner === undefined) return { case: parseCase(c) }
  const of = manner === 'gradient' ? operator : law
  return { case: parseCase(c), manner, others: history.map(parseCase), ...(of !== undefined && { of }) }
}

const deathOf = (error: unknown): Death => {
  if (error instanceof Death) return error
  throw error
}

/**
 * Makes a case smaller that ends the process, as long as it ends it in the same way; each that does costs a restart, unless the
 * target starts anew in place. Candidates get a share of the time limit: a crash comes at once, and of a hang the smallest is
 * called once more with all of it. With the whole limit for each, and a crash shrunk into a hang, four processes spun for 5 s in
 * an audit of tfjs-wasm.
 */
export async function shrinkDeath(
  isolated: IsolatedTarget,
  target: string,
  offer: Offer,
  descriptor: string,
  kind: DeathKind,
  { callMs }: Limits,
): Promise<Case> {
  let ended = 0
  // Whoever comes here has started the target anew.
  let touched = false
  const dies = async (candidate: Case, limitMs: number): Promise<boolean> => {
    const request = { ask: 'judge', implementation: offer.name, examination: { case: candidate } } as const
    const reply = await isolated.ask(request, undefined, limitMs).catch(deathOf)
    touched = !(reply instanceof Death)
    if (!(reply instanceof Death)) return false
    if (!isolated.isRunning) ended++
    await renew(isolated, target, offer)
    return reply.kind === kind
  }
  const alone = async (candidate: Case): Promise<boolean> => {
    if (ended >= MOST_ENDED) return false
    // In memory that earlier candidates have touched, a case may die of what they wrote.
    const wasTouched = touched
    const limitMs = callMs * CRASH_SHRINK_PATIENCE
    return (await dies(candidate, limitMs)) && (!offer.fragile || !wasTouched || (await dies(candidate, limitMs)))
  }
  const drawn = parseCase(descriptor)
  const smallest = await shrink(drawn, alone, { precision: offer.precision, calls: CRASH_SHRINK_CALLS })
  return kind !== 'hang' || smallest === drawn || (await dies(smallest, callMs)) ? smallest : drawn
}

/**
 * The finding as another process shows it, since a trap or a stray write may have spoiled the one it was found in. That
 * process serves all findings of an implementation, unless the target is fragile or the case is right there: then a new one
 * judges. What is right in a new one was wrong only after other calls: results then depend on what ran before, and the case as it
 * was drawn is judged after the call before it. A crash stays a crash, whatever led to it; a hang may have been a busy machine.
 */
export async function confirmed(
  fresh: IsolatedTarget,
  target: string,
  offer: Offer,
  finding: Finding,
  signal: AbortSignal,
): Promise<Finding> {
  if (isHarmless(finding) || finding.kind === 'result-shared' || signal.aborted) return finding
  if (offer.fragile) await renew(fresh, target, offer)
  const shared = fresh.isRunning
  const again = await judgedIn(fresh, target, offer, finding)
  if (again) return again
  fresh.kill()
  const alone = shared ? await judgedIn(fresh, target, offer, finding) : undefined
  if (alone) return alone
  const { origin, history, manner } = finding
  if (history && !manner) {
    await renew(fresh, target, offer)
    const there = await judgedIn(fresh, target, offer, finding, history)
    if (there) return afterCalls(offer.name, there, history)
  }
  if (origin) {
    const drawn = { ...finding, case: origin.case, ...(manner ? { history: origin.before } : {}) }
    await renew(fresh, target, offer)
    const first = await judgedIn(fresh, target, offer, drawn)
    if (first) return first
    await renew(fresh, target, offer)
    const there = manner ? undefined : await judgedIn(fresh, target, offer, drawn, origin.before)
    if (there) return afterCalls(offer.name, there, origin.before)
  }
  if (finding.kind === 'crash')
    return { ...finding, message: `${finding.message}; not in a fresh process: it depends on earlier calls` }
  const message = `${finding.message}; in a fresh process it is right: results depend on earlier calls`
  const failed = isOfResult(finding.kind) ? ({ failedOnce: true } as const) : {}
  return { ...finding, kind: 'nondeterministic', ...failed, message }
}

/** The finding as judged once more, after other calls; undefined where the case is right. */
async function judgedIn(
  isolated: IsolatedTarget,
  target: string,
  offer: Offer,
  finding: Finding,
  before: readonly string[] = [],
): Promise<Finding | undefined> {
  if (!isolated.isRunning) await loadTarget(isolated, target)
  const judged = (examination: Examination): Promise<Reply | Death> =>
    isolated.ask({ ask: 'judge', implementation: offer.name, examination }).catch(deathOf)
  for (const c of before) if ((await judged({ case: parseCase(c) })) instanceof Death) return undefined
  const reply = await judged(examinationOf(finding))
  if (reply instanceof Death) return { ...finding, kind: reply.kind, message: `${finding.operator}: ${reply.message}` }
  if (reply.say !== 'judged') return finding
  const again = reply.judgement.finding
  if (!again) return undefined
  const { cause, diagnosis } = finding
  const named = { ...again, cause, ...(diagnosis ? { diagnosis } : {}) }
  return { ...named, features: finding.features, times: finding.times }
}
