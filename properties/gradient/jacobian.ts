/**
 * The full Jacobian, entry by entry: ∂y_i/∂x_j of every judge against the gradient's row Jᵀ·e_i. Where nothing is rounded
 * many rows and columns share a call (packing.ts); else there is a call a row and a slope a column.
 */
import { flatOf, positionOf } from '../../reference/tensor.ts'
import { agreement } from '../agreement.ts'
import { verdict } from '../verdict.ts'
import { isOpinion, type Judge, type JudgeName } from './judge.ts'
import { packedDirection, packingFor, packRows, unpackColumns } from './packing.ts'
import { isCost } from './pair.ts'
import { LARGEST } from './point.ts'
import { type Opinion, silence } from './projection.ts'
import { type Subject, Unusable } from './subject.ts'

/** An entry that the gradient has wrong. */
export interface Entry {
  readonly output: readonly number[]
  readonly input: readonly number[]
  readonly got: number
  readonly opinions: readonly Opinion[]
}

export interface Comparison {
  readonly entries: number
  readonly wrong?: Entry
}

/** Entries of a Jacobian that is kept whole, a judge: 128 MiB. */
const MOST_ENTRIES = 2 ** 24

export const isComparable = ({ inputs, outputs }: Subject): boolean => inputs * outputs <= MOST_ENTRIES

/** Whether many rows and columns share a call. */
export const packs = ({ exact, point, pair }: Subject): boolean => exact && point.row.kind === 'sum' && !isCost(pair)

/** Compares all entries. Throws Unusable; RangeError where there are too many. */
export async function compareJacobians(subject: Subject, judges: readonly Judge[]): Promise<Comparison> {
  if (!isComparable(subject)) {
    throw new RangeError(
      `${subject.pair.gradient}: a Jacobian of ${subject.outputs} × ${subject.inputs} entries is more than ${MOST_ENTRIES}; ` +
        'take smaller sizes, or leave `full` out',
    )
  }
  const packed = packs(subject)
  const matrices: Matrix[] = []
  for (const judge of judges) {
    const matrix = await (packed ? packedColumns(subject, judge) : columns(subject, judge))
    if (matrix) matrices.push(matrix)
  }
  if (matrices.length === 0) throw new Unusable('undecided', silence(subject.pair.gradient, judges))
  const entries = subject.inputs * subject.outputs * matrices.length
  const suspect = packed ? await firstWrongPack(subject, matrices) : 0
  if (suspect === undefined) return { entries }
  const wrong = await firstWrongRow(subject, matrices, suspect)
  return wrong ? { entries, wrong } : { entries }
}

/** Row-major (outputs, inputs), with the judge's own error where it has one. */
interface Matrix {
  readonly judge: JudgeName
  readonly value: Float64Array
  readonly error?: Float64Array
}

const packingOf = ({ point }: Subject) => packingFor(LARGEST, point.precision)

async function packedColumns(subject: Subject, judge: Judge): Promise<Matrix | undefined> {
  const { inputs, outputs } = subject
  const packing = packingOf(subject)
  const value = new Float64Array(outputs * inputs)
  for (let first = 0; first < inputs; first += packing.digits) {
    const slope = await judge.along(packedDirection(inputs, first, packing))
    if (!isOpinion(slope)) return undefined
    unpackColumns(slope.value, value, inputs, first, packing)
  }
  return { judge: judge.name, value }
}

async function columns({ inputs, outputs }: Subject, judge: Judge): Promise<Matrix | undefined> {
  const value = new Float64Array(outputs * inputs)
  const error = new Float64Array(outputs * inputs)
  for (let j = 0; j < inputs; j++) {
    const unit = new Float64Array(inputs)
    unit[j] = 1
    const slope = await judge.along(unit)
    if (!isOpinion(slope)) return undefined
    for (let i = 0; i < outputs; i++) {
      value[i * inputs + j] = slope.value[i]!
      error[i * inputs + j] = slope.error[i]!
    }
  }
  return { judge: judge.name, value, error }
}

/** The first row of the first pack of rows that differs from a judge's. */
async function firstWrongPack(subject: Subject, matrices: readonly Matrix[]): Promise<number | undefined> {
  const { inputs, outputs, point, pair } = subject
  const packing = packingOf(subject)
  const { shape } = point.operands[pair.operand]!
  const nothing = new Float64Array(inputs)
  // Judges who agree are one judge here; their names come back where an entry is wrong.
  const distinct = matrices.filter(({ value }, m) => !matrices.slice(0, m).some((other) => isSame(other.value, value)))
  for (let first = 0; first < outputs; first += packing.digits) {
    const got = await subject.pullBack(packedDirection(outputs, first, packing))
    for (const { value } of distinct) {
      const expected = packRows(value, inputs, first, packing)
      if (verdict(got, agreement(pair.gradient, point.precision, shape, expected, nothing)).grade === 'wrong')
        return first
    }
  }
  return undefined
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

async function firstWrongRow(subject: Subject, matrices: readonly Matrix[], from: number): Promise<Entry | undefined> {
  const { inputs, outputs, point, pair } = subject
  const { shape } = point.operands[pair.operand]!
  for (let i = from; i < outputs; i++) {
    const unit = new Float64Array(outputs)
    unit[i] = 1
    const got = await subject.pullBack(unit)
    const own = subject.exact ? new Float64Array(inputs) : subject.expected(unit).bound
    const row = (m: Float64Array): Float64Array => m.subarray(i * inputs, (i + 1) * inputs)
    const expectations = matrices.map(({ judge, value, error }) => {
      const doubt = subject.doubt(judge, unit)
      const bound = own.map((b, j) => b + (error ? row(error)[j]! : 0) + doubt[j]!)
      return agreement(pair.gradient, point.precision, shape, row(value), bound)
    })
    for (const expected of expectations) {
      const found = verdict(got, expected)
      if (found.grade !== 'wrong' || !found.first) continue
      const at = flatOf(shape, found.first.index)
      return {
        output: positionOf(point.y.shape, i),
        input: found.first.index,
        got: got.data[at]!,
        opinions: expectations.map((e, judge) => ({
          judge: matrices[judge]!.judge,
          value: e.value[at]!,
          bound: e.bound[at]!,
        })),
      }
    }
  }
  return undefined
}
