/** A run over several targets: which implementations there are, as many at once as there are cores, and what is known. */
import { cpus } from 'node:os'
import type { OperatorName } from '../reference/contract.ts'
import {
  type AuditOptions,
  auditImplementation,
  type ImplementationReport,
  offersOf,
  type Progress,
  Refused,
} from './auditTarget.ts'
import { type Finding, isHarmless } from './finding.ts'
import { type Known, knownEntry } from './known.ts'
import { Processes } from './processes.ts'
import type { Offer } from './protocol.ts'
import { type Offered, type Shard, shareOf } from './shard.ts'
import { builtIn, installCommand, missingPackages } from './target/index.ts'
import type { Target } from './target/target.ts'

/** A target by its name or path; `only` when one way of several was asked for. */
export interface Wanted {
  readonly target: string
  readonly builtIn?: Target
  readonly only?: string
}

interface Skipped {
  readonly target: string
  readonly why: string
}

export interface CampaignReport {
  readonly seed: number
  readonly cases: number
  readonly implementations: readonly ImplementationReport[]
  readonly skipped: readonly Skipped[]
  /** Whether the run was cut short. */
  readonly interrupted: boolean
  /** What is offered and was left out: other ways of a target, other operators; and built-in targets that were not looked at. */
  readonly leftOut: { readonly offered: readonly Offered[]; readonly targets: readonly string[] }
  /** Which part of the run this is, and all that there is to audit. */
  readonly shard?: Shard & { readonly offered: readonly Offered[] }
  /** Ids of known findings that no case of the run showed, and a case of their own did. */
  readonly shownAlone?: readonly string[]
}

interface Job {
  readonly target: string
  readonly offer: Offer
  readonly report: ImplementationReport
}

export async function runCampaign(
  wanted: readonly Wanted[],
  options: AuditOptions,
  progress: Progress,
  finished: (report: ImplementationReport) => void,
  signal: AbortSignal,
  shard?: Shard,
): Promise<CampaignReport> {
  const skipped: Skipped[] = []
  const jobs: Job[] = []
  const leftOut: Offered[] = []
  const processes = new Processes()
  const listings = await pooled(wanted, signal, (w) => offersFor(w, options, processes))
  for (const [i, listing] of listings.entries()) {
    const { target, only } = wanted[i]!
    if (listing === undefined) continue
    if (listing instanceof Refused) {
      skipped.push({ target, why: listing.message })
      continue
    }
    const offers = only === undefined ? listing : listing.filter((offer) => offer.name === only)
    if (offers.length === 0) {
      skipped.push({
        target: only ?? target,
        why: `${only} is not offered; there are ${listing.map((o) => o.name).join(', ')}`,
      })
    }
    for (const offer of listing) {
      const isLeft = (operator: OperatorName): boolean =>
        !offers.includes(offer) || (options.operators.length > 0 && !options.operators.includes(operator))
      leftOut.push({ target: offer.name, operators: offer.operators.filter(isLeft) })
    }
    for (const offer of offers) {
      const report = {
        target: offer.name,
        source: target,
        version: offer.version,
        precision: offer.precision,
        operators: [],
        findings: [],
      }
      jobs.push({ target, offer, report })
    }
  }
  const share =
    shard &&
    shareOf(
      jobs.map((job) => job.offer),
      options.operators,
      shard,
    )
  const own = share ? jobs.map((job, i) => ({ ...job, offer: share.offers[i]! })) : jobs
  const faults: unknown[] = []
  await pooled(
    own.filter((job) => job.offer.operators.length > 0),
    signal,
    async ({ target, offer, report }) => {
      try {
        await auditImplementation(target, offer, { ...options, processes }, report, progress, signal)
      } catch (error) {
        if (!signal.aborted) faults.push(error)
      }
      finished(report)
    },
  )
  processes.close()
  if (faults.length > 0) throw faults[0]
  return {
    seed: options.seed,
    cases: options.cases,
    implementations: jobs.map((job) => job.report).filter((report) => report.operators.length > 0),
    skipped,
    interrupted: signal.aborted,
    leftOut: {
      offered: leftOut,
      targets: builtIn
        .map((t) => t.name)
        .filter((name) => !wanted.some((w, i) => w.target === name && isRead(listings[i]))),
    },
    ...(share && { shard: { ...shard, offered: share.offered } }),
  }
}

const isRead = (listing: readonly Offer[] | Refused | undefined): boolean => Array.isArray(listing)

async function offersFor(
  w: Wanted,
  { limits }: AuditOptions,
  processes: Processes,
): Promise<readonly Offer[] | Refused> {
  const missing = w.builtIn ? missingPackages(w.builtIn) : []
  if (missing.length > 0) return new Refused(`not installed; ${installCommand(missing)}`)
  try {
    return await offersOf(w.target, limits, processes)
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
}

/** Runs work over items, as many at once as there are cores, until the signal says stop; results in the items' order. */
async function pooled<A, B>(
  items: readonly A[],
  signal: AbortSignal,
  work: (item: A) => Promise<B>,
): Promise<(B | undefined)[]> {
  const results = new Array<B | undefined>(items.length)
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const at = next++
      results[at] = await work(items[at]!)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, cpus().length) }, lane))
  return results
}

export interface Judged {
  readonly implementation: string
  readonly finding: Finding
  /** The entry that expects it. */
  readonly known: Known | undefined
}

/** Every finding of a run, with what is known of it. */
export function judgedFindings(report: CampaignReport, known: readonly Known[]): Judged[] {
  return report.implementations.flatMap(({ target, findings }) =>
    findings.map((finding) => ({ implementation: target, finding, known: knownEntry(known, target, finding) })),
  )
}

/** Whether a finding fails the run: nobody knows it, and it is more than a convention. */
export const isNews = ({ finding, known }: Judged): boolean => known === undefined && !isHarmless(finding)
