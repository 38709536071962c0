/** One page that needs nothing but itself: no script, no font, no picture from elsewhere. */
import { type AuditDocument, type FindingRecord, knownOf, type OperatorRecord, type TargetRecord } from './document.ts'
import { escapeMarkup } from './escape.ts'
import { style } from './style.ts'
import { closingOf, findingLines, goneLines, INTERRUPTED, standingsOf, titleOf, worstText } from './words.ts'

export function htmlReport(d: AuditDocument): string {
  const { state, text } = closingOf(d)
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Whatever a target's message holds, nothing on the page runs or is fetched.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<title>cnn-oracle audit</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<h1>cnn-oracle audit</h1>',
    ...environmentLines(d).map((line) => `<p class="quiet">${escapeMarkup(line)}</p>`),
    `<p class="banner ${state}">${escapeMarkup(text)}</p>`,
    ...(d.interrupted ? [notice(INTERRUPTED.replace('above', 'below'))] : []),
    ...d.skipped.map(({ target, why }) => notice(`skipped ${target}: ${why}`)),
    ...goneLines(d).map((line) => notice(`gone: ${line}`)),
    '<h2>Scoreboard</h2>',
    '<p class="quiet">Operators right, differing by convention, wrong; findings, and those not known yet.</p>',
    scoreboard(d),
    ...d.targets.flatMap((t, i) => targetSection(d, t, i)),
    '</body>',
    '</html>',
  ].join('\n')
}

/** What made the report, and where each part of it ran. */
const environmentLines = (d: AuditDocument): string[] => [
  `${d.tool.name} ${d.tool.version}, ${d.cases} cases an operator, seed ${d.seed}`,
  ...[d.environment, ...d.otherEnvironments].map(
    (e) => `Node ${e.node}, ${e.os}, ${e.cpu}, ${e.cores} cores${e.commit ? `, commit ${e.commit.slice(0, 12)}` : ''}`,
  ),
]

const notice = (text: string): string => `<p class="open">${escapeMarkup(text)}</p>`

function scoreboard(d: AuditDocument): string {
  const rows = standingsOf(d).map((s, i) => [
    `<a href="#target-${i}">${escapeMarkup(s.target)}</a>`,
    ...[s.right, s.convention].map(String),
    some(s.wrong),
    String(s.findings),
    some(s.news),
  ])
  return table(['target', '#right', '#convention', '#wrong', '#findings', '#new'], rows)
}

const some = (n: number): string => (n > 0 ? `<span class="some">${n}</span>` : '0')

function targetSection(d: AuditDocument, t: TargetRecord, index: number): string[] {
  return [
    `<h2 id="target-${index}">${escapeMarkup(titleOf(t))}</h2>`,
    table(['operator', '#cases', 'verdict', '#worst/bound', '#unsupported', '#weak'], t.operators.map(operatorCells)),
    ...t.findings.map((finding) => findingBlock(d, finding)),
  ]
}

function operatorCells(o: OperatorRecord): string[] {
  const failed = o.failed > 0 ? ` ${o.failed}×` : ''
  const note = o.ended ? ` ${o.ended}` : ''
  return [
    o.operator,
    String(o.cases),
    `<span class="${o.verdict}">${o.verdict}${failed}</span>${escapeMarkup(note)}`,
    worstText(o),
    String(o.unsupported),
    String(o.weak),
  ]
}

function findingBlock(d: AuditDocument, finding: FindingRecord): string {
  const known = knownOf(d, finding)
  const times = finding.times > 1 ? ` <small>(${finding.times} cases)</small>` : ''
  const level = finding.news ? 'news' : known ? 'known' : 'notice'
  return [
    `<details class="${level}"${finding.news ? ' open' : ''}>`,
    `<summary><b class="${finding.news ? 'wrong' : known ? 'quiet' : 'convention'}">${finding.kind}</b>` +
      `${escapeMarkup(finding.message)}${times}${known ? ` <small>known as ${escapeMarkup(known.id)}</small>` : ''}</summary>`,
    `<pre>${escapeMarkup(findingLines(finding, known).join('\n'))}</pre>`,
    '</details>',
  ].join('\n')
}

/** A heading that starts with # is that of a column of numbers. Cells are markup. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const align = headings.map((heading) => (heading.startsWith('#') ? ' class="number"' : ''))
  const head = headings.map((heading, i) => `<th${align[i]} scope="col">${heading.replace('#', '')}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell, i) => `<td${align[i]}>${cell}</td>`).join('')}</tr>`)
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`
}
