/** One document of several: the shards of a run, put together as if it had not been divided. */
import { isDeepStrictEqual } from 'node:util'
import { operators } from '../../reference/operators.ts'
import { type AuditDocument, byId, documentSchema, goneAmong, type KnownRecord, type TargetRecord } from './document.ts'

/** A document and where it is from. */
export interface Part {
  readonly file: string
  readonly document: AuditDocument
}

/** Documents that do not make one report; the message is one line that names the files, what differs and the mend. */
class MergeError extends Error {
  override readonly name = 'MergeError'
}

/** Reads what `--json` wrote. Throws MergeError. */
export function readDocument(file: string, text: string): Part {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new MergeError(`merge: ${file} is no JSON; give what \`cnn-oracle audit --json\` wrote`)
  }
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) return { file, document: parsed.data }
  const { path, message } = parsed.error.issues[0]!
  throw new MergeError(
    `merge: ${file} is no document of this version of \`cnn-oracle audit --json\`: ` +
      `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
  )
}

/** Throws MergeError unless the parts are all shards of one run, each once. A single whole document stays as it is. */
export function merge(given: readonly Part[]): AuditDocument {
  const [first] = given
  if (!first)
    throw new MergeError('merge: no document; give the files that `cnn-oracle audit --shard i/n --json` wrote')
  const divided = first.document.shard
  if (given.length === 1 && divided === null) return first.document
  for (const part of given) sameRun(first, part)
  const parts = [...given].sort((a, b) => indexOf(a) - indexOf(b))
  allThere(parts)
  const documents = parts.map((part) => part.document)
  const known = knownOf(parts)
  const interrupted = documents.some((d) => d.interrupted)
  const { environment } = first.document
  const environments = documents.flatMap((d) => [d.environment, ...d.otherEnvironments])
  return {
    ...first.document,
    otherEnvironments: distinct(environments).filter((e) => !isDeepStrictEqual(e, environment)),
    interrupted,
    shard: null,
    targets: targetsOf(parts, interrupted),
    skipped: distinct(documents.flatMap((d) => d.skipped)),
    known,
    gone: interrupted ? [] : goneAmong(known),
  }
}

const indexOf = ({ document }: Part): number => document.shard?.index ?? 0

/** What all parts of a run have in common. */
function sameRun(first: Part, part: Part): void {
  const of: Readonly<Record<string, (d: AuditDocument) => unknown>> = {
    'version of cnn-oracle': (d) => d.tool.version,
    commit: (d) => d.environment.commit,
    seed: (d) => d.seed,
    cases: (d) => d.cases,
    'number of shards': (d) => d.shard?.count ?? 'whole, no shard',
  }
  for (const [what, value] of Object.entries(of)) {
    const [a, b] = [value(first.document), value(part.document)]
    if (a !== b)
      throw new MergeError(`merge: the ${what} is ${a} in ${first.file} and ${b} in ${part.file}; run them alike`)
  }
  const [a, b] = [offeredIn(first), offeredIn(part)]
  if (isDeepStrictEqual(a, b)) return
  const differing = distinct([...Object.keys(a), ...Object.keys(b)]).find((t) => !isDeepStrictEqual(a[t], b[t]))
  throw new MergeError(
    `merge: ${differing} offers ${countOf(a, differing)} in ${first.file} and ${countOf(b, differing)} in ${part.file}, ` +
      'so that the shards were not cut alike; audit the same targets, operators and packages in each',
  )
}

type Offers = Readonly<Record<string, readonly string[]>>

const offeredIn = ({ document }: Part): Offers =>
  Object.fromEntries((document.shard?.offered ?? []).map((o) => [o.target, o.operators]))

const countOf = (offers: Offers, target = ''): string => `${offers[target]?.length ?? 0} operators`

/** Each shard once. Throws MergeError that names the missing or the doubled one. */
function allThere(parts: readonly Part[]): void {
  const count = parts[0]!.document.shard?.count
  if (count === undefined) {
    throw new MergeError(`merge: ${parts.map((p) => p.file).join(' and ')} are whole runs, no shards; give one of them`)
  }
  const indices = parts.map(indexOf)
  for (const index of indices) {
    const same = parts.filter((part) => indexOf(part) === index)
    if (same.length > 1)
      throw new MergeError(`merge: shard ${index}/${count} is there twice: ${same.map((p) => p.file).join(' and ')}`)
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((i) => !indices.includes(i))
  if (missing.length > 0)
    throw new MergeError(
      `merge: shard ${missing.map((i) => `${i}/${count}`).join(' and ')} is missing; give its file too`,
    )
}

/** Targets in the order in which they are offered, their operators in that of the table. */
function targetsOf(parts: readonly Part[], interrupted: boolean): TargetRecord[] {
  const order = operators.map((row) => row.name as string)
  const place = (name: string): number => order.indexOf(name)
  return Object.entries(offeredIn(parts[0]!)).flatMap(([name, offered]) => {
    const shares = parts.flatMap(({ file, document }) =>
      document.targets.filter((t) => t.target === name).map((record) => ({ file, record })),
    )
    const [first] = shares
    if (!first) return interrupted ? [] : refuseHole(name, offered[0]!)
    const other = shares.find(({ record }) => record.version !== first.record.version)
    if (other) {
      throw new MergeError(
        `merge: ${name} is ${first.record.version} in ${first.file} and ${other.record.version} in ${other.file}; install one version`,
      )
    }
    const audited = shares.flatMap(({ record }) => record.operators)
    const names = audited.map((o) => o.operator as string)
    const twice = names.find((operator, i) => names.indexOf(operator) !== i)
    if (twice !== undefined) throw new MergeError(`merge: ${name} ${twice} is in two shards; were they cut alike?`)
    const hole = offered.find((operator) => !names.includes(operator))
    if (hole !== undefined && !interrupted) refuseHole(name, hole)
    const findings = shares.flatMap(({ record }) => record.findings)
    return {
      ...first.record,
      operators: audited.sort((a, b) => place(a.operator) - place(b.operator)),
      findings: findings.sort((a, b) => place(a.operator) - place(b.operator)),
    }
  })
}

function refuseHole(target: string, operator: string): never {
  throw new MergeError(`merge: ${target} ${operator} is in no shard; were they cut alike?`)
}

/** Entries of all parts: one shows when it shows anywhere. */
function knownOf(parts: readonly Part[]): KnownRecord[] {
  const merged = new Map<string, { readonly file: string; readonly entry: KnownRecord }>()
  for (const { file, document } of parts) {
    for (const entry of document.known) {
      const before = merged.get(entry.id)
      if (before && !isDeepStrictEqual({ ...before.entry, shows: false }, { ...entry, shows: false })) {
        throw new MergeError(
          `merge: the known finding ${entry.id} differs between ${before.file} and ${file}; give each shard the same --known`,
        )
      }
      merged.set(entry.id, { file, entry: { ...entry, shows: entry.shows || (before?.entry.shows ?? false) } })
    }
  }
  return [...merged.values()].map(({ entry }) => entry).sort(byId)
}

function distinct<T>(values: readonly T[]): T[] {
  return values.filter((value, i) => values.findIndex((other) => isDeepStrictEqual(other, value)) === i)
}
