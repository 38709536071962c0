/**
 * Error bounds of the operators that go through exp, log or tanh. They are no sums of products, so their bound follows from
 * the condition of the function and from ULPS, the accuracy that is asked of an elementary function.
 *
 * `typical` asks for relative accuracy. `bound` also lets an error of the size of one rounding of 1 pass for sigmoid and
 * tanh, whose values lie in [−1, 1]: implementations that clamp or approximate there are reported as suspect, not as wrong.
 */
import type { OperatorName } from '../reference/contract.ts'
import type { AnyOperands } from '../reference/operators.ts'
import type { TensorOf } from '../reference/tensor.ts'
import { type ErrorBounds, type FloatFormat, formats } from './format.ts'

/** Relative error asked of exp, log and tanh, in unit roundoffs: 4 ulps, what vector libraries promise (SLEEF: 1 to 3.5). */
const ULPS = 8

export function functionError(
  operator: OperatorName,
  operands: AnyOperands<number>,
  value: Float64Array,
  format: FloatFormat,
): ErrorBounds {
  // The oracle computes the same function in float64 and errs in the same way, with its own u.
  const u = format.u + formats.float64.u
  const relative = relativeErrors(operator, operands, value)
  const bound = new Float64Array(value.length)
  const typical = new Float64Array(value.length)
  const absolute = operator === 'sigmoid' || operator === 'tanh' ? ULPS + 4 : 0
  for (let i = 0; i < value.length; i++) {
    // Where exp under- or overflows on the way, what is lost is below the smallest normal number.
    const floor = format.tiny * relative.floor[i]!
    typical[i] = u * relative.error[i]! + floor
    bound[i] = typical[i]! + u * absolute
  }
  return { bound, typical, scale: Float64Array.from(value, (v) => (Number.isFinite(v) ? Math.abs(v) : 0)) }
}

/** For each result: its error in unit roundoffs, and how often the smallest normal number may be lost. */
function relativeErrors(
  operator: OperatorName,
  operands: AnyOperands<number>,
  value: Float64Array,
): { error: Float64Array; floor: Float64Array } {
  const once = new Float64Array(value.length).fill(1)
  if (operator === 'sigmoid' || operator === 'tanh') {
    // σ = 1/(1+e): the error of e enters with the factor e/(1+e) < 1, then one addition and one division.
    return { error: Float64Array.from(value, (v) => (ULPS + 4) * Math.abs(v)), floor: once }
  }
  const x = operands.x
  const t = operands.t
  if (operator === 'softmax' && x) return { error: softmaxErrors(x, value), floor: once }
  if (operator === 'softmaxCrossEntropyGradient' && x && t) return gradientErrors(x, t)
  if (operator === 'softmaxCrossEntropy' && x && t) return costErrors(x, t)
  throw new RangeError(`${operator} has no function bound; add one to properties/functionBound.ts`)
}

interface Row {
  readonly max: number
  /** log Σ e^(x−max) */
  readonly log: number
  /** Relative error of the sum of exponentials, in unit roundoffs. */
  readonly sumError: number
}

/** e^(xₖ−max) errs by |xₖ−max| (its argument was rounded) + ULPS; the sum by the mean of those and K−1 additions. */
function surveyRow(x: TensorOf<number>, n: number): Row {
  const K = x.shape[1]!
  let max = -Infinity
  for (let k = 0; k < K; k++) max = Math.max(max, x.data[n * K + k]!)
  let sum = 0
  let weighted = 0
  for (let k = 0; k < K; k++) {
    const d = x.data[n * K + k]! - max
    const e = Math.exp(d)
    sum += e
    // What vanishes has no error: for x = −∞ the product would be 0·∞.
    if (e !== 0) weighted += e * Math.abs(d)
  }
  return { max, log: Math.log(sum), sumError: weighted / sum + ULPS + K }
}

/** softmax may also be computed as e^(xₖ − max − log Σ): the rounding of that argument is |xₖ−max| + log Σ once more. */
const softmaxError = (d: number, row: Row): number => 2 * Math.abs(d) + 2 * row.log + ULPS + row.sumError + 3

function softmaxErrors(x: TensorOf<number>, y: Float64Array): Float64Array {
  const K = x.shape[1]!
  const error = new Float64Array(y.length)
  for (let n = 0; n < x.shape[0]!; n++) {
    const row = surveyRow(x, n)
    for (let k = 0; k < K; k++) {
      const [at, value] = [n * K + k, y[n * K + k]!]
      if (value !== 0) error[at] = value * softmaxError(x.data[at]! - row.max, row)
    }
  }
  return error
}

/** yₖ·Σt − tₖ: the error of yₖ, of the sum of targets (K additions) and of the subtraction. */
function gradientErrors(x: TensorOf<number>, t: TensorOf<number>): { error: Float64Array; floor: Float64Array } {
  const [N, K] = [x.shape[0]!, x.shape[1]!]
  const error = new Float64Array(N * K)
  const floor = new Float64Array(N * K)
  for (let n = 0; n < N; n++) {
    const row = surveyRow(x, n)
    let targets = 0
    for (let k = 0; k < K; k++) targets += Math.abs(t.data[n * K + k]!)
    // A row's own: NaN or ∞ among the targets of one row says nothing of the others.
    floor.fill(Math.max(1, targets), n * K, (n + 1) * K)
    for (let k = 0; k < K; k++) {
      const d = x.data[n * K + k]! - row.max
      const y = Math.exp(d - row.log)
      const ofOutput = y === 0 ? 0 : y * targets * (softmaxError(d, row) + K + 3)
      error[n * K + k] = ofOutput + 2 * Math.abs(t.data[n * K + k]!)
    }
  }
  return { error, floor }
}

/** −Σ t·(x − max − log Σ): each logarithm errs by the relative error of its sum, and NK terms are added. */
function costErrors(x: TensorOf<number>, t: TensorOf<number>): { error: Float64Array; floor: Float64Array } {
  const [N, K] = [x.shape[0]!, x.shape[1]!]
  let error = 0
  let floor = 1
  for (let n = 0; n < N; n++) {
    const row = surveyRow(x, n)
    for (let k = 0; k < K; k++) {
      const d = x.data[n * K + k]! - row.max
      const target = Math.abs(t.data[n * K + k]!)
      const term = Math.abs(d) + row.log
      error += target * (2 * Math.abs(d) + row.sumError + (ULPS + 2) * row.log + (N * K + 3) * term)
      floor += target
    }
  }
  return { error: Float64Array.of(error), floor: Float64Array.of(floor) }
}
