/**
 * A case: an operator, its sizes, its attributes and where the values come from. Its descriptor is one line, which is its
 * name in every report, its line in a shapes file and its replay argument:
 *
 *   conv2d n1c64h56w56 m64r3s3 st2 pd1x0x1x0 g2 bias @real#42
 *
 * Operator, sizes, attributes that differ from their defaults, draw and seed; or, instead of the draw, the values
 * themselves: `x=1,0*8 w=2,-1`, where 0*8 stands for eight zeros. parse(print(case)) = case.
 */
import { type OperatorName, type Precision, ShapeError } from '../reference/contract.ts'
import { type AttributeBag, type OperatorRow, operatorRow, type Sizes } from '../reference/operators.ts'
import { shapeText, sizeOf, type Tensor, tensor } from '../reference/tensor.ts'
import { type Draw, drawOperands } from './values.ts'

export interface Drawn {
  readonly draw: Draw
  readonly seed: number
}
export interface Literal {
  readonly literal: Readonly<Record<string, readonly number[]>>
}

export interface Case {
  readonly operator: OperatorName
  readonly sizes: Sizes
  /** Complete but for the attributes that follow from the sizes. */
  readonly attributes: AttributeBag
  /** Whether the optional operand is there. */
  readonly bias: boolean
  readonly values: Drawn | Literal
}

/** The attributes that a descriptor leaves out. */
export const defaults = {
  mode: 'full',
  kernel: [1, 1],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  outputPadding: [0, 0],
  ceilMode: false,
  countIncludePad: false,
} as const satisfies AttributeBag

/** What an implementation is called with. */
export interface Call {
  readonly operator: OperatorName
  readonly row: OperatorRow
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
}

/** Shapes of a case's operands, without an absent one. Throws ShapeError where sizes and attributes do not fit. */
export function operandShapes(c: Case): Record<string, number[]> {
  const row = operatorRow(c.operator)
  const attributes = completeAttributes(c)
  const shapes = row.shapes(c.sizes, attributes)
  if (row.optional !== undefined && !c.bias) delete shapes[row.optional]
  shapesFit(c.operator, { ...shapes, 'the result': row.resultShape(shapes, attributes) })
  return shapes
}

/** Whether sizes and attributes of a case go together. */
export function fits(c: Case): boolean {
  try {
    operandShapes(c)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

/** Numbers a tensor of a case may hold: 2 GiB of float64. */
const MOST_NUMBERS = 2 ** 28

function shapesFit(operator: string, shapes: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const size = sizeOf(shape)
    if (size <= MOST_NUMBERS) continue
    throw new ShapeError(
      `${operator}: ${name} ${shapeText(shape)} would hold ${size} numbers; a case has at most 2^28 in each tensor`,
    )
  }
}

/** All attributes of the contract's call, those that follow from the sizes included. */
export function completeAttributes(c: Case): AttributeBag {
  const row = operatorRow(c.operator)
  return { ...c.attributes, ...row.derived?.(c.sizes) }
}

/** Operands and attributes of a case in the precision of an implementation. Throws ShapeError. */
export function instantiate(c: Case, precision: Precision): Call {
  const row = operatorRow(c.operator)
  const attributes = completeAttributes(c)
  const shapes = operandShapes(c)
  const operands =
    'literal' in c.values ? literalOperands(c, shapes, c.values, precision) : draw(c, row, shapes, c.values)
  return { operator: c.operator, row, operands, attributes }

  function draw(c: Case, row: OperatorRow, shapes: Record<string, number[]>, values: Drawn): Record<string, Tensor> {
    const terms = row.terms(c.sizes, attributes)
    return drawOperands(shapes, { ...values, precision, terms, degree: degreeOf(row), compared: row.compared ?? [] })
  }
}

/** Degree of the result in all operands together; the slopes δ·y(1−y) and the softmax gradient have three. */
function degreeOf(row: OperatorRow): number {
  if (row.family === 'pointwise' || row.family === 'rows') return row.kind === 'sum' ? 3 : 1
  return Math.max(1, row.operands.filter((name) => name !== 'b' && !(row.compared ?? []).includes(name)).length)
}

function literalOperands(
  c: Case,
  shapes: Record<string, number[]>,
  { literal }: Literal,
  precision: Precision,
): Record<string, Tensor> {
  checkLiteral(c.operator, shapes, literal)
  const operands: Record<string, Tensor> = {}
  for (const [name, shape] of Object.entries(shapes)) operands[name] = tensor(shape, literal[name] ?? [], precision)
  return operands
}

/** As many values as each shape holds, or ShapeError. */
export function checkLiteral(
  operator: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  literal: Literal['literal'],
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const listed = literal[name]?.length ?? 0
    if (listed === sizeOf(shape)) continue
    throw new ShapeError(
      `${operator}: ${name}= lists ${listed} values, its shape ${shapeText(shape)} has ${sizeOf(shape)}; ` +
        `list every value, 0*8 stands for eight zeros`,
    )
  }
}

/** The same case with its values written out. */
export function withLiteralValues(c: Case, precision: Precision): Case {
  const { operands } = instantiate(c, precision)
  const literal: Record<string, number[]> = {}
  for (const [name, operand] of Object.entries(operands)) if (operand) literal[name] = [...operand.data]
  return { ...c, values: { literal } }
}
