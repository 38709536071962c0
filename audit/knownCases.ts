/**
 * Known findings that no case of a run came upon. A run of a few cases an operator may miss what needs rare sizes or values: whether a
 * finding has gone is decided by the case that it was written down with, judged once more.
 */
import { type CampaignReport, judgedFindings } from './campaign.ts'
import type { Examination } from './examination.ts'
import { expectations } from './expectations.ts'
import { type Finding, findingOf } from './finding.ts'
import { Death, IsolatedTarget, type Limits } from './isolate.ts'
import { type Known, knownEntry, showing, speaksOf } from './known.ts'

/** Ids of entries that did not show in the run, and do in a case of their own. Targets run in processes of their own. */
export async function shownAlone(
  report: CampaignReport,
  known: readonly Known[],
  limits: Limits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (report.interrupted) return []
  const missed = expectations(report, known, judgedFindings(report, known)).filter(
    (k) => k.covered && !k.shows && k.shownBy.length > 0,
  )
  const shown: string[] = []
  for (const { target, source, operators } of missed.length > 0 ? report.implementations : []) {
    const audited = new Set(operators.map((o) => o.operator))
    const isolated = new IsolatedTarget(limits)
    const stop = (): void => isolated.kill()
    signal.addEventListener('abort', stop, { once: true })
    try {
      for (const entry of missed) {
        for (const examination of showing(entry)) {
          const { operator } = examination.case
          if (signal.aborted || shown.includes(entry.id)) continue
          if (source === undefined || !audited.has(operator) || !speaksOf(entry, target, operator)) continue
          const finding = await judgedAlone(isolated, source, target, examination)
          // Stopping the process looks like its death.
          if (finding && !signal.aborted && expects(entry, target, finding)) shown.push(entry.id)
        }
      }
    } finally {
      signal.removeEventListener('abort', stop)
      isolated.kill()
    }
  }
  return shown
}

/** Whether a case of the entry's own shows it: judged alone it is not diagnosed, so that it has no cause. */
export function expects({ cause: _, ...plain }: Known, implementation: string, finding: Finding): boolean {
  return knownEntry([plain], implementation, finding) !== undefined
}

/** What a case shows in a process that starts anew for it: what another case left behind must not speak for it. */
async function judgedAlone(
  isolated: IsolatedTarget,
  source: string,
  implementation: string,
  examination: Examination,
): Promise<Finding | undefined> {
  try {
    isolated.kill()
    await isolated.ask({ ask: 'load', target: source })
    const reply = await isolated.ask({ ask: 'judge', implementation, examination })
    return reply.say === 'judged' ? (reply.judgement.finding ?? undefined) : undefined
  } catch (error) {
    if (!(error instanceof Death)) throw error
    const { case: c } = examination
    return findingOf(implementation, c, error.kind, `${c.operator}: ${error.message}`, undefined, [])
  }
}
