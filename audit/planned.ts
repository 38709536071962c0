/** The cases that an operator's audit begins with, whatever is found: chosen once, they serve every implementation. */

import { allClassPairs, classPairs, uncoveredCases } from '../properties/arbitrary/classes.ts'
import { coveringCases } from '../properties/arbitrary/cover.ts'
import { largeCases, usualCases } from '../properties/arbitrary/usual.ts'
import type { Case } from '../properties/case.ts'
import type { Draw } from '../properties/values.ts'
import type { OperatorRow } from '../reference/operators.ts'

/** Decisive ones first: exact integers and impulses, then those where conventions live. */
const turns: readonly Draw[] = [
  'exact',
  'impulse',
  'exact',
  'special',
  'tie',
  'negative',
  'real',
  'special',
  'image',
  'exact',
  'tie',
  'impulse',
]

/** Chosen one by one from many that are drawn; behind these every one counts, and any will do. */
const MOST_CHOSEN = 100
/** For each case asked for, so many more at most that complete the pairs: 12 cases leave 10 to 25 to go. */
const COMPLETION = 3

/** To choose for all operators takes three seconds, which every process would pay. */
const chosen = new Map<string, readonly Case[]>()

/**
 * Cases that differ as much as so few can, those of networks, then those that show the pairs of classes still missing, and large
 * ones last.
 */
export function plannedCases(row: OperatorRow, count: number, seed: number): readonly Case[] {
  const key = `${row.name} ${count} ${seed}`
  const before = chosen.get(key)
  if (before) return before
  const first = [...coveringCases(row, Math.min(count, MOST_CHOSEN), seed, turns), ...usualCases(row, seed)]
  const covered = new Set(first.flatMap(classPairs))
  const cases = [...first, ...uncoveredCases(row, covered, seed, count * COMPLETION), ...largeCases(row, seed)]
  chosen.set(key, cases)
  return cases
}

/** What was covered of all pairs of classes. */
export interface Coverage {
  readonly covered: number
  readonly of: number
  /** The first of those that are missing. */
  readonly missing: readonly string[]
}

/** Names of missing pairs that a report holds. */
const MOST_MISSING = 12

export function coverageOf(row: OperatorRow, judged: ReadonlySet<string>): Coverage {
  const all = allClassPairs(row)
  const missing = all.filter((pair) => !judged.has(pair))
  return { covered: all.length - missing.length, of: all.length, missing: missing.slice(0, MOST_MISSING) }
}
