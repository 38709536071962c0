/** A law over many cases. */
import type { Implementation } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { sampleCases } from '../arbitrary/case.ts'
import type { Case } from '../case.ts'
import { refuseCount, refuseImplementation } from '../given.ts'
import type { Law, LawOutcome } from './law.ts'

/** Of the generated cases at least one in this many must be one that a law speaks of. */
const RAREST = 20

/**
 * `count` cases that a law speaks of, from one seed: the same on every machine. Draws come by turns, and so does the parity of
 * the seed within a draw: it says which factor has all the bits, or the one 1 of an impulse.
 */
export function lawCases(law: Law, count: number, seed: number): Case[] {
  refuseCount(`${law.equation}: cases`, count)
  const row = operatorRow(law.operator)
  const cases: Case[] = []
  for (let batch = 0; cases.length < count; batch++) {
    if (batch === RAREST) {
      throw new RangeError(
        `${law.equation}: ${cases.length} of ${batch * count} cases are in its domain; widen \`among\``,
      )
    }
    for (const c of sampleCases(row, count, seed + batch, law.draws)) {
      const fit = law.among(c)
      if (fit && cases.length < count) cases.push(byTurns(fit, law, cases.length))
    }
  }
  return cases
}

function byTurns(c: Case, { draws }: Law, i: number): Case {
  if (!('seed' in c.values)) return c
  const parity = Math.floor(i / draws.length) % 2
  return { ...c, values: { draw: draws[i % draws.length]!, seed: c.values.seed - (c.values.seed % 2) + parity } }
}

export interface LawReport {
  readonly law: Law
  /** Cases on which it held; `weak` and `exact` ones among them. */
  held: number
  weak: number
  exact: number
  unsupported: number
  elements: number
  /** The first case that breaks it; none was tried after it. */
  broken?: { readonly case: Case; readonly outcome: Extract<LawOutcome, { status: 'broken' }> }
}

/** Tries a law on `cases` cases; undefined where the implementation does not offer what it calls. Throws RangeError where nothing would be tried. */
export async function holdLaw(
  law: Law,
  implementation: Implementation,
  { cases = 25, seed = 1 }: { readonly cases?: number; readonly seed?: number } = {},
): Promise<LawReport | undefined> {
  refuseImplementation(law.equation, implementation)
  const report: LawReport = { law, held: 0, weak: 0, exact: 0, unsupported: 0, elements: 0 }
  for (const c of lawCases(law, cases, seed)) {
    const outcome = await law(implementation, c)
    if (outcome.status === 'not offered') return undefined
    if (outcome.status === 'broken') return { ...report, broken: { case: c, outcome } }
    if (outcome.status === 'unsupported') {
      report.unsupported++
      continue
    }
    report.held++
    report.elements += outcome.elements
    if (outcome.weak) report.weak++
    if (outcome.exact) report.exact++
  }
  return report
}
