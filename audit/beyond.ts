/**
 * What is asked of an operator behind its cases, where all of them held: the manners of calling that single calls do not show,
 * on cases that held by themselves.
 */
import { sampleCases } from '../properties/arbitrary/case.ts'
import type { Case } from '../properties/case.ts'
import { gradientPairs } from '../properties/gradient/pair.ts'
import { type Law, laws, resultsNotShared, sameCallSameBits } from '../properties/law/index.ts'
import type { Implementation, OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import type { Examination } from './examination.ts'
import { siblingsOf } from './history.ts'

/** What judging a case, and the manner 'repeated', look at in any case. */
const looked: ReadonlySet<Law> = new Set([sameCallSameBits, resultsNotShared].flatMap((one) => Object.values(one)))

/** Calls of other shapes that are under way at once. */
const MOST_OTHER = 3

export function* examinationsOf(
  { operators, numerics = 'sum' }: Implementation,
  operator: OperatorName,
  held: readonly Case[],
  seed: number,
): Iterable<Examination> {
  const [a, ...rest] = held
  if (!a) return
  const busiest = held.find(({ values }) => 'draw' in values && values.draw === 'real') ?? a
  yield { case: busiest, manner: 'repeated' }
  for (const c of held.slice(0, 2)) {
    const alike = siblingsOf(c)[0]
    if (alike) yield { case: alike, manner: 'refilled', others: [c] }
  }
  const others = [...siblingsOf(a).slice(0, 1), ...rest.slice(0, MOST_OTHER)]
  yield { case: a, manner: 'together', others: [...others, a] }
  // Laws put results of one call into the next: with the wide bound of a fast algorithm they would have nothing to say.
  for (const law of numerics === 'sum' ? laws : []) {
    // A law over several operators breaks whichever is wrong: each is blamed for what its own cases show.
    if (law.operator !== operator || looked.has(law) || law.uses.length > 0) continue
    const fit = held.flatMap((c) => law.among(drawnFor(c, law.draws)) ?? [])[0]
    if (fit) yield { case: fit, manner: 'law', of: law.equation }
  }
  for (const { forward, gradient } of gradientPairs) {
    if (gradient !== operator || operators[forward] === undefined) continue
    yield { case: sampleCases(operatorRow(forward), 1, seed, ['exact'])[0]!, manner: 'gradient', of: gradient }
  }
}

function drawnFor(c: Case, draws: Law['draws']): Case {
  if (!('draw' in c.values) || draws.includes(c.values.draw)) return c
  return { ...c, values: { ...c.values, draw: draws[0]! } }
}
