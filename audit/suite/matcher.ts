/**
 * A result against the textbook, as a matcher for any runner with `expect.extend` (vitest, jest, bun, Playwright):
 *
 *   expect.extend({ toMatchOracle })
 *   expect(y).toMatchOracle('relu', { x })
 */
import { expectation } from '../../properties/bound.ts'
import { isObject, said } from '../../properties/given.ts'
import { type Mismatch, type Verdict, verdict } from '../../properties/verdict.ts'
import type { Attributes, None, OperandsOf, OperatorName } from '../../reference/contract.ts'
import { checkOperands } from '../../reference/operands.ts'
import { type AnyOperands, type AttributeBag, operatorRow } from '../../reference/operators.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'

/** Operator, operands and attributes of the call; no attributes where the operator has none. Data may be a plain list. */
export type OracleCall = {
  [K in OperatorName]: None extends Attributes<K>
    ? [operator: K, operands: OperandsOf<K, number>, attributes?: Attributes<K>]
    : [operator: K, operands: OperandsOf<K, number>, attributes: Attributes<K>]
}[OperatorName]

/** What `expect.extend` wants of a matcher. */
export interface Matched {
  readonly pass: boolean
  message(): string
}

/**
 * Passes unless the verdict on the result is 'wrong'; a difference in NaN, infinities, subnormals or ties is one, and the
 * message says which. The type of the result's data is the precision it is held to: Float32Array is float32, Float64Array
 * and plain lists are float64. Throws TypeError for a result that is no tensor, so that `.not` cannot hold by accident,
 * RangeError for an unknown operator, and ShapeError for operands or attributes that do not fit.
 */
export function toMatchOracle(result: unknown, ...[operator, given, chosen]: OracleCall): Matched {
  const row = operatorRow(operator)
  const operands: AnyOperands<number> = { ...given }
  const attributes: AttributeBag = { ...chosen }
  const tensor = tensorOf(operator, result)
  const precision = tensor.data instanceof Float32Array ? 'float32' : 'float64'
  checkOperands(row, operands)
  refuseRounded(operator, operands, precision)
  const found = verdict(tensor, expectation(row, operands, attributes, precision))
  return { pass: found.grade !== 'wrong', message: () => messageOf(operator, found, precision, result) }
}

/** The result with typed data: neither NaN nor bounds are a plain list's concern. */
function tensorOf(operator: OperatorName, result: unknown): Tensor {
  const given = isObject(result) ? result : {}
  const { shape, data } = given
  const isShape = Array.isArray(shape) && shape.every((extent): extent is number => typeof extent === 'number')
  if (isShape && isNumbers(data)) return { shape, data: Array.isArray(data) ? Float64Array.from(data) : data }
  const what = result instanceof Promise ? 'a promise; await it' : `${said(result)}; give a tensor { shape, data }`
  throw new TypeError(`toMatchOracle: ${operator}: the result is ${what}`)
}

const isNumbers = (data: unknown): data is Float32Array | Float64Array | number[] =>
  data instanceof Float32Array ||
  data instanceof Float64Array ||
  (Array.isArray(data) && data.every((v) => typeof v === 'number'))

/** Whether an implementation rounded such an operand before or after it computed decides what is right. */
function refuseRounded(operator: OperatorName, operands: AnyOperands<number>, precision: Precision): void {
  if (precision === 'float64') return
  for (const [name, operand] of Object.entries(operands)) {
    const v = Array.from(operand?.data ?? []).find((value) => !Object.is(Math.fround(value), value))
    if (v === undefined) continue
    throw new RangeError(
      `toMatchOracle: ${operator}: the result is float32 and ${name} holds ${v}, which float32 does not; give the ${name} that the call got, as a Float32Array`,
    )
  }
}

function messageOf(operator: OperatorName, found: Verdict, precision: Precision, result: unknown): string {
  const { counts, grade, worst } = found
  const all = counts.exact + counts.accurate + counts.tolerable + counts.wrong
  if (grade !== 'wrong')
    return `toMatchOracle: ${operator}: the result is ${grade} in ${precision}, and was expected not to match the textbook (${all} elements)`
  const plain = isObject(result) && Array.isArray(result.data)
  return [
    `toMatchOracle: ${found.message}`,
    ...(found.first ? [elementLine(found.first), `${counts.wrong} of ${all} elements wrong, ${times(worst)}`] : []),
    ...(plain ? ['a plain list is held to float64; give a Float32Array for float32'] : []),
  ].join('\n  ')
}

const elementLine = ({ index, expected, got, bound }: Mismatch): string =>
  `element [${index.join(',')}]  expected ${expected}  got ${got}  bound ${bound}`

const times = (worst: number): string =>
  worst === Infinity ? 'where no such error is possible' : `by up to ${worst.toPrecision(3)} times the bound`
