/** The audit of one implementation from outside its process: restarts it when it dies and confirms what it found. */

import type { Case } from '../properties/case.ts'
import { parseCase, printCase } from '../properties/descriptor.ts'
import type { OperatorName } from '../reference/contract.ts'
import { emptyTally, findingOf, type Tally } from './auditOperator.ts'
import { featuresOf } from './features.ts'
import { type Finding, isHarmless } from './finding.ts'
import { Death, IsolatedTarget, type Limits } from './isolate.ts'
import { Processes } from './processes.ts'
import type { Offer, Reply } from './protocol.ts'
import { shrink } from './shrink.ts'

export interface AuditOptions {
  readonly cases: number
  readonly seed: number
  /** Empty for all. */
  readonly operators: readonly OperatorName[]
  readonly limits: Limits
  /** Where processes come from and go back to; without it each implementation starts its own. */
  readonly processes?: Processes
}

export interface OperatorReport {
  readonly operator: OperatorName
  readonly tally: Tally
  /** Set when the audit of the operator was given up, and why. */
  readonly ended?: string
}

export interface ImplementationReport {
  readonly target: string
  /** What it was loaded from: the name of a target or the path of a module. */
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
const MOST_ENDED = 6

/** The implementations that a target offers. Throws Refused. */
export async function offersOf(target: string, limits: Limits): Promise<readonly Offer[]> {
  const isolated = new IsolatedTarget(limits)
  try {
    return await load(isolated, target)
  } finally {
    isolated.kill()
  }
}

async function load(isolated: IsolatedTarget, target: string): Promise<readonly Offer[]> {
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
  await load(isolated, target)
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
  const processes = (offer.fragile ? options.processes : undefined) ?? new Processes()
  const isolated = processes.take(target, options.limits)
  const fresh = processes.take(target, options.limits)
  const stop = (): void => {
    isolated.kill()
    fresh.kill()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await load(isolated, target)
    for (const operator of offer.operators) {
      if (signal.aborted) break
      if (options.operators.length > 0 && !options.operators.includes(operator)) continue
      const found = await auditOne(isolated, target, offer, operator, options, report, progress, signal)
      // Kept before they are confirmed: an interruption loses nothing.
      const first = report.findings.push(...found) - found.length
      for (const [i, finding] of found.entries()) {
        const again = await confirmed(fresh, target, offer, finding, signal)
        if (signal.aborted) return
        report.findings[first + i] = again
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    if (signal.aborted || processes !== options.processes) stop()
    else for (const one of [isolated, fresh]) processes.give(target, one)
  }
}

async function auditOne(
  isolated: IsolatedTarget,
  target: string,
  offer: Offer,
  operator: OperatorName,
  options: AuditOptions,
  report: ImplementationReport,
  progress: Progress,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  const total = emptyTally()
  const keep = (finding: Finding): void => {
    const key = `${finding.kind} ${finding.features.join(' ')}`
    const before = findings.get(key)
    findings.set(
      key,
      before && before.case !== finding.case ? { ...before, times: before.times + finding.times } : finding,
    )
  }
  let from = 0
  for (let deaths = 0; ; deaths++) {
    let last: { case: string; index: number; tally: Tally } = { case: '', index: from - 1, tally: emptyTally() }
    const heard = (reply: Reply): void => {
      if (reply.say === 'started') {
        last = reply
        progress(offer.name, operator, total.cases + reply.tally.cases)
      } else if (reply.say === 'found') keep(reply.finding)
    }
    const plan = { operator, cases: options.cases, seed: options.seed, from, done: total.cases }
    const ended = await isolated.ask({ ask: 'audit', implementation: offer.name, plan }, heard).catch(deathOf)
    if (!(ended instanceof Death) && ended.say === 'audited') {
      addTally(total, ended.tally)
      report.operators.push({ operator, tally: total })
      return [...findings.values()]
    }
    if (!(ended instanceof Death) && ended.say === 'fault') throw new Error(`${offer.name}: ${ended.message}`)
    addTally(total, last.tally)
    if (signal.aborted) {
      report.operators.push({ operator, tally: total, ended: 'interrupted' })
      return [...findings.values()]
    }
    total.failed++
    total.cases++
    const death =
      ended instanceof Death ? ended : new Death('crash', ended.say === 'trapped' ? ended.message : 'unexpected reply')
    await renew(isolated, target, offer)
    const smallest = deaths === 0 ? await shrinkDeath(isolated, target, offer, last.case) : parseCase(last.case)
    keep(findingOf(offer.name, smallest, death.kind, `${operator}: ${death.message}`, undefined, featuresOf(smallest)))
    from = last.index + 1
    if (deaths + 1 >= MOST_DEATHS) {
      report.operators.push({ operator, tally: total, ended: `given up after ${MOST_DEATHS} crashes` })
      return [...findings.values()]
    }
  }
}

const deathOf = (error: unknown): Death => {
  if (error instanceof Death) return error
  throw error
}

/** Makes a case smaller that ends the process; each that still does costs a restart, unless the target starts anew in place. */
async function shrinkDeath(isolated: IsolatedTarget, target: string, offer: Offer, descriptor: string): Promise<Case> {
  let ended = 0
  const dies = async (candidate: Case): Promise<boolean> => {
    if (ended >= MOST_ENDED) return false
    const reply = await isolated
      .ask({ ask: 'judge', implementation: offer.name, case: printCase(candidate) })
      .catch(deathOf)
    const dead = reply instanceof Death || (reply.say === 'judged' && isTrapMessage(reply.judgement.message))
    if (dead && !(offer.fragile && isolated.isRunning)) ended++
    if (dead) await renew(isolated, target, offer)
    return dead
  }
  return shrink(parseCase(descriptor), dies, { precision: offer.precision, calls: CRASH_SHRINK_CALLS })
}

const isTrapMessage = (message: string | null): boolean => /RuntimeError|Aborted\(/.test(message ?? '')

/**
 * The finding as another process shows it, since a trap or a stray write may have spoiled the one it was found in. That
 * process serves all findings of an implementation, unless the target is fragile or the case is right there: then a new one
 * judges. What is right in a new one was wrong only after other calls: results then depend on what ran before.
 */
async function confirmed(
  fresh: IsolatedTarget,
  target: string,
  offer: Offer,
  finding: Finding,
  signal: AbortSignal,
): Promise<Finding> {
  if (isHarmless(finding.kind) || finding.kind === 'result-shared' || signal.aborted) return finding
  if (offer.fragile) await renew(fresh, target, offer)
  const shared = fresh.isRunning
  const again = await judgedIn(fresh, target, offer, finding)
  if (again) return again
  fresh.kill()
  const alone = shared ? await judgedIn(fresh, target, offer, finding) : undefined
  if (alone) return alone
  const message = `${finding.message}; in a fresh process it is right: results depend on earlier calls`
  return { ...finding, kind: 'nondeterministic', message }
}

/** The finding as judged once more; undefined where the case is right. */
async function judgedIn(
  isolated: IsolatedTarget,
  target: string,
  offer: Offer,
  finding: Finding,
): Promise<Finding | undefined> {
  if (!isolated.isRunning) await load(isolated, target)
  const reply = await isolated.ask({ ask: 'judge', implementation: offer.name, case: finding.case }).catch(deathOf)
  if (reply instanceof Death) return { ...finding, kind: reply.kind, message: `${finding.operator}: ${reply.message}` }
  if (reply.say !== 'judged') return finding
  const again = reply.judgement.finding
  if (!again) return undefined
  const trapped = isTrapMessage(reply.judgement.message)
  if (trapped && !offer.fragile) isolated.kill()
  const { cause, diagnosis } = finding
  const named = { ...again, cause, ...(diagnosis ? { diagnosis } : {}) }
  return { ...named, kind: trapped ? 'crash' : again.kind, features: finding.features, times: finding.times }
}

function addTally(total: Tally, part: Tally): void {
  total.cases += part.cases
  total.failed += part.failed
  total.weak += part.weak
  total.unsupported += part.unsupported
  for (const grade of ['exact', 'accurate', 'tolerable', 'wrong'] as const)
    total.elements[grade] += part.elements[grade]
  total.worst = Math.max(total.worst, part.worst)
}
