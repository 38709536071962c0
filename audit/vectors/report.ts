/** What a judged folder comes to: a table an operator for people, one document for programs. */
import pc from 'picocolors'
import { columns } from '../report/columns.ts'
import { environment, tool } from '../report/environment.ts'
import type { FolderJudgement, OperatorJudgement, VectorJudgement, VectorStatus } from './judgeOutputs.ts'
import { SCHEMA_VERSION } from './manifest.ts'

/** Names listed of what a vector hunts; all stand in the manifest. */
const MOST_NAMES = 6

const order: readonly VectorStatus[] = ['wrong', 'unreadable', 'convention', 'missing', 'unsupported', 'held']
const failing: readonly VectorStatus[] = ['wrong', 'unreadable', 'convention']

const countOf = (vectors: readonly VectorJudgement[], status: VectorStatus): number =>
  vectors.filter((v) => v.status === status).length

/** The status of an operator: the worst of its vectors. */
const worstStatus = ({ vectors }: OperatorJudgement): VectorStatus =>
  order.find((status) => countOf(vectors, status) > 0) ?? 'missing'

export const anyIs = ({ operators }: FolderJudgement, status: VectorStatus): boolean =>
  operators.some(({ vectors }) => countOf(vectors, status) > 0)

export function folderText(judged: FolderJudgement): string {
  const { manifest, operators } = judged
  const head = ['operator', 'verdict', 'vectors', ...order, 'worst/bound']
  const rows = operators.map((o) => [
    o.operator,
    paint(worstStatus(o)),
    String(o.vectors.length),
    ...order.map((status) => String(countOf(o.vectors, status))),
    worstOf(o),
  ])
  const details = operators.flatMap((o) => detailsOf(o, judged))
  const total = operators.reduce((sum, o) => sum + o.vectors.length, 0)
  return [
    `${pc.bold('vectors')} ${pc.dim(`of ${manifest.tool.name} ${manifest.tool.version}, ${manifest.precision}, seed ${manifest.seed}`)}`,
    columns([head, ...rows]),
    ...details,
    closing(judged, total),
  ].join('\n')
}

function worstOf({ vectors }: OperatorJudgement): string {
  const held = vectors.flatMap(({ status, verdict }) => (status === 'held' && verdict ? [verdict.worst] : []))
  return held.length === 0 ? '–' : Math.max(...held).toFixed(3)
}

function paint(status: VectorStatus): string {
  if (status === 'wrong' || status === 'unreadable') return pc.red(status)
  return status === 'held' ? pc.green(status) : pc.yellow(status)
}

function detailsOf(o: OperatorJudgement, { manifest }: FolderJudgement): string[] {
  const lines: string[] = []
  for (const { vector, status, file, message } of o.vectors) {
    if (status === 'held') continue
    const said = status === 'missing' ? 'no output beside it' : `${file}: ${message ?? ''}`
    lines.push('', `  ${paint(status)} ${pc.bold(vector.name)} ${said}`)
    if (!failing.includes(status)) continue
    lines.push(`    hunts ${namesText(vector.hunts)}`, `    ${pc.dim(`cnn-oracle replay '${vector.case}'`)}`)
  }
  if (!o.vectors.some(({ status }) => status === 'wrong' || status === 'convention')) return lines
  const [cause, ...rivals] = o.causes
  const { mistakes = 0 } = manifest.operators.find(({ operator }) => operator === o.operator) ?? {}
  if (!cause) lines.push(`    looks like: unexplained, none of ${mistakes} known mistakes gives these outputs`)
  else lines.push(`    looks like: ${cause.name}: ${cause.sentence}`)
  if (rivals.length > 0) lines.push(`      equally good: ${namesText(rivals.map(({ name }) => name))}`)
  return lines
}

function namesText(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join('; ') + (rest > 0 ? ` and ${rest} more` : '')
}

function closing(judged: FolderJudgement, total: number): string {
  const count = (status: VectorStatus): number =>
    judged.operators.reduce((sum, { vectors }) => sum + countOf(vectors, status), 0)
  if (count('wrong') > 0) return `\n${pc.red(`${count('wrong')} of ${total} vectors are wrong`)}`
  if (count('unreadable') > 0) return `\n${pc.red(`${count('unreadable')} of ${total} outputs cannot be read`)}`
  if (count('missing') > 0) return `\n${pc.yellow(`inconclusive: ${count('missing')} of ${total} outputs are missing`)}`
  return `\n${pc.green(`holds: ${count('held')} of ${total} vectors right, none wrong`)}`
}

export function folderDocument({ manifest, operators }: FolderJudgement): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: tool(),
    environment: environment(),
    seed: manifest.seed,
    precision: manifest.precision,
    written: manifest.tool,
    operators: operators.map((o) => ({
      operator: o.operator,
      verdict: worstStatus(o),
      vectors: o.vectors.length,
      ...Object.fromEntries(order.map((status) => [status, countOf(o.vectors, status)])),
      causes: o.causes,
    })),
    vectors: operators.flatMap((o) =>
      o.vectors.map(({ vector, status, file, message, verdict }) => ({
        vector: vector.name,
        operator: o.operator,
        case: vector.case,
        status,
        file: file ?? null,
        grade: verdict?.grade ?? null,
        message: message ?? null,
        where: verdict?.first?.index ?? null,
        expected: numberText(verdict?.first?.expected),
        got: numberText(verdict?.first?.got),
        bound: numberText(verdict?.first?.bound),
        worst: numberText(verdict?.worst),
        hunts: vector.hunts,
      })),
    ),
  }
}

/** JSON has no NaN and no infinities: they are written as the text JavaScript has for them. */
const numberText = (v: number | undefined): number | string | null =>
  v === undefined ? null : Number.isFinite(v) ? v : String(v)
