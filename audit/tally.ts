/** What an audit counts of an operator. */
import type { Grade } from '../properties/verdict.ts'
import type { OperatorName } from '../reference/contract.ts'
import type { Coverage } from './planned.ts'

/** What was seen so far. */
export interface Tally {
  cases: number
  failed: number
  weak: number
  unsupported: number
  /** Elements by grade, over the cases that held. */
  elements: Record<Grade, number>
  /** Largest error in units of its bound, over the cases that held. */
  worst: number
  /** Pairs of classes among the cases, when all of them were judged. */
  coverage?: Coverage
}

export const emptyTally = (): Tally => ({
  cases: 0,
  failed: 0,
  weak: 0,
  unsupported: 0,
  elements: { exact: 0, accurate: 0, tolerable: 0, wrong: 0 },
  worst: 0,
})

export interface OperatorReport {
  readonly operator: OperatorName
  readonly tally: Tally
  /** Set when the audit of the operator was given up, and why. */
  readonly ended?: string
}
