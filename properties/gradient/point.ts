/**
 * Where a gradient is checked: operands, a direction u to move one of them along, and a cotangent v = dy.
 *
 * Sums and selections are checked on whole numbers so small that nothing is rounded in any order: there the difference
 * quotient is the derivative. The shape and the attributes are those of the case, the values are drawn here. Functions are
 * checked at the case's own values.
 */
import { real } from '../../reference/arithmetic/real.ts'
import type { Precision } from '../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, type OperatorRow, operatorRow } from '../../reference/operators.ts'
import { sizeOf, type Tensor, tensor } from '../../reference/tensor.ts'
import { type Case, completeAttributes, instantiate, operandShapes } from '../case.ts'
import { formats } from '../format.ts'
import { preciseTextbook } from '../lift.ts'
import { Random } from '../random.ts'

export interface Point {
  readonly row: OperatorRow
  readonly operands: AnyOperands<number>
  readonly attributes: AttributeBag
  readonly precision: Precision
  /** The forward result: correctly rounded, for gradients that are expressed in it. */
  readonly y: Tensor
  /** Whole numbers throughout, and how large a direction may be without anything being rounded. */
  readonly whole: boolean
  readonly reach: number
}

/** Magnitude of the operands of sums. Six values tell taps apart, and 17 digits of them fit into a float64. */
export const LARGEST = 3
/** Magnitude of u and v: enough that two mistakes cancel once in a hundred projections at most. */
const FARTHEST = 63

/** The operator of a row whose result is a sum or a selection moves along whole numbers; the others do not. */
const isWhole = (row: OperatorRow): boolean => row.kind === 'sum' || row.kind === 'mean' || row.kind === 'selection'

export function pointOf(c: Case, precision: Precision, seed: number): Point {
  const row = operatorRow(c.operator)
  const whole = isWhole(row)
  const attributes = completeAttributes(c)
  const operands = whole
    ? wholeOperands({ ...c, bias: row.optional !== undefined }, precision, seed)
    : ownOperands(c, precision)
  const y = forwardResult(row, operands, attributes, precision)
  const room = 2 ** (formats[precision].bits - 1) / ((row.terms(c.sizes, attributes) + 1) * LARGEST)
  const reach = Math.max(1, Math.min(FARTHEST, Math.floor(room)))
  return { row, operands, attributes, precision, y, whole, reach }
}

/** Correctly rounded: on whole numbers sums and selections are exact in float64, all else is computed with 100 bits. */
function forwardResult(
  row: OperatorRow,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
  precision: Precision,
): Tensor {
  if (row.kind === 'sum' || row.kind === 'selection') {
    const { shape, data } = row.textbook(real, operands, attributes)
    return tensor(shape, data, precision)
  }
  const { shape, data } = preciseTextbook(row, operands, attributes)
  return tensor(shape, data, precision)
}

/** Whole numbers in ±1…±LARGEST; what is compared lies farther apart than two steps, so that no step meets a tie. */
function wholeOperands(c: Case, precision: Precision, seed: number): AnyOperands<number> {
  const selects = operatorRow(c.operator).kind === 'selection'
  const operands: Record<string, Tensor> = {}
  Object.entries(operandShapes(c)).forEach(([name, shape], stream) => {
    const random = new Random(seed, stream)
    const values = selects ? apart(sizeOf(shape), random) : nonzero(sizeOf(shape), LARGEST, random)
    operands[name] = tensor(shape, values, precision)
  })
  return operands
}

/** A permutation of odd multiples of FARTHEST + 1 around 0: none is 0, none less than two steps from another. */
function apart(n: number, random: Random): Float64Array {
  const values = Float64Array.from({ length: n }, (_, i) => (2 * (i - (n >> 1)) + 1) * (FARTHEST + 1))
  random.shuffle(values)
  return values
}

/** ±1…±most, never 0: a term that is always 0 hides its mistake. */
export function nonzero(n: number, most: number, random: Random): Float64Array {
  const values = new Float64Array(n)
  for (let i = 0; i < n; i++) values[i] = random.sign() * random.integer(1, most)
  return values
}

/** Draws whose numbers are so large, or not finite, that a function is flat there: real ones of the same seed instead. */
const flat: ReadonlySet<string> = new Set(['exact', 'impulse', 'special'])

/** The case's own values. Throws RangeError where they are not finite. */
function ownOperands(c: Case, precision: Precision): AnyOperands<number> {
  const steep: Case =
    'draw' in c.values && flat.has(c.values.draw) ? { ...c, values: { draw: 'real', seed: c.values.seed } } : c
  const { operands } = instantiate(steep, precision)
  for (const [name, operand] of Object.entries(operands))
    if (operand && !operand.data.every(Number.isFinite))
      throw new RangeError(`${c.operator}: ${name} holds NaN or ±∞, where no derivative is defined; give finite values`)
  return operands
}
