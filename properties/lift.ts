/** Operands taken into another number system, and the textbook in the most precise one. */
import { doubleDouble, nearestFloat64 } from '../reference/arithmetic/doubleDouble.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../reference/operators.ts'
import type { TensorOf } from '../reference/tensor.ts'

/** Each number as `from` has it; the operand's name and the position are given for those that differ. */
export function lift<T>(
  operands: AnyOperands<number>,
  from: (value: number, name: string, i: number) => T,
): AnyOperands<T> {
  const lifted: Record<string, TensorOf<T> | undefined> = {}
  for (const [name, t] of Object.entries(operands))
    lifted[name] = t && { shape: t.shape, data: Array.from(t.data, (v, i) => from(v, name, i)) }
  return lifted
}

/** The textbook in double-double, rounded to the nearest float64. Throws ShapeError. */
export function preciseTextbook(
  row: OperatorRow,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
): TensorOf<number> {
  const precise = lift(operands, (v) => doubleDouble.from(v))
  const { shape, data } = row.textbook(doubleDouble, precise, attributes)
  return { shape, data: Float64Array.from(data, (v) => nearestFloat64(v).nearest) }
}
