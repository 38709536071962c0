/**
 * A case and how it is called. One call by itself says too little of what many alike give, of several at once, of operands that
 * are refilled in place; a law makes calls of its own, and a gradient is judged beside the forward result.
 */
import type { Case } from '../properties/case.ts'

export const manners = ['repeated', 'together', 'refilled', 'law', 'gradient'] as const
export type Manner = (typeof manners)[number]

export interface Examination {
  readonly case: Case
  /** Absent: a call, and the same once more. */
  readonly manner?: Manner
  /** Calls under way with it, or the one whose operands it takes over. */
  readonly others?: readonly Case[]
  /** The equation of the law, or the operator whose gradient is judged. */
  readonly of?: string
}
