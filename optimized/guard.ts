import { type Implementation, type Operators, ShapeError } from '../reference/contract.ts'
import { shapeText, sizeOf, type Tensor } from '../reference/tensor.ts'

type Call = (operands: Readonly<Record<string, Tensor | undefined>>, attributes: never) => unknown

/**
 * The same implementation, which refuses an operand that holds another count of numbers than its shape says: kernels read by
 * the shape alone, and would compute with what is not there. Its operators throw ShapeError.
 */
export function guarded<T extends Implementation>(implementation: T): T {
  const operators: Record<string, Call> = {}
  for (const [name, operator] of Object.entries<Call>(implementation.operators as Record<string, Call>)) {
    operators[name] = (operands, attributes) => {
      complete(name, operands)
      return operator(operands, attributes)
    }
  }
  return { ...implementation, operators: operators as unknown as Operators }
}

/** Throws ShapeError where an operand holds another count of numbers than its shape says. */
export function complete(operator: string, operands: Readonly<Record<string, Tensor | undefined>>): void {
  for (const operand in operands) {
    const t = operands[operand]
    if (t !== undefined && t.data.length !== sizeOf(t.shape)) {
      throw new ShapeError(
        `${operator}: ${operand} holds ${t.data.length} numbers, its shape ${shapeText(t.shape)} needs ${sizeOf(t.shape)}`,
      )
    }
  }
}
