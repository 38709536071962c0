/** Sentences and numbers that every report says alike. */
import { diagnosisLines } from '../diagnosis/diagnosis.ts'
import {
  type AuditDocument,
  type FindingRecord,
  goneOf,
  type KnownRecord,
  newsOf,
  type TargetRecord,
} from './document.ts'
import { type Score, scoreOf } from './summary.ts'

export interface Closing {
  readonly state: 'holds' | 'findings' | 'open'
  readonly text: string
}

/** The last line of a report. */
export function closingOf(d: AuditDocument): Closing {
  const news = newsOf(d).length
  const cases = d.targets.flatMap((t) => t.operators).reduce((sum, o) => sum + o.cases, 0)
  const part = d.shard ? `, shard ${d.shard.index} of ${d.shard.count}` : ''
  const all = `${cases} cases, seed ${d.seed}${part}`
  if (news > 0) return { state: 'findings', text: `${news} finding${news > 1 ? 's' : ''} not known yet (${all})` }
  if (cases === 0) return { state: 'open', text: `nothing was judged${part}` }
  if (d.interrupted) return { state: 'open', text: `no finding that is not known so far (${all})` }
  return { state: 'holds', text: `holds: no finding that is not known (${all})` }
}

export const INTERRUPTED = 'interrupted: what was found until then is above'

/** Of a target: what it is called, with version and precision. */
export const titleOf = (t: TargetRecord): string => [t.target, t.version, t.precision].filter(Boolean).join(' ')

export interface Standing extends Score {
  readonly target: string
  readonly findings: number
  readonly news: number
}

/** A line an implementation for the scoreboard. */
export const standingsOf = (d: AuditDocument): Standing[] =>
  d.targets.map((t) => ({
    target: t.target,
    ...scoreOf(t.operators.map((o) => o.verdict)),
    findings: t.findings.length,
    news: t.findings.filter((finding) => finding.news).length,
  }))

/** "element [0,1]  expected 1  got 0  bound 0", or nothing where no element is to blame. */
const elementLine = ({ where, expected, got, bound }: FindingRecord): string | undefined =>
  where === null ? undefined : `element [${where.join(',')}]  expected ${expected}  got ${got}  bound ${bound}`

const knownLine = (k: KnownRecord): string => `known as ${k.id}: ${k.what} (${k.link})`

/** What there is to say of a finding below its message, without colours. */
export function findingLines(finding: FindingRecord, known?: KnownRecord): string[] {
  const element = elementLine(finding)
  return [
    ...(element === undefined ? [] : [element]),
    ...(finding.diagnosis ? diagnosisLines(finding.diagnosis) : []),
    finding.replay,
    ...(known ? [knownLine(known)] : []),
  ]
}

/** Missing pairs that are named, an operator. */
const MOST_NAMED = 3

/** How many pairs of classes the cases of a target showed, and which are missing. */
export function pairLines({ operators }: TargetRecord): string[] {
  const all = operators.flatMap(({ operator, pairs }) => (pairs ? [{ operator, ...pairs }] : []))
  if (all.length === 0) return []
  const sum = (of: 'covered' | 'of'): number => all.reduce((total, pairs) => total + pairs[of], 0)
  const head = `pairs of attribute classes covered: ${sum('covered')} of ${sum('of')}`
  const rest = all
    .filter(({ missing }) => missing.length > 0)
    .map(({ operator, covered, of, missing }) => {
      const more = of - covered > MOST_NAMED ? ', …' : ''
      return `${operator} lacks ${of - covered}: ${missing.slice(0, MOST_NAMED).join(', ')}${more}`
    })
  return [head, ...rest]
}

/** A line for each known finding that no longer shows, with what to do. Without a case of its own, chance may have hidden it. */
export const goneLines = (d: AuditDocument): string[] =>
  goneOf(d).map((k) => {
    const mend = `take it out of ${k.file}, the known findings`
    return k.shownBy.length > 0
      ? `${k.id} (${k.targets.join(', ')}: ${k.what}) no longer shows, nor in ${k.shownBy.join(', ')}; ${mend}`
      : `${k.id} (${k.targets.join(', ')}: ${k.what}) no longer shows; ${mend}, or give it a case that shows it, as shownBy`
  })

/** "3 of 12 failed, 2 unsupported, given up after 2 crashes" */
export function operatorNote(o: TargetRecord['operators'][number]): string {
  const parts = [
    o.failed > 0 ? `${o.failed} of ${o.cases} failed` : `${o.cases} cases`,
    o.unsupported > 0 ? `${o.unsupported} unsupported` : '',
    o.ended ?? '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** Largest error in units of its bound; a dash where no case held. */
export function worstText(o: TargetRecord['operators'][number]): string {
  if (o.cases === o.failed) return '–'
  return o.worst === 0 ? '0' : typeof o.worst === 'number' ? o.worst.toFixed(3) : o.worst
}
