/** The document of an audit, as contract.md describes it, from what was found and what is known. */
import { type CampaignReport, isNews, type Judged, judgedFindings } from '../campaign.ts'
import { expectations } from '../expectations.ts'
import { withoutOrigin } from '../finding.ts'
import type { Known } from '../known.ts'
import { type AuditDocument, byId, type FindingRecord, goneAmong, SCHEMA_VERSION } from './document.ts'
import { environment, tool } from './environment.ts'
import { operatorVerdict } from './summary.ts'

/** `asked`: whether targets were named, so that one that is skipped is a mistake. */
export function auditDocument(report: CampaignReport, known: readonly Known[], asked: boolean): AuditDocument {
  const judged = judgedFindings(report, known)
  const expected = expectations(report, known, judged)
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    environment: environment(),
    otherEnvironments: [],
    seed: report.seed,
    cases: report.cases,
    interrupted: report.interrupted,
    shard: report.shard ?? null,
    targets: report.implementations.map((i) => ({
      target: i.target,
      source: i.source ?? null,
      version: i.version,
      precision: i.precision,
      operators: i.operators.map((o) => ({
        operator: o.operator,
        cases: o.tally.cases,
        verdict: operatorVerdict(o, i.findings),
        weak: o.tally.weak,
        unsupported: o.tally.unsupported,
        failed: o.tally.failed,
        worst: float(o.tally.worst),
        ended: o.ended ?? null,
        pairs: o.tally.coverage ?? null,
      })),
      findings: judged.filter((j) => j.implementation === i.target).map(findingRecord),
    })),
    skipped: report.skipped.map(({ target, why }) => ({ target, why, asked })),
    known: [...expected].sort(byId),
    // What does not show in a part of a run may show in the rest of it.
    gone: report.interrupted || report.shard ? [] : goneAmong(expected),
  }
}

/** A finding as it stands in the document. */
export function findingRecord(judged: Judged): FindingRecord {
  const { finding, known } = judged
  const { expected, got, bound } = finding
  return {
    ...withoutOrigin(finding),
    expected: floatOrNull(expected),
    got: floatOrNull(got),
    bound: floatOrNull(bound),
    known: known?.id ?? null,
    news: isNews(judged),
  }
}

const floatOrNull = (value: number | null): FindingRecord['expected'] => (value === null ? null : float(value))

function float(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return value
  return value > 0 ? 'Infinity' : '-Infinity'
}
