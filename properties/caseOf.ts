/** A call of the contract as a case: one line that `cnn-oracle replay` runs again. */
import type { OperatorName } from '../reference/contract.ts'
import { type AttributeBag, type Family, type OperatorRow, operatorRow, type Sizes } from '../reference/operators.ts'
import { sizeOf, type Tensor } from '../reference/tensor.ts'
import type { Case } from './case.ts'
import { printCase } from './descriptor.ts'

/** Values are written out up to this many; beyond, the line has the shapes, and values are drawn. */
const MOST_VALUES = 40

export interface CaseLine {
  readonly text: string
  /** Whether the values are those of the call. */
  readonly literal: boolean
}

export interface CalledCase {
  readonly operator: OperatorName
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
}

/** The operands must fit the operator, as those of a call that was judged do. */
export function caseOf({ operator, operands, attributes }: CalledCase): CaseLine {
  const row = operatorRow(operator)
  const sizes = sizesOf(row, operands, attributes)
  const given = Object.entries(operands).flatMap(([name, operand]) => (operand ? [[name, operand.data] as const] : []))
  const literal = given.reduce((sum, [, data]) => sum + data.length, 0) <= MOST_VALUES
  const values: Case['values'] = literal
    ? { literal: Object.fromEntries(given.map(([name, data]) => [name, Array.from(data)])) }
    : { draw: 'real', seed: 1 }
  const chosen = row.attributes.map((name) => [name, attributes[name]])
  const bias = row.optional !== undefined && operands[row.optional] !== undefined
  return { text: printCase({ operator, sizes, attributes: Object.fromEntries(chosen), bias, values }), literal }
}

/** The letters of a case that the axes of operands and of derived attributes stand for; a dot is an axis that follows from others. */
const axes: Readonly<Record<Exclude<Family, 'pointwise'>, Readonly<Record<string, string>>>> = {
  sequence: { f: 'n', g: 'k' },
  plane: { f: 'hw', g: 'rs' },
  convolution: { x: 'nchw', w: 'm.rs', dy: 'nm..', inputSize: 'hw', kernelSize: 'rs' },
  map: { dy: 'nmpq' },
  transposed: { x: 'nmpq', w: 'm.rs' },
  pooling: { x: 'nchw', dy: 'nc..', inputSize: 'hw' },
  dense: { x: 'ni', w: 'oi', dy: 'no' },
  matrix: { dy: 'no' },
  rows: { x: 'nk', y: 'nk' },
}

function sizesOf(row: OperatorRow, operands: CalledCase['operands'], attributes: AttributeBag): Sizes {
  const first = operands[row.operands[0]!]!
  // Whatever its axes are.
  if (row.family === 'pointwise') return { n: 1, c: 1, h: 1, w: sizeOf(first.shape) }
  const sizes: Record<string, number> = {}
  for (const [name, letters] of Object.entries(axes[row.family])) {
    const extents = operands[name]?.shape ?? Reflect.get(attributes, name)
    if (!Array.isArray(extents)) continue
    for (const [axis, letter] of [...letters].entries()) if (letter !== '.') sizes[letter] = extents[axis]
  }
  const perGroup = operands.w?.shape[1]
  if (row.sizes.includes('c') && sizes.c === undefined && perGroup !== undefined)
    sizes.c = perGroup * (attributes.groups ?? 1)
  return sizes
}
