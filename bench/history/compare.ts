/** Two recorded runs beside each other: how many times as long the second takes, kernel by kernel. */
import type { Interval } from '../interval.ts'
import { differences, type Fingerprint } from '../measure/fingerprint.ts'
import type { Entry } from './entry.ts'
import { nameOf } from './series.ts'

interface Compared {
  readonly name: string
  readonly case: string | null
  /** Time of B over that of A; only within one fingerprint. */
  readonly time: Interval | null
  /** The same of times divided by the frozen kernel's, which holds across machines as well as anything does. */
  readonly perFrozen: Interval
  /** What the gate measured of B against A in turns, where B was held against A: the best there is. */
  readonly paired: Interval | null
}

export interface Comparison {
  readonly rows: readonly Compared[]
  /** What differs between the fingerprints, each with both values. */
  readonly differs: readonly string[]
  readonly onlyA: readonly string[]
  readonly onlyB: readonly string[]
}

/** Void runs count for nothing; of several entries of a kernel the last counts, on the machine of both where there is one. */
export function compare(a: readonly Entry[], b: readonly Entry[]): Comparison {
  const [before, after] = [byKernel(a), byKernel(b)]
  const differs = new Set<string>()
  const rows: Compared[] = []
  for (const [key, theirs] of after) {
    const ours = before.get(key)
    if (!ours) continue
    const [old, now] = pairOf(ours, theirs)
    const fields = differences(old.fingerprint, now.fingerprint)
    for (const field of fields) differs.add(field)
    rows.push({
      name: nameOf(now),
      case: now.case,
      time: fields.length === 0 ? quotient(now.seconds, old.seconds) : null,
      perFrozen: quotient(now.perFrozen, old.perFrozen),
      paired: now.base !== null && now.base === old.commit ? now.ratio : null,
    })
  }
  const missing = (of: typeof before, from: typeof before): string[] => [
    ...new Set([...of].filter(([key]) => !from.has(key)).map(([, [entry]]) => nameOf(entry!))),
  ]
  return { rows, differs: [...differs], onlyA: missing(before, after), onlyB: missing(after, before) }
}

function byKernel(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    if (entry.verdict === 'VOID') continue
    const key = JSON.stringify([nameOf(entry), entry.case])
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return groups
}

function pairOf(a: readonly Entry[], b: readonly Entry[]): [Entry, Entry] {
  const same = (x: Fingerprint, y: Fingerprint): boolean => differences(x, y).length === 0
  for (const now of [...b].reverse()) {
    const old = [...a].reverse().find(({ fingerprint }) => same(fingerprint, now.fingerprint))
    if (old) return [old, now]
  }
  return [a.at(-1)!, b.at(-1)!]
}

/**
 * b / a with the bounds that follow from those of both, taken as independent: the distances of their logarithms from the
 * middle add as squares, each side its own (MOVER: Zou & Donner 2008, doi:10.1002/sim.3095).
 */
export function quotient(b: Interval, a: Interval): Interval {
  const log = Math.log(b.median / a.median)
  const below = Math.hypot(Math.log(b.median / b.low), Math.log(a.high / a.median))
  const above = Math.hypot(Math.log(b.high / b.median), Math.log(a.median / a.low))
  return { median: Math.exp(log), low: Math.exp(log - below), high: Math.exp(log + above) }
}

export function compareText({ rows, differs, onlyA, onlyB }: Comparison): string {
  const text = (ratio: Interval | null): string =>
    ratio ? `${ratio.median.toFixed(3)} [${ratio.low.toFixed(3)}, ${ratio.high.toFixed(3)}]` : '–'
  const head = ['kernel', 'case', 'time, B ÷ A', 'time ÷ frozen, B ÷ A', 'in turns, B ÷ A']
  const cells = rows.map((row) => [row.name, row.case ?? '', text(row.time), text(row.perFrozen), text(row.paired)])
  const width = head.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(width[i]!))
      .join('  ')
      .trimEnd()
  return [
    ...(differs.length > 0
      ? [`fingerprints differ, absolute times do not compare: ${differs.join('; ')}`]
      : ['one fingerprint']),
    line(head),
    ...cells.map(line),
    ...(onlyA.length > 0 ? [`only in A: ${onlyA.join(', ')}`] : []),
    ...(onlyB.length > 0 ? [`only in B: ${onlyB.join(', ')}`] : []),
    'above 1: B is slower. Bounds of 95 %; those of times and of frozen take the two runs as independent.',
  ].join('\n')
}
