/** What is known: findings that are expected, with reason and link, so that an audit serves as a gate meanwhile. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseCase } from '../properties/descriptor.ts'
import type { OperatorName } from '../reference/contract.ts'
import { nearest, operators } from '../reference/operators.ts'
import type { Examination } from './examination.ts'
import { type Finding, findingKinds } from './finding.ts'

export const knownFields = {
  /** A name of its own: that of the entry in audit/findings.md. */
  id: z.string().min(1),
  /** Names of implementations; * stands for anything: "tfjs-*\/number". */
  targets: z.array(z.string()).min(1),
  operators: z.array(z.string()).min(1),
  kinds: z.array(z.enum(findingKinds)).min(1),
  /** Features that a finding must have; none for any. */
  features: z.array(z.string()).default([]),
  /** Patterns that the finding must fit as well, where they are there: its cause, its message, its smallest case. */
  cause: z.string().min(1).optional(),
  message: z.string().min(1).optional(),
  case: z.string().min(1).optional(),
  /** Smallest cases that show it: judged where no case of a run did, so that it has gone when they are right. */
  shownBy: z.array(z.string()).default([]),
  manner: z
    .literal('together')
    .optional()
    .describe('the cases of shownBy are called at once; each by itself when left out'),
  what: z.string().min(1),
  why: z.string().min(1),
  link: z.string().min(1),
}
const file = z.array(z.strictObject(knownFields))

/** An entry, and the file it stands in. */
export type Known = z.infer<typeof file>[number] & { readonly file: string }

/** A list of known findings that cannot be read; the message is one line that names entry, field and mend. */
class KnownError extends Error {
  override readonly name = 'KnownError'
}

const peers = new URL('./known.json', import.meta.url)
/** How the list that comes with the package is called in reports. */
const PEERS_FILE = 'audit/known.json'

/** Own lists first, then what is known of the peers, unless it is not wanted. Throws KnownError. */
export function readKnown(files: readonly string[] = [], withPeers = true): readonly Known[] {
  const known = files.flatMap((path) => knownIn(path, path))
  if (withPeers) known.push(...knownIn(peers, PEERS_FILE))
  const seen = new Map<string, Known>()
  for (const entry of known) {
    const before = seen.get(entry.id)
    if (before) {
      const where = before.file === entry.file ? `twice in ${entry.file}` : `in ${before.file} and in ${entry.file}`
      throw new KnownError(`known findings: the id ${entry.id} stands ${where}; give each entry an id of its own`)
    }
    seen.set(entry.id, entry)
  }
  return known
}

function knownIn(path: string | URL, name: string): Known[] {
  const list = jsonOf(path, name)
  if (!Array.isArray(list)) {
    throw new KnownError(`${name}: it is no list; write [{ "id": …, "targets": […], "operators": […], … }]`)
  }
  const parsed = file.safeParse(list)
  if (parsed.success) return parsed.data.map((entry) => checked({ ...entry, file: name }))
  const { path: where, message } = parsed.error.issues[0]!
  const [index, ...field] = where
  const at = entryName(list, Number(index))
  throw new KnownError(`${name}: ${at}${field.length > 0 ? `, ${field.join('.')}` : ''}: ${message}`)
}

function jsonOf(path: string | URL, name: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new KnownError(`${name} ${isMissing ? 'does not exist' : `cannot be read: ${oneLine(error)}`}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new KnownError(`${name} is no JSON: ${oneLine(error)}`)
  }
}

const oneLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!

/** "entry 3 (T2)" */
function entryName(list: readonly unknown[], index: number): string {
  const entry: unknown = list[index]
  const id = typeof entry === 'object' && entry !== null && 'id' in entry ? ` (${String(entry.id)})` : ''
  return `entry ${index + 1}${id}`
}

/** What never matches would be reported as gone: an operator that does not exist, a case that is none or of another operator. */
function checked(entry: Known): Known {
  const names = operators.map((row) => row.name)
  const off = entry.operators.find((pattern) => !names.some((name) => matches(pattern, name)))
  if (off === undefined) return withCases(entry)
  const mend = off.includes('*') ? '* stands for any run of characters' : `did you mean ${nearest(off, names)}?`
  throw new KnownError(`${entry.file}: entry ${entry.id}, operators: there is no ${JSON.stringify(off)}; ${mend}`)
}

/** What shows an entry, each by itself: its cases, or all of them called at once. */
export function showing({ shownBy, manner }: Known): Examination[] {
  const cases = shownBy.map(parseCase)
  return manner === undefined
    ? cases.map((c) => ({ case: c }))
    : [{ case: cases.at(-1)!, manner, others: cases.slice(0, -1) }]
}

function withCases(entry: Known): Known {
  if (entry.manner && entry.shownBy.length < 2) {
    const number = entry.shownBy.length
    throw new KnownError(
      `${entry.file}: entry ${entry.id}, manner: calls at once are two or more, shownBy has ${number}; add cases, or leave manner out`,
    )
  }
  for (const descriptor of entry.shownBy) {
    const where = `${entry.file}: entry ${entry.id}, shownBy: ${JSON.stringify(descriptor)}`
    let operator: OperatorName
    try {
      operator = parseCase(descriptor).operator
    } catch (error) {
      throw new KnownError(`${where}: ${oneLine(error)}`)
    }
    if (!entry.operators.some((pattern) => matches(pattern, operator)))
      throw new KnownError(`${where}: the entry does not speak of ${operator}, but of ${entry.operators.join(', ')}`)
  }
  return entry
}

/** What an entry looks at. */
export type Expected = Pick<Finding, 'operator' | 'kind' | 'features' | 'cause' | 'message' | 'case'>

/** The entry that expects this finding of this implementation. */
export function knownEntry(known: readonly Known[], implementation: string, finding: Expected): Known | undefined {
  return known.find(
    (k) =>
      speaksOf(k, implementation, finding.operator) &&
      k.kinds.includes(finding.kind) &&
      k.features.every((feature) => finding.features.includes(feature)) &&
      fits(k.cause, finding.cause) &&
      fits(k.message, finding.message) &&
      fits(k.case, finding.case),
  )
}

/** Whether an entry is about an operator of an implementation, whatever is found there. */
export function speaksOf(k: Known, implementation: string, operator: OperatorName): boolean {
  const any = (patterns: readonly string[], text: string): boolean => patterns.some((p) => matches(p, text))
  return any(k.targets, implementation) && any(k.operators, operator)
}

/** No pattern fits everything; a pattern fits no finding that has nothing there. */
const fits = (pattern: string | undefined, text: string | null): boolean =>
  pattern === undefined || (text !== null && matches(pattern, text))

/** A pattern in which * stands for any run of characters, line breaks too. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}
