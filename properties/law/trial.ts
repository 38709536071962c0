/** One law on one case: what its equation is written with. Calls, and comparisons that go through the verdict. */
import type {
  Attributes,
  Implementation,
  OperatorName,
  Precision,
  Signatures,
  Tensor,
} from '../../reference/contract.ts'
import {
  type AttributeBag,
  callOperator,
  type OperatorRow,
  operatorRow,
  type Sizes,
} from '../../reference/operators.ts'
import { flatOf, positionOf, sizeOf } from '../../reference/tensor.ts'
import { agreement } from '../agreement.ts'
import { type Expectation, expectation } from '../bound.ts'
import { type Case, instantiate } from '../case.ts'
import { formats } from '../format.ts'
import { Random } from '../random.ts'
import type { Draw } from '../values.ts'
import { formFault, verdict } from '../verdict.ts'
import { anotherOf, attributesOf, seedOf, type Tensors, tensorsOf, type Values, valuesOf } from './operands.ts'
import { exact, type Value } from './value.ts'

/** Where two sides of an equation differ. */
export interface LawMismatch {
  readonly index: readonly number[]
  readonly left: number
  readonly right: number
  /** Largest |left − right| that rounding can explain. */
  readonly bound: number
}

interface TrialOf<Operands, CallAttributes> {
  readonly case: Case
  readonly operands: Operands
  readonly attributes: CallAttributes
  readonly sizes: Sizes
  readonly precision: Precision
  /** Seeded by the case. */
  readonly random: Random
  /** Operands of the same shapes with other values. */
  another(): Operands
  /** Whole numbers ±1 … ±3. */
  small(shape: readonly number[]): Value
  /** The nearest number of the implementation's precision. */
  rounded(value: number): number
  /** The result of an operator, with the error that it may have. Of the attributes those of the operator are taken. */
  run(operator: OperatorName, operands: Values, attributes?: AttributeBag): Promise<Value>
  /** A call as it is: these very operands and attributes, this very result. */
  call(operator: OperatorName, operands: Tensors, attributes: AttributeBag): Promise<Tensor>
  /** left = right, within the errors that both may have. */
  equal(left: Value, right: Value): void
  /** left ≥ right, likewise. */
  atLeast(left: Value, right: Value): void
}

export type Trial<K extends OperatorName> = TrialOf<Signatures<Value>[K]['operands'], Attributes<K>>
export type AnyTrial = TrialOf<Values, AttributeBag>

/** Why a trial ended early; law.ts makes an outcome of it. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly status: 'broken' | 'unsupported'
  readonly kind: 'law' | 'threw' | 'shape' | 'type'
  readonly first: LawMismatch | undefined
  constructor(status: Ended['status'], kind: Ended['kind'], message: string, first?: LawMismatch) {
    super(message)
    this.status = status
    this.kind = kind
    this.first = first
  }
}

/** What was compared so far. */
export interface Tally {
  elements: number
  /** Every comparison so far was one that proves little. */
  weak: boolean
  /** No error was allowed anywhere. */
  exact: boolean
}

interface Setting {
  readonly row: OperatorRow
  readonly draws: readonly Draw[]
  /** Operators that the law may call. */
  readonly operators: readonly OperatorName[]
  /** Low bits of exact integers that are dropped. */
  readonly spare: number
}

/** A stream of random numbers that no operand is drawn from. */
const LAW_STREAM = 61

