/** What the pictures share: names of cases, and rows of cases with their names on the left. */
import type { BenchDocument, Measurement } from '../measure/record.ts'
import { rungs } from '../suite/own.ts'
import { fitted, GRID, line, SIZE, text, widthOf } from './svg.ts'

export type Calibration = BenchDocument['calibration']
export type { Measurement }

export const WIDTH = 960
const MOST_NAME = 330

/** Who has which mark, the same in all pictures of a suite: the ladder's rungs first, then peers as they come. */
export function groupsOf(measurements: readonly Measurement[]): string[] {
  const names = measurements.map(({ implementation }) => implementation)
  const own = rungs.filter((rung) => names.includes(rung))
  return [...new Set([...own, ...names, ...measurements.flatMap(({ ratio }) => ratio?.map(({ to }) => to) ?? [])])]
}

/** Of a picture of `measured`, a part of a suite: who has which mark, who of them is in it, and what its cases are called. */
export function namesIn(
  all: readonly Measurement[],
  measured: readonly Measurement[],
): { readonly groups: string[]; readonly shown: string[]; readonly short: Map<string, string> } {
  const groups = groupsOf(all)
  const shown = groups.filter((group) => measured.some(({ implementation }) => implementation === group))
  return { groups, shown, short: shortNames(casesOf(measured)) }
}

/** Cases in the order in which they come. */
export const casesOf = (measurements: readonly { readonly case: string }[]): string[] => [
  ...new Set(measurements.map((m) => m.case)),
]

/** Names of cases as short as they differ: how values are drawn, and an operator that all have, are left out. */
export function shortNames(cases: readonly string[]): Map<string, string> {
  const plain = cases.map((name) => name.replace(/ @\S+$/, ''))
  const operator = plain[0]?.split(' ')[0]
  const common = plain.every((name) => name.startsWith(`${operator} `)) && plain.length > 1
  const short = plain.map((name) => (common ? name.slice(operator!.length + 1) : name))
  const own = new Set(short).size === short.length
  return new Map(cases.map((name, i) => [name, own ? short[i]! : name]))
}

/** How much room names need on the left of a picture. */
export const roomFor = (names: readonly string[]): number =>
  24 + Math.min(MOST_NAME, Math.max(0, ...names.map((name) => widthOf(name, SIZE - 1)))) + 12

/** The name of a row, right of which the picture begins, and its line across it. */
export function rowName(name: string, left: number, right: number, y: number, weight?: number): string {
  const style = { anchor: 'end', size: SIZE - 1, full: name, ...(weight === undefined ? {} : { weight }) } as const
  return line(left, y, right, y, GRID) + text(left - 12, y + 4, fitted(name, left - 36, SIZE - 1), style)
}
