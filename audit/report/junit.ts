/**
 * JUnit XML, as CI servers read it: a suite a target, a test case an operator. What fails the audit is a failure; operators that
 * no case of was supported, and targets that are not installed, are skipped; what is known or a convention stands in system-out.
 */
import { type AuditDocument, type FindingRecord, knownOf, type OperatorRecord, type TargetRecord } from './document.ts'
import { escapeMarkup, legal } from './escape.ts'
import { closingOf, findingLines, goneLines, operatorNote } from './words.ts'

export function junitReport(d: AuditDocument): string {
  const suites = [...d.targets.map((t) => targetSuite(d, t)), ...d.skipped.map(skippedSuite)]
  const total = (key: 'tests' | 'failures' | 'skipped'): number => suites.reduce((sum, s) => sum + s[key], 0)
  const counts = { tests: total('tests'), failures: total('failures'), errors: 0, skipped: total('skipped') }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: 'cnn-oracle audit', ...counts })}>`,
    ...suites.map((s) => s.xml),
    ...comments([closingOf(d).text, ...goneLines(d)]),
    '</testsuites>',
  ].join('\n')
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly skipped: number
  readonly xml: string
}

function targetSuite(d: AuditDocument, t: TargetRecord): Suite {
  const rows = t.operators.map((o) => ({ o, own: t.findings.filter((finding) => finding.operator === o.operator) }))
  const failures = rows.filter(({ own }) => own.some((finding) => finding.news)).length
  const skipped = rows.filter(({ o }) => o.verdict === 'unsupported').length
  const counts = { tests: rows.length, failures, errors: 0, skipped }
  const properties = { version: t.version ?? '', precision: t.precision, seed: d.seed, node: d.environment.node }
  const xml = [
    `  <testsuite ${attributes({ name: t.target, ...counts })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    '    </properties>',
    ...rows.map(({ o, own }) => testCase(d, t, o, own)),
    '  </testsuite>',
  ].join('\n')
  return { tests: rows.length, failures, skipped, xml }
}

function testCase(d: AuditDocument, t: TargetRecord, o: OperatorRecord, own: readonly FindingRecord[]): string {
  const news = own.filter((finding) => finding.news)
  const rest = own.filter((finding) => !finding.news)
  const text = (findings: readonly FindingRecord[]): string =>
    findings
      .map((f) => [`${f.kind}: ${f.message} (${f.times}×)`, ...findingLines(f, knownOf(d, f))].join('\n'))
      .join('\n\n')
  const parts: string[] = []
  const first = news[0]
  // One element for all: readers differ in what they make of a second one.
  if (first) parts.push(element('failure', { type: first.kind, message: first.message }, text(news)))
  else if (o.verdict === 'unsupported') parts.push(`<skipped ${attributes({ message: operatorNote(o) })}/>`)
  parts.push(element('system-out', {}, [operatorNote(o), text(rest)].filter((s) => s !== '').join('\n\n')))
  const open = `    <testcase ${attributes({ classname: t.target, name: o.operator, assertions: o.cases })}>`
  return [open, ...parts.map((part) => `      ${part}`), '    </testcase>'].join('\n')
}

function skippedSuite({ target, why }: AuditDocument['skipped'][number]): Suite {
  const xml = [
    `  <testsuite ${attributes({ name: target, tests: 1, failures: 0, errors: 0, skipped: 1 })}>`,
    `    <testcase ${attributes({ classname: target, name: 'load' })}><skipped ${attributes({ message: why })}/></testcase>`,
    '  </testsuite>',
  ].join('\n')
  return { tests: 1, failures: 0, skipped: 1, xml }
}

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escapeMarkup(String(value)).replaceAll('\n', '&#10;')}"`)
    .join(' ')

function element(name: string, values: Readonly<Record<string, string>>, text: string): string {
  const head = [name, attributes(values)].filter((s) => s !== '').join(' ')
  return `<${head}>${escapeMarkup(text)}</${name}>`
}

/** "--" may not stand in a comment. */
const comments = (lines: readonly string[]): string[] =>
  lines.map((line) => `  <!-- ${legal(line).replaceAll('--', '- -').replace(/-$/, '- ')} -->`)
