/** The report for people: a table an implementation, every finding with the line that replays it, a scoreboard of all. */
import pc from 'picocolors'
import type { ImplementationReport } from '../auditTarget.ts'
import { type CampaignReport, goneEntries, isNews, type Judged, judgedFindings } from '../campaign.ts'
import { diagnosisLines } from '../diagnosis/diagnosis.ts'
import { isHarmless } from '../finding.ts'
import type { Known } from '../known.ts'
import type { OperatorReport } from '../tally.ts'
import { type OperatorVerdict, operatorVerdict, scoreOf } from './summary.ts'

/** Everything there is to say of a finished run. */
export function campaignText(report: CampaignReport, known: readonly Known[]): string {
  const judged = judgedFindings(report, known)
  const parts: string[] = []
  for (const implementation of report.implementations) {
    parts.push(
      implementationText(
        implementation,
        judged.filter((j) => j.implementation === implementation.target),
      ),
    )
  }
  parts.push(scoreboard(report, judged))
  for (const { target, why } of report.skipped) parts.push(`${pc.yellow('skipped')} ${target}: ${why}`)
  for (const k of goneEntries(report, known, judged)) {
    parts.push(
      `${pc.yellow('gone')} ${k.id} (${k.targets.join(', ')}: ${k.what}) no longer shows; take it out of the known findings`,
    )
  }
  if (report.interrupted) parts.push(pc.yellow('interrupted: what was found until then is above'))
  parts.push(closing(report, judged))
  return parts.join('\n\n')
}

function implementationText(i: ImplementationReport, judged: readonly Judged[]): string {
  const title = pc.bold(`${i.target} ${i.version ?? ''}`.trim()) + pc.dim(` ${i.precision}`)
  const rows = i.operators.map((o) => operatorRow(o, i))
  const table = columns([['  operator', 'cases', 'verdict', 'worst/bound', 'unsupported', 'weak'], ...rows])
  return [title, table, ...judged.map(findingText)].join('\n')
}

function operatorRow(o: OperatorReport, i: ImplementationReport): string[] {
  const verdict = operatorVerdict(o, i.findings)
  const failed = o.tally.failed > 0 ? ` ${o.tally.failed}×` : ''
  const worst = o.tally.cases === o.tally.failed ? '–' : o.tally.worst === 0 ? '0' : o.tally.worst.toFixed(3)
  const note = o.ended ? ` ${o.ended}` : ''
  return [
    `  ${o.operator}`,
    String(o.tally.cases),
    paint(verdict, verdict + failed) + note,
    worst,
    String(o.tally.unsupported),
    String(o.tally.weak),
  ]
}

function paint(verdict: OperatorVerdict, text: string): string {
  if (verdict === 'wrong') return pc.red(text)
  if (verdict === 'convention' || verdict === 'suspect') return pc.yellow(text)
  return verdict === 'unsupported' ? pc.dim(text) : pc.green(text)
}

/** A finding: what, where, expected, got, bound, and the line to paste. */
export function findingText({ finding, known }: Judged): string {
  const { kind, message, times, expected, got, bound, where, replay } = finding
  const label = isHarmless(kind) ? pc.yellow(kind) : pc.red(kind)
  const lines = [`  ${label} ${message}${times > 1 ? pc.dim(` (${times} cases)`) : ''}`]
  if (where !== null) lines.push(`    element [${where.join(',')}]  expected ${expected}  got ${got}  bound ${bound}`)
  if (finding.diagnosis) for (const line of diagnosisLines(finding.diagnosis)) lines.push(`    ${line}`)
  lines.push(`    ${pc.dim(replay)}`)
  if (known) lines.push(`    ${pc.dim(`known as ${known.id}: ${known.what} (${known.link})`)}`)
  return lines.join('\n')
}

function scoreboard(report: CampaignReport, judged: readonly Judged[]): string {
  const rows = report.implementations.map((i) => {
    const { right, convention, wrong } = scoreOf(i)
    const own = judged.filter((j) => j.implementation === i.target)
    const news = own.filter(isNews).length
    return [
      `  ${i.target}`,
      String(right),
      String(convention),
      wrong > 0 ? pc.red(String(wrong)) : '0',
      String(own.length),
      news > 0 ? pc.red(String(news)) : '0',
    ]
  })
  return `${pc.bold('Scoreboard')} ${pc.dim('operators right, differing by convention, wrong; findings, and those not known yet')}\n${columns(
    [['  target', 'right', 'convention', 'wrong', 'findings', 'new'], ...rows],
  )}`
}

function closing(report: CampaignReport, judged: readonly Judged[]): string {
  const news = judged.filter(isNews).length
  const cases = report.implementations.reduce((sum, i) => sum + i.operators.reduce((s, o) => s + o.tally.cases, 0), 0)
  const all = `${cases} cases, seed ${report.seed}`
  if (cases === 0) return pc.yellow('nothing was judged')
  if (news === 0 && report.interrupted) return pc.yellow(`no finding that is not known so far (${all})`)
  if (news === 0) return pc.green(`holds: no finding that is not known (${all})`)
  return pc.red(`${news} finding${news > 1 ? 's' : ''} not known yet (${all})`)
}

/** Columns padded to the widest cell; colours do not count as width. */
function columns(rows: readonly (readonly string[])[]): string {
  const plain = (text: string): string => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => plain(row[column]!).length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(widths[column]! - plain(cell).length))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
