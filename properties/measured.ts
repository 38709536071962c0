import type { AnyOperands, OperatorRow } from '../reference/operators.ts'
import type { TensorOf } from '../reference/tensor.ts'

/** Operands in another number system; those that are only compared stay as they are, so that they order as before. */
export function measured(
  row: OperatorRow,
  operands: AnyOperands<number>,
  from: (value: number, name: string) => number,
): AnyOperands<number> {
  const lifted: Record<string, TensorOf<number> | undefined> = {}
  for (const [name, operand] of Object.entries(operands)) {
    const keep = operand === undefined || row.compared?.includes(name)
    lifted[name] = keep
      ? operand
      : { shape: operand.shape, data: Float64Array.from(operand.data, (v) => from(v, name)) }
  }
  return lifted
}
