/** What a call must come to when the program makes a mistake: an expectation like any other. */
import { type Expectation, expectation } from '../../properties/bound.ts'
import type { Call } from '../../properties/case.ts'
import { type FloatFormat, formats } from '../../properties/format.ts'
import type { Arithmetic } from '../../reference/arithmetic/arithmetic.ts'
import { real } from '../../reference/arithmetic/real.ts'
import { single } from '../../reference/arithmetic/single.ts'
import { type Numerics, type Precision, ShapeError } from '../../reference/contract.ts'
import type { AnyOperands, OperatorRow } from '../../reference/operators.ts'
import type { TensorOf } from '../../reference/tensor.ts'
import { formulaUnder, type Mistake, type Scene } from './mistake.ts'
import { type Erring, RunningError } from './runningError.ts'

/** Undefined where a program with this mistake would refuse the call, since what it makes of it does not fit together. */
export function predict(
  call: Call,
  mistake: Mistake,
  precision: Precision,
  numerics?: Numerics,
): Expectation | undefined {
  const { row } = call
  if (mistake.where && !mistake.where(call)) return predict(call, {}, precision, numerics)
  try {
    const scene = sceneOf(call, mistake, precision)
    const { operands, attributes } = scene
    const textbook = formulaUnder(row, mistake, scene)
    const kind = mistake.divides && row.kind !== 'function' ? 'mean' : row.kind
    const expected = expectation({ ...row, kind, textbook }, operands, attributes, precision, numerics)
    // Under this name the verdict knows no tie rules, which speak of the textbook.
    const own = { ...(row.compared ? { compared: row.compared } : {}), name: `${row.name} with a mistake` }
    if (mistake.computedIn) {
      const narrow = expectation({ ...row, kind, textbook }, operands, attributes, mistake.computedIn, numerics)
      const { u } = formats[mistake.computedIn]
      // One order of many: any other is as far from the exact value again.
      const value = Float64Array.from(textbook(single, operands, attributes).data)
      const bound = narrow.bound.map((b, i) => 2 * (b + u * finite(Math.abs(value[i]!)) + 4 * u * narrow.scale[i]!))
      return { ...expected, row: own, value, bound, typical: bound }
    }
    if (mistake.arithmetic) {
      const value = Float64Array.from(textbook(mistake.arithmetic, operands, attributes).data)
      const nothing = new Float64Array(value.length)
      return { ...expected, row: own, value, bound: nothing, typical: nothing }
    }
    const bounded = {
      ...(row.kind === 'function' ? withRunningError(expected, row, textbook, operands) : expected),
      row: own,
    }
    return mistake.rounding ? rounded(bounded, (v) => mistake.rounding!(v, scene)) : bounded
  } catch (error) {
    if (error instanceof ShapeError || error instanceof RangeError) return undefined
    throw error
  }
}

/** Operands and attributes as a program with the mistake reads them. */
function sceneOf({ row, operands: given, attributes: asked }: Call, mistake: Mistake, precision: Precision): Scene {
  const first: Scene = { row, operands: given, given, attributes: asked, precision }
  const operands = mistake.operands ? mistake.operands(given, first) : given
  const attributes = mistake.attributes ? mistake.attributes(asked, first) : asked
  return { ...first, operands, attributes }
}

/** What the mistaken formula comes to in an arithmetic, each result rounded as the mistake does. Throws ShapeError. */
export function computed(call: Call, mistake: Mistake, precision: Precision, k: Arithmetic<number>): TensorOf<number> {
  if (mistake.where && !mistake.where(call)) return computed(call, {}, precision, k)
  const scene = sceneOf(call, mistake, precision)
  const y = formulaUnder(call.row, mistake, scene)(k, scene.operands, scene.attributes)
  const { rounding } = mistake
  return rounding ? { shape: y.shape, data: Array.from(y.data, (v) => rounding(v, scene)) } : y
}

/**
 * The numbers alone, by one run of the formula in float64 where an expectation takes four: enough to see that a mistake is
 * far from what came. Undefined where the program would refuse the call.
 */
export function valueUnder(
  call: Call,
  mistake: Mistake,
  precision: Precision,
  k: Arithmetic<number> = mistake.arithmetic ?? real,
): TensorOf<number> | undefined {
  try {
    return computed(call, mistake, precision, k)
  } catch (error) {
    if (error instanceof ShapeError || error instanceof RangeError) return undefined
    throw error
  }
}

/** Functions under a mistake: the bound of the formula as it is, and for σ and tanh the slack that their right values have. */
function withRunningError(
  e: Expectation,
  row: OperatorRow,
  textbook: OperatorRow['textbook'],
  operands: AnyOperands<number>,
): Expectation {
  const format: FloatFormat = formats[e.precision]
  const k = new RunningError(format.u + formats.float64.u, format.eta)
  const lifted: Record<string, TensorOf<Erring> | undefined> = {}
  for (const [name, t] of Object.entries(operands))
    lifted[name] = t && { shape: t.shape, data: Array.from(t.data, (v) => k.from(v)) }
  const { data } = textbook(k, lifted, e.attributes)
  const slack = row.name === 'sigmoid' || row.name === 'tanh' ? SLACK * format.u : 0
  const typical = Float64Array.from(data, (v) => (Number.isNaN(k.total(v)) ? 0 : k.total(v)) + format.tiny)
  const scale = Float64Array.from(data, (v) => finite(v.scale))
  return { ...e, scale, typical, bound: typical.map((bound) => bound + slack) }
}

/** Unit roundoffs: properties/functionBound.ts lets as many pass for values in [−1, 1]. */
const SLACK = 12

const finite = (v: number): number => (Number.isFinite(v) ? v : 0)

/** A monotone function keeps what lies between two numbers between their images. */
function rounded(e: Expectation, round: (v: number) => number): Expectation {
  const value = e.value.map(round)
  const bound = e.bound.map((b, i) => {
    const [low, high] = [round(e.value[i]! - b), round(e.value[i]! + b)]
    return Math.max(high - value[i]!, value[i]! - low, 0) || 0
  })
  return { ...e, value, bound, typical: bound }
}
