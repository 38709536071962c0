/** Where reports go: each reporter to stdout or to its file, and the exit code that the document asks for. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type AuditDocument, newsOf } from '../audit/report/document.ts'
import { githubSummary } from '../audit/report/github.ts'
import { isReporterName, type ReporterName, reporters } from '../audit/report/reporters.ts'
import { nearest } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'
import { tryFile, writing } from './writing.ts'

export interface ReportFlags {
  readonly reporter?: readonly string[]
  readonly output?: readonly string[]
  readonly json?: boolean
}

interface Output {
  readonly reporter: ReporterName
  /** Stdout when there is none. */
  readonly file?: string
}

/** Reporters whose text may share stdout: lines for people, and lines that a runner picks out. */
const lines: ReadonlySet<ReporterName> = new Set(['terminal', 'github'])

/** Read before an audit begins, so that no minutes are lost on a name that is misspelled. Throws UsageError. */
export function outputsOf({ reporter = [], output = [], json }: ReportFlags): readonly Output[] {
  const named = [...reporter, ...(json ? ['json'] : [])].map(reporterNamed)
  const files = output.map((text) => fileOf(text, named))
  const names = new Set<ReporterName>([...named, ...files.map((f) => f.reporter)])
  if (names.size === 0) names.add('terminal')
  const outputs = [...names].map((name): Output => {
    const own = files.filter((f) => f.reporter === name)
    if (own.length > 1)
      throw new UsageError(`--output: ${name} goes to ${own.map((f) => f.file).join(' and ')}; give it one file`)
    return own[0] ?? { reporter: name }
  })
  const same = outputs.find(({ file }, i) => file !== undefined && outputs.findIndex((o) => o.file === file) !== i)
  if (same) throw new UsageError(`--output: two reporters go to ${same.file}; give each a file of its own`)
  const open = outputs.filter(({ file }) => file === undefined).map((o) => o.reporter)
  const alone = open.find((name) => !lines.has(name))
  if (open.length > 1 && alone !== undefined) {
    throw new UsageError(`${open.join(' and ')} cannot share stdout; give a file: --output ${alone}=FILE`)
  }
  for (const { file } of outputs)
    if (file !== undefined)
      writing('--output', file, () => {
        mkdirSync(dirname(file), { recursive: true })
        tryFile(file)
      })
  return outputs
}

function reporterNamed(name: string): ReporterName {
  if (isReporterName(name)) return name
  const all = Object.keys(reporters)
  throw new UsageError(
    `no reporter is called ${JSON.stringify(name)}; did you mean ${nearest(name, all)}? There are ${all.join(', ')}`,
  )
}

/** "junit=audit.xml", or a file for the one reporter there is. */
function fileOf(text: string, named: readonly ReporterName[]): Required<Output> {
  const [, name, file] = /^([a-z]+)=(.+)$/s.exec(text) ?? []
  if (name !== undefined && file !== undefined) return { reporter: reporterNamed(name), file }
  const distinct = [...new Set(named)]
  if (distinct.length > 1) {
    throw new UsageError(
      `--output ${text}: there are ${distinct.join(' and ')}; say whose it is: ${distinct[0]}=${text}`,
    )
  }
  return { reporter: distinct[0] ?? 'terminal', file: text }
}

/** Writes every report and returns the exit code. Throws UsageError where nothing was audited at all. */
export function deliver(document: AuditDocument, outputs: readonly Output[]): number {
  for (const { reporter, file } of outputs) {
    const text = `${reporters[reporter](document)}\n`
    if (file === undefined) process.stdout.write(text)
    else {
      writeFileSync(file, stripVTControlCharacters(text))
      process.stderr.write(`${reporter}: ${file}\n`)
    }
  }
  const summary = process.env.GITHUB_STEP_SUMMARY
  if (summary && outputs.some(({ reporter }) => reporter === 'github')) appendFileSync(summary, githubSummary(document))
  return exitOf(document)
}

function exitOf(d: AuditDocument): number {
  if (d.interrupted) return exitCode.interrupted
  const missing = d.skipped.filter(({ asked }) => asked)
  if (missing.length > 0) {
    for (const { target, why } of missing) process.stderr.write(`cnn-oracle: ${target}: ${why}\n`)
    return exitCode.usage
  }
  // A share may be empty where there are more shards than operators.
  if (d.targets.length === 0 && (d.shard?.offered.length ?? 0) === 0)
    throw new UsageError('nothing was audited: no target offers what --operator asks for; see --list')
  return newsOf(d).length > 0 ? exitCode.findings : exitCode.holds
}
