/** The report for people: a table an implementation, every finding with the line that replays it, a scoreboard of all. */
import pc from 'picocolors'
import { isHarmless } from '../finding.ts'
import { columns } from './columns.ts'
import {
  type AuditDocument,
  type FindingRecord,
  type KnownRecord,
  knownOf,
  type OperatorRecord,
  type TargetRecord,
} from './document.ts'
import type { OperatorVerdict } from './summary.ts'
import { closingOf, findingLines, goneLines, INTERRUPTED, pairLines, standingsOf, worstText } from './words.ts'

/** Everything there is to say of a finished run. */
export function terminalReport(d: AuditDocument): string {
  const parts = d.targets.map((t) => targetText(d, t))
  parts.push(scoreboard(d))
  for (const { target, why } of d.skipped) parts.push(`${pc.yellow('skipped')} ${target}: ${why}`)
  for (const line of goneLines(d)) parts.push(`${pc.yellow('gone')} ${line}`)
  if (d.interrupted) parts.push(pc.yellow(INTERRUPTED))
  const { state, text } = closingOf(d)
  parts.push({ holds: pc.green, findings: pc.red, open: pc.yellow }[state](text))
  return parts.join('\n\n')
}

function targetText(d: AuditDocument, t: TargetRecord): string {
  const title = pc.bold(`${t.target} ${t.version ?? ''}`.trim()) + pc.dim(` ${t.precision}`)
  const table = columns([
    ['  operator', 'cases', 'verdict', 'worst/bound', 'unsupported', 'weak'],
    ...t.operators.map(operatorCells),
  ])
  const pairs = pairLines(t).map((line, i) => pc.dim(`  ${i > 0 ? '  ' : ''}${line}`))
  return [title, table, ...pairs, ...t.findings.map((finding) => findingText(finding, knownOf(d, finding)))].join('\n')
}

function operatorCells(o: OperatorRecord): string[] {
  const failed = o.failed > 0 ? ` ${o.failed}×` : ''
  const note = o.ended ? ` ${o.ended}` : ''
  return [
    `  ${o.operator}`,
    String(o.cases),
    paint(o.verdict, o.verdict + failed) + note,
    worstText(o),
    String(o.unsupported),
    String(o.weak),
  ]
}

function paint(verdict: OperatorVerdict, text: string): string {
  if (verdict === 'wrong') return pc.red(text)
  if (verdict === 'convention' || verdict === 'suspect') return pc.yellow(text)
  return verdict === 'unsupported' ? pc.dim(text) : pc.green(text)
}

/** A finding: what, where, expected, got, bound, and the line to paste. */
export function findingText(finding: FindingRecord, known?: KnownRecord): string {
  const { kind, message, times, replay } = finding
  const label = isHarmless(finding) ? pc.yellow(kind) : pc.red(kind)
  const lines = findingLines(finding, known)
  // From the line to paste on: what is not the finding itself.
  const quiet = lines.indexOf(replay)
  return [
    `  ${label} ${message}${times > 1 ? pc.dim(` (${times} cases)`) : ''}`,
    ...lines.map((line, i) => `    ${i < quiet ? line : pc.dim(line)}`),
  ].join('\n')
}

function scoreboard(d: AuditDocument): string {
  const red = (n: number): string => (n > 0 ? pc.red(String(n)) : '0')
  const rows = standingsOf(d).map((s) => [
    `  ${s.target}`,
    String(s.right),
    String(s.convention),
    red(s.wrong),
    String(s.findings),
    red(s.news),
  ])
  return `${pc.bold('Scoreboard')} ${pc.dim('operators right, differing by convention, wrong; findings, and those not known yet')}\n${columns(
    [['  target', 'right', 'convention', 'wrong', 'findings', 'new'], ...rows],
  )}`
}
