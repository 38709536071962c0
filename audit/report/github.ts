/**
 * Annotations of a GitHub Actions run, one workflow command a line on stdout, and a summary in Markdown. An error for what
 * fails the audit, a warning for what is gone, skipped though it was asked for, or differs by convention and is not known.
 */

import { relative, resolve } from 'node:path'
import { looksLikeModule } from '../target/target.ts'
import { type AuditDocument, type FindingRecord, knownOf, newsOf, type TargetRecord } from './document.ts'
import { escapeMarkup, legal } from './escape.ts'
import { closingOf, findingLines, goneLines, operatorNote, standingsOf } from './words.ts'

export function githubReport(d: AuditDocument): string {
  const { state, text } = closingOf(d)
  const findings = d.targets.flatMap((t) => t.findings.map((finding) => ({ t, finding })))
  return [
    // Of each level a step shows ten: what fails comes first.
    ...findings.filter(({ finding }) => finding.news).map(({ t, finding }) => annotation('error', d, t, finding)),
    ...findings
      .filter(({ finding }) => !finding.news && finding.known === null)
      .map(({ t, finding }) => annotation('warning', d, t, finding)),
    ...goneLines(d).map((line) => command('warning', { title: 'a known finding has gone' }, line)),
    ...d.skipped.map(({ target, why, asked }) =>
      command(asked ? 'error' : 'notice', { title: `${target} was skipped` }, why),
    ),
    ...(d.interrupted ? [command('warning', {}, 'the audit was interrupted')] : []),
    command(state === 'holds' ? 'notice' : state === 'open' ? 'warning' : 'error', { title: 'cnn-oracle' }, text),
  ].join('\n')
}

function annotation(level: 'error' | 'warning', d: AuditDocument, t: TargetRecord, finding: FindingRecord): string {
  const file =
    t.source !== null && looksLikeModule(t.source) ? { file: relative(process.cwd(), resolve(t.source)) } : {}
  const title = `${t.target}, ${finding.operator}: ${finding.kind}`
  return command(level, { ...file, title }, [finding.message, ...findingLines(finding, knownOf(d, finding))].join('\n'))
}

/** "::error file=a.ts,title=b::message"; what the runner would take for its own syntax is escaped as it asks. */
function command(level: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`)
  return `::${level}${list.length > 0 ? ` ${list.join(',')}` : ''}::${escapeData(message)}`
}

const escapeData = (text: string): string =>
  legal(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** GitHub refuses a step's summary above 1 MiB. */
const MOST_SUMMARY = 1_000_000

/** What stands below a run: scoreboard, findings, what was skipped or has gone. For the file that GITHUB_STEP_SUMMARY names. */
export function githubSummary(d: AuditDocument): string {
  const { state, text } = closingOf(d)
  const mark = { holds: '✅', findings: '❌', open: '⚠️' }[state]
  const lines = [
    `## cnn-oracle ${mark}`,
    '',
    escapeMarkdown(text),
    '',
    '| target | right | convention | wrong | findings | new |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...standingsOf(d).map(
      (s) => `| ${escapeMarkdown(s.target)} | ${s.right} | ${s.convention} | ${s.wrong} | ${s.findings} | ${s.news} |`,
    ),
    '',
    ...d.targets.flatMap((t) => targetDetails(d, t)),
    ...d.skipped.map(({ target, why }) => `- skipped: ${escapeMarkdown(`${target}: ${why}`)}`),
    ...goneLines(d).map((line) => `- gone: ${escapeMarkdown(line)}`),
    '',
  ]
  const whole = lines.join('\n')
  if (whole.length <= MOST_SUMMARY) return whole
  const news = newsOf(d).length
  return `${[...lines.slice(0, 7 + d.targets.length), '', `Too long to show: ${news} new findings; see the other reports.`].join('\n')}\n`
}

function targetDetails(d: AuditDocument, t: TargetRecord): string[] {
  const shown = t.findings.filter((finding) => finding.news || finding.known === null)
  if (shown.length === 0) return []
  return shown.flatMap((finding) => {
    const operator = t.operators.find((o) => o.operator === finding.operator)
    return [
      `<details><summary>${escapeMarkup(`${t.target}: ${finding.kind} ${finding.message}`).replaceAll(/\s+/g, ' ')}</summary>`,
      '',
      ...(operator ? [escapeMarkdown(operatorNote(operator)), ''] : []),
      // Indented, no fence: nothing within can end it.
      ...findingLines(finding, knownOf(d, finding)).flatMap((line) => line.split('\n').map((part) => `    ${part}`)),
      '',
      '</details>',
      '',
    ]
  })
}

/** Text that Markdown and HTML show as it is, also in the cell of a table. */
const escapeMarkdown = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_~|[\]]/g, '\\$&')
    .replaceAll(/\s*\n\s*/g, ' ')
