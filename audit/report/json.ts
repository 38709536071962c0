/** The JSON document of an audit, as contract.md describes it. */
import { type CampaignReport, goneEntries, isNews, judgedFindings } from '../campaign.ts'
import type { Known } from '../known.ts'
import { environment, tool } from './environment.ts'
import { operatorVerdict } from './summary.ts'

/** Raised when a field changes its meaning or goes; new fields leave it. */
const SCHEMA_VERSION = 1

export function auditDocument(report: CampaignReport, known: readonly Known[]): object {
  const judged = judgedFindings(report, known)
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    environment: environment(),
    seed: report.seed,
    cases: report.cases,
    interrupted: report.interrupted,
    targets: report.implementations.map((i) => ({
      target: i.target,
      version: i.version,
      precision: i.precision,
      operators: i.operators.map((o) => ({
        operator: o.operator,
        cases: o.tally.cases,
        verdict: operatorVerdict(o, i.findings),
        weak: o.tally.weak,
        unsupported: o.tally.unsupported,
        failed: o.tally.failed,
        worst: o.tally.worst,
        ended: o.ended ?? null,
      })),
      findings: judged
        .filter((j) => j.implementation === i.target)
        .map((j) => ({ ...j.finding, known: j.known?.id ?? null, news: isNews(j) })),
    })),
    skipped: report.skipped,
    gone: goneEntries(report, known, judged).map((k) => k.id),
  }
}
