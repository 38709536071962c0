/**
 * What flushing subnormal numbers to zero may change in a result, element by element. Hardware does so to operands, to
 * products and to sums (FTZ and DAZ); it is a convention, not an error.
 *
 *   Σ|terms| with every subnormal operand as tiny − Σ|terms| with every one as 0 + n·tiny·A
 *
 * tiny the smallest normal number, n the roundings of the element, A = 1, or the largest operand where a product has a third
 * factor, which a product flushed before it would have been multiplied by.
 */
import { magnitude } from '../reference/arithmetic/magnitude.ts'
import { roundings } from '../reference/arithmetic/roundings.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../reference/operators.ts'
import type { FloatFormat } from './format.ts'
import { measured } from './measured.ts'

/** A logarithm of a positive float64 is no larger: what a flush inside a function is multiplied by at most. */
const STEEPEST = 1024

export function flushEffect(
  row: OperatorRow,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
  length: number,
  largest: number,
  { tiny }: FloatFormat,
): Float64Array {
  const effect = new Float64Array(length)
  if (row.kind === 'selection') return effect.fill(tiny)
  // A result of one number reads every operand; in any other the functions are of bounded slope.
  if (row.kind === 'function')
    return effect.fill((row.operands.length + 1) * tiny * (length === 1 ? Math.max(STEEPEST, largest) : STEEPEST))
  const termsWith = (subnormal: number): ArrayLike<number> => {
    const from = (v: number): number => magnitude.from(v !== 0 && Math.abs(v) < tiny ? subnormal : v)
    return row.textbook(magnitude, measured(row, operands, from), attributes).data
  }
  const counts = row.textbook(roundings, measured(row, operands, roundings.from), attributes).data
  const [most, least] = [termsWith(tiny), termsWith(0)]
  const factor = thirdFactor(row, largest)
  for (let i = 0; i < length; i++) effect[i] = most[i]! - least[i]! + roundings.total(counts[i]!) * tiny * factor
  return effect
}

/** What an error in the product of two factors may still be multiplied by: the third, in δ·y·(1−y) and its like. */
export const thirdFactor = (row: OperatorRow, largest: number): number =>
  row.family === 'pointwise' || row.family === 'rows' ? Math.max(1, largest) : 1
