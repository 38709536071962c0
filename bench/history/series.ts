/** The history of one kernel on one machine. */

import { type Change, changePoints } from './changePoints.ts'
import type { Entry } from './entry.ts'

export interface Series {
  readonly name: string
  readonly case: string | null
  readonly entries: readonly Entry[]
  /** ln(time ÷ frozen kernel), an entry each. */
  readonly values: readonly number[]
  readonly changes: readonly Change[]
}

export const nameOf = ({ suite, kernel }: Pick<Entry, 'suite' | 'kernel'>): string => `${suite}/${kernel}`

/**
 * Entries by suite, kernel, case and fingerprint, in the order of their dates; runs that were void are left out. A machine has a
 * series of its own, as even time ÷ frozen kernel is only roughly the same on another.
 */
export function seriesOf(entries: readonly Entry[]): Series[] {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    if (entry.verdict === 'VOID') continue
    const key = JSON.stringify([nameOf(entry), entry.case, entry.fingerprint])
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.values()].map((group) => {
    const values = group.map(({ perFrozen }) => Math.log(perFrozen.median))
    return { name: nameOf(group[0]!), case: group[0]!.case, entries: group, values, changes: changePoints(values) }
  })
}

/** "a1b2c3d", with + where the tree had changes beside it. */
export const commitText = ({ commit, modified }: Pick<Entry, 'commit' | 'modified'>): string =>
  `${commit?.slice(0, 7) ?? 'no commit'}${modified ? '+' : ''}`
