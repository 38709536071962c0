/** What a verdict compares with where no call of an operator was made: two ways to the same numbers, and how far apart they may be. */
import type { Precision } from '../reference/contract.ts'
import type { Expectation } from './bound.ts'

/** Beyond `bound` the two do not agree, and where it is infinite anything does; no convention excuses a difference. `name` is the subject of the sentence. */
export function agreement(
  name: string,
  precision: Precision,
  shape: readonly number[],
  value: Float64Array,
  bound: Float64Array,
): Expectation {
  const scale = bound.map((b) => (b < Infinity ? 0 : Infinity))
  const nothing = { operands: {}, attributes: {}, special: false, flush: () => 0 }
  return { row: { name }, precision, shape, value, bound, typical: bound, scale, ...nothing }
}
