import { ShapeError } from './contract.ts'
import type { AnyOperands, OperatorRow } from './row.ts'
import { shapeText, sizeOf } from './tensor.ts'

/**
 * Refuses operands that are no tensors, are missing, bear a name the operator does not know, or hold another count of numbers
 * than their shape says; how shapes fit one another is for reference/shape. Throws ShapeError, which names the operand and the mend.
 */
export function checkOperands(row: OperatorRow, operands: AnyOperands<number>): void {
  const name = row.name
  const expected = `${name} takes { ${row.operands.map((o) => (o === row.optional ? `${o}?` : o)).join(', ')} }`
  if (!isRecord(operands))
    throw new ShapeError(`${name}: the operands are ${textOf(operands)}; ${expected}, each a tensor { shape, data }`)
  for (const given of Object.keys(operands))
    if (!row.operands.includes(given)) throw new ShapeError(`${name}: there is no operand ${given}; ${expected}`)
  for (const operand of row.operands) {
    const value: unknown = operands[operand]
    if (value === undefined && operand === row.optional) continue
    if (!isRecord(value) || !Array.isArray(value.shape) || !isList(value.data))
      throw new ShapeError(
        `${name}: ${operand} is ${value === undefined ? 'missing' : textOf(value)}; give a tensor { shape, data }`,
      )
    const shape: readonly unknown[] = value.shape
    if (!shape.every((extent): extent is number => Number.isSafeInteger(extent) && Number(extent) >= 0))
      throw new ShapeError(
        `${name}: the shape of ${operand} is (${shape.map(String).join(',')}); extents are whole numbers`,
      )
    if (value.data.length !== sizeOf(shape))
      throw new ShapeError(
        `${name}: ${operand} holds ${value.data.length} numbers, its shape ${shapeText(shape)} needs ${sizeOf(shape)}`,
      )
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && value !== null && 'length' in value

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : `an object with ${Object.keys(value).join(', ') || 'nothing'}`
}
