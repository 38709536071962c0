/**
 * Who says what a derivative is. Each judge gives the slope of a forward operator along a direction u of one operand, J·u,
 * without the gradient's formula:
 *
 *   exact differences     F(x+u) − F(x) of the textbook, on whole numbers, where F is linear along u
 *   its own forward       the same difference of the implementation's forward operator: ⟨J·u, v⟩ = ⟨u, Jᵀ·v⟩
 *   dual numbers          the textbook in dual numbers of 100 bits
 *   complex step          Im F(x + ihu)/h of the textbook, h = 2⁻⁶⁰⁰
 *   central differences   of the textbook in float64, with Richardson extrapolation
 */
import { doubleDouble, nearestFloat64 } from '../../reference/arithmetic/doubleDouble.ts'
import { preciseDual } from '../../reference/arithmetic/dual.ts'
import { real } from '../../reference/arithmetic/real.ts'
import type { Implementation } from '../../reference/contract.ts'
import { type AnyOperands, callOperator } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import { formats } from '../format.ts'
import { lift } from '../lift.ts'
import { formFault } from '../verdict.ts'
import { largestMagnitude } from './magnitude.ts'
import type { GradientPair } from './pair.ts'
import type { Point } from './point.ts'
import { type Slope, slopesAlong } from './richardson.ts'

export const judgeNames = [
  'exact differences',
  'its own forward',
  'dual numbers',
  'complex step',
  'central differences',
] as const
export type JudgeName = (typeof judgeNames)[number]

export interface Judge {
  readonly name: JudgeName
  /** NaN where the judge has no opinion. */
  along(u: Float64Array): Promise<Slope>
}

/** The judges that can speak on a pair at a point, the most decisive first. */
export function judgesFor(pair: GradientPair, point: Point, implementation: Implementation): readonly Judge[] {
  const linear = isLinear(pair, point)
  const own = implementation.operators[pair.forward] !== undefined && (implementation.numerics ?? 'sum') === 'sum'
  const judges: (Judge | false)[] = [
    point.whole && { name: 'exact differences', along: (u) => exactDifferences(pair, point, u) },
    linear && own && { name: 'its own forward', along: ownForward(pair, point, implementation) },
    { name: 'dual numbers', along: (u) => dualNumbers(pair, point, u) },
    !point.whole && { name: 'central differences', along: (u) => centralDifferences(pair, point, u) },
    { name: 'complex step', along: (u) => complexStep(pair, point, u) },
  ]
  return judges.filter((judge) => judge !== false)
}

/** Whether a judge has one: every slope is a finite number. */
export function isOpinion({ value }: Slope): boolean {
  for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i]!)) return false
  return value.length > 0
}

/** Exactly linear along every direction of the operand, in any implementation: sums that are, and selections between ties. */
const isLinear = (pair: GradientPair, { row }: Point): boolean =>
  row.kind === 'selection' ||
  (row.kind === 'sum' && (row.linearIn.includes(pair.operand) || pair.operand === row.optional))

const exactly = (value: Float64Array): Slope => ({ value, error: new Float64Array(value.length) })

/** A line has one difference quotient; a parabola's central one is its slope. Both are whole numbers here, or halves. */
async function exactDifferences(pair: GradientPair, point: Point, u: Float64Array): Promise<Slope> {
  const { row } = point
  if (row.kind === 'mean') return preciseDifferences(pair, point, u)
  const up = evaluate(pair, point, u, 1)
  if (!isLinear(pair, point)) return exactly(difference(up, evaluate(pair, point, u, -1), 0.5))
  return exactly(difference(up, point.y.data, 1))
}

const difference = (up: ArrayLike<number>, down: ArrayLike<number>, factor: number): Float64Array => {
  const d = new Float64Array(up.length)
  for (let i = 0; i < d.length; i++) d[i] = factor * (up[i]! - down[i]!)
  return d
}

/** F(x + t·u) of the textbook in float64. */
function evaluate({ operand }: GradientPair, point: Point, u: Float64Array, t: number): ArrayLike<number> {
  return point.row.textbook(real, step(point, operand, u, t), point.attributes).data
}

function step({ operands }: Point, operand: string, u: Float64Array, t: number): AnyOperands<number> {
  const x = operands[operand]!
  const data = Float64Array.from(x.data)
  for (let i = 0; i < data.length; i++) data[i] = data[i]! + t * u[i]!
  return { ...operands, [operand]: { shape: x.shape, data } }
}

/** Means divide: their difference is taken with 100 bits. */
function preciseDifferences({ operand }: GradientPair, point: Point, u: Float64Array): Slope {
  const k = doubleDouble
  const at = (t: number) =>
    point.row.textbook(
      k,
      lift(point.operands, (v, name, i) => k.from(name === operand ? v + t * u[i]! : v)),
      point.attributes,
    ).data
  const [up, down] = [at(1), at(0)]
  return exactly(Float64Array.from({ length: up.length }, (_, i) => nearestFloat64(k.sub(up[i]!, down[i]!)).nearest))
}

/** NaN, which is no opinion, where the forward operator throws or answers something else. */
function ownForward(pair: GradientPair, point: Point, implementation: Implementation): Judge['along'] {
  const { precision, attributes, y } = point
  const call = async (operands: AnyOperands<number>): Promise<ArrayLike<number>> => {
    try {
      const result = await callOperator(implementation, pair.forward, operands, attributes)
      if (!formFault(result, { row: point.row, precision, shape: y.shape }) && result) return result.data
    } catch {}
    return new Float64Array(y.data.length).fill(Number.NaN)
  }
  let middle: ArrayLike<number> | undefined
  return async (u) => {
    middle ??= Float64Array.from(await call(point.operands))
    const operands = step(point, pair.operand, u, 1)
    const moved = operands[pair.operand]!
    return exactly(
      difference(await call({ ...operands, [pair.operand]: tensor(moved.shape, moved.data, precision) }), middle, 1),
    )
  }
}

/** Their error, below 2⁻⁹⁰ of the terms, is lost in the rounding to float64. */
async function dualNumbers({ operand }: GradientPair, point: Point, u: Float64Array): Promise<Slope> {
  const dd = doubleDouble
  const lifted = lift(point.operands, (v, name, i) => ({
    re: dd.from(v),
    du: name === operand ? dd.from(u[i]!) : dd.zero,
  }))
  const { data } = point.row.textbook(preciseDual, lifted, point.attributes)
  return exactly(Float64Array.from(data, ({ du }) => nearestFloat64(du).nearest))
}

/** mathjs, which makes complex numbers, is loaded when somebody asks. */
async function complexStep({ operand }: GradientPair, point: Point, u: Float64Array): Promise<Slope> {
  const { complex, complexAlong, complexDerivatives } = await import('../../reference/arithmetic/complex.ts')
  const along = complexAlong(point.operands[operand]!.data, u)
  const lifted = lift(point.operands, (v, name, i) => (name === operand ? along[i]! : complex.from(v)))
  const value = complexDerivatives(point.row.textbook(complex, lifted, point.attributes).data)
  return exactly(Float64Array.from(value))
}

async function centralDifferences(pair: GradientPair, point: Point, u: Float64Array): Promise<Slope> {
  const x = point.operands[pair.operand]!
  const reach = Math.max(largestMagnitude(x.data), 2 ** -10)
  const { central } = await slopesAlong({
    at: (h) => evaluate(pair, point, u, h),
    u: formats.float64.u,
    reach,
    step: 2 ** Math.floor(Math.log2(1 / largestMagnitude(u))),
  })
  return central
}
