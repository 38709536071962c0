/** What became of the known findings in a run: which of them show, and which should have. */
import type { CampaignReport, Judged } from './campaign.ts'
import { type Known, knownEntry, speaksOf } from './known.ts'

export interface Expectations {
  readonly shows: boolean
  /** All that the entry speaks of was audited: it has gone if it does not show. */
  readonly covered: boolean
}

/** Entries that speak of anything audited. */
export function expectations(
  report: CampaignReport,
  known: readonly Known[],
  judged: readonly Judged[],
): (Known & Expectations)[] {
  // An entry may expect what another one already explained: it shows all the same.
  const shows = (k: Known): boolean =>
    report.shownAlone?.includes(k.id) === true ||
    judged.some((j) => knownEntry([k], j.implementation, j.finding) !== undefined)
  const { offered, targets } = report.leftOut
  const covered = (k: Known): boolean =>
    !offered.some((o) => o.operators.some((operator) => speaksOf(k, o.target, operator))) &&
    !targets.some((name) => k.targets.some((pattern) => mayMean(pattern, name)))
  return known
    .filter((k) => report.implementations.some((i) => i.operators.some((o) => speaksOf(k, i.target, o.operator))))
    .map((k) => ({ ...k, shows: shows(k), covered: covered(k) }))
}

/** Whether a pattern may fit a way of a target whose ways are not known: "tfjs-*\/number" of tfjs-wasm. */
function mayMean(pattern: string, target: string): boolean {
  const start = pattern.split('*')[0]!
  if (!pattern.includes('*')) return start === target || start.startsWith(`${target}/`)
  return target.startsWith(start) || start.startsWith(target)
}
