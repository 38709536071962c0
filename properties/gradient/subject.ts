/** The gradient under check: how it is called at a point, and what error it is allowed. */
import { type Implementation, ShapeError, type Tensor } from '../../reference/contract.ts'
import { callOperator, type OperatorRow, operatorRow } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import { type Expectation, expectation } from '../bound.ts'
import type { Case } from '../case.ts'
import { formFault } from '../verdict.ts'
import type { JudgeName } from './judge.ts'
import { type GradientPair, gradientCall, roundedOperands } from './pair.ts'
import type { Point } from './point.ts'

/** What ends a check at once: no judge has an opinion, the gradient threw, or what it returned is no tensor of the operand's shape and precision. */
export class Unusable extends Error {
  override readonly name = 'Unusable'
  readonly kind: 'unsupported' | 'undecided' | 'threw' | 'shape' | 'type'
  constructor(kind: Unusable['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

export class Subject {
  readonly pair: GradientPair
  readonly point: Point
  readonly row: OperatorRow
  /** Numbers in ∂E/∂operand and in y. */
  readonly inputs: number
  readonly outputs: number
  /** Nothing is rounded in any order of summation: no error is allowed, and none has to be computed. */
  readonly exact: boolean
  calls = 0
  private readonly implementation: Implementation
  private readonly c: Case

  constructor(implementation: Implementation, pair: GradientPair, point: Point, c: Case) {
    this.implementation = implementation
    this.pair = pair
    this.point = point
    this.c = c
    this.row = operatorRow(pair.gradient)
    this.inputs = point.operands[pair.operand]!.data.length
    this.outputs = point.y.data.length
    const numerics = implementation.numerics ?? 'sum'
    this.exact = point.whole && point.row.kind !== 'mean' && numerics === 'sum'
  }

  /** Jᵀ·dy. Throws Unusable. */
  async pullBack(dy: Float64Array): Promise<Tensor> {
    const { operands, attributes } = this.call(dy)
    this.calls++
    let result: unknown
    try {
      result = await callOperator(this.implementation, this.pair.gradient, operands, attributes)
    } catch (error) {
      throw unusable(this.pair, error)
    }
    const { precision, operands: forward } = this.point
    const fault = formFault(result, { row: this.row, precision, shape: forward[this.pair.operand]!.shape })
    if (fault) throw new Unusable(fault.fault === 'type' ? 'type' : 'shape', fault.message ?? '')
    return result as Tensor
  }

  /** What the textbook expects of the call, with the error that a correct implementation may make. */
  expected(dy: Float64Array, precision = this.point.precision): Expectation {
    const { operands, attributes } = this.call(dy)
    const { numerics } = this.implementation
    return expectation(this.row, operands, attributes, precision, numerics, roundedOperands(this.pair))
  }

  /** What a judge may be off by itself at each input: the complex step rounds in float64, as any evaluation there does. */
  doubt(judge: JudgeName, dy: Float64Array): Float64Array {
    return judge === 'complex step' ? this.expected(dy, 'float64').bound : new Float64Array(this.inputs)
  }

  private call(dy: Float64Array): ReturnType<typeof gradientCall> {
    const { y, precision } = this.point
    return gradientCall(this.pair, this.c, this.point, y, tensor(y.shape, dy, precision))
  }
}

function unusable({ gradient }: GradientPair, error: unknown): Unusable {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && error.name === 'Unsupported') return new Unusable('unsupported', message)
  const what = error instanceof ShapeError ? 'refused a case that fits' : 'threw'
  return new Unusable('threw', `${gradient}: ${what}: ${message.split('\n')[0]}`)
}