export function trialOf(
  implementation: Implementation,
  c: Case,
  setting: Setting,
): { readonly trial: AnyTrial; readonly tally: Tally } {
  const { precision, numerics } = implementation
  const { row, spare } = setting
  const tally: Tally = { elements: 0, weak: true, exact: true }
  const random = new Random(seedOf(c), LAW_STREAM)
  const { operands, attributes } = instantiate(c, precision)

  async function call(operator: OperatorName, given: Tensors, bag: AttributeBag): Promise<Tensor> {
    if (!setting.operators.includes(operator)) throw new RangeError(`the law calls ${operator}; name it in \`uses\``)
    const called = operatorRow(operator)
    const shape = called.resultShape(Object.fromEntries(Object.entries(given).map(([n, t]) => [n, t?.shape])), bag)
    let result: unknown
    try {
      result = await callOperator(implementation, operator, given, bag)
    } catch (error) {
      throw endedBy(operator, error)
    }
    const fault = formFault(result, { row: called, precision, shape })
    if (fault) throw new Ended('broken', fault.fault === 'type' ? 'type' : 'shape', fault.message ?? '')
    return result as Tensor
  }

  async function run(operator: OperatorName, values: Values, bag: AttributeBag = attributes): Promise<Value> {
    const called = operatorRow(operator)
    const given = tensorsOf(operator, values, precision)
    const own = attributesOf(called, bag)
    const expected = expectation(called, given, own, precision, numerics)
    const { shape, data } = await call(operator, given, own)
    const bound = boundsOf(expected)
    // Two sides that are both NaN would agree: what finite operands cannot come to breaks the law by itself.
    const off = data.findIndex((v, i) => !Number.isFinite(v) && bound[i]! < Infinity)
    if (off >= 0 && !expected.special) {
      const place = positionOf(shape, off).join(',')
      throw new Ended('broken', 'law', `${operator} gives ${data[off]} at [${place}] for finite operands`)
    }
    return { shape, data: new Float64Array(data), bound }
  }

  function compare(left: Value, right: Value, got: Float64Array, expected: Float64Array): void {
    const bound = left.bound.map((own, i) => own + right.bound[i]!)
    const found = verdict(
      { shape: left.shape, data: got },
      agreement(row.name, 'float64', right.shape, expected, bound),
    )
    tally.elements += got.length
    tally.weak &&= found.weak
    tally.exact &&= bound.every((b) => b === 0)
    if (found.grade !== 'wrong') return
    if (!found.first) throw new RangeError(`the law compares what has no common form: ${found.message}`)
    throw brokenAt(found.first.index, left, right, bound)
  }

  const trial: AnyTrial = {
    operands: valuesOf(operands, row, c, spare),
    attributes: attributesOf(row, attributes),
    case: c,
    sizes: c.sizes,
    precision,
    random,
    another: () => valuesOf(instantiate(anotherOf(c, setting.draws), precision).operands, row, c, spare),
    small: (shape) =>
      exact(
        shape,
        Array.from({ length: sizeOf(shape) }, () => random.sign() * random.integer(1, 3)),
      ),
    rounded: precision === 'float32' ? Math.fround : (value) => value,
    run,
    call,
    equal: (left, right) => compare(left, right, left.data, right.data),
    atLeast: (left, right) => compare(left, right, raised(left.data, right.data), left.data),
  }
  return { trial, tally }
}

/** Itself where it is at least `least`, else that: NaN never stays. */
function raised(values: Float64Array, least: Float64Array): Float64Array {
  const result = values.slice()
  least.forEach((low, i) => {
    if (!(values[i]! >= low)) result[i] = low
  })
  return result
}

/** Infinite where a partial sum may have overflowed: whatever comes out is possible there. */
function boundsOf({ bound, scale, precision }: Expectation): Float64Array {
  return bound.map((b, i) => (scale[i]! * (1 + 2 ** -10) >= formats[precision].huge ? Infinity : b))
}

function brokenAt(index: readonly number[], left: Value, right: Value, bound: Float64Array): Ended {
  const at = flatOf(left.shape, index)
  const first = { index, left: left.data[at]!, right: right.data[at]!, bound: bound[at]! }
  const where = `element [${index.join(',')}] is ${first.left} on the left, ${first.right} on the right, bound ${first.bound}`
  return new Ended('broken', 'law', where, first)
}

function endedBy(operator: OperatorName, error: unknown): Ended {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && error.name === 'Unsupported') return new Ended('unsupported', 'threw', message)
  const name = error instanceof Error ? error.name : 'a value that is no Error'
  return new Ended('broken', 'threw', `${operator} threw ${name}: ${message.split('\n')[0]!.slice(0, 300)}`)
}
