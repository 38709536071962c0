/**
 * What a result must be: the exact value, and how far from it the declared arithmetic can land.
 *
 *   |ŷ − y| ≤ γ(n)·S + e + n·η,     γ(n) = n·u/(1 − n·u)
 *
 * y from the textbook in `real`, or in `doubleDouble` where float64 is judged, S = Σ|terms| from `magnitude`, n from
 * `roundings`, all of them the same formula; u the unit roundoff of the declared precision, η its smallest subnormal, e the
 * oracle's own error, bounded the same way: γ(n)·S in float64, one rounding of y where double-double was rounded to it.
 * γ(n) rather than n·u: it also covers δ·y(1−y) and means, where the theorem of Jeannerod & Rump for plain sums does not
 * reach; the difference is below 10⁻³ for n < 10⁴. Sources: Higham 2002 §3.1–3.4; Jeannerod & Rump 2013.
 */
import { magnitude } from '../reference/arithmetic/magnitude.ts'
import { real } from '../reference/arithmetic/real.ts'
import { roundings } from '../reference/arithmetic/roundings.ts'
import type { Numerics, Precision } from '../reference/contract.ts'
import { checkOperands } from '../reference/operands.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from '../reference/operators.ts'
import { flushEffect, thirdFactor } from './flush.ts'
import { type ErrorBounds, type FloatFormat, formats, gamma } from './format.ts'
import { functionError } from './functionBound.ts'
import { preciseTextbook } from './lift.ts'
import { measured } from './measured.ts'
import { normwiseError } from './normwiseBound.ts'

/**
 * `typical` is TYPICAL·√n·u·S: what errors that fall at random add up to. Over 12·10⁶ correct float32 sums of 1 to 2896
 * products (forward, reversed, pairwise, eight lanes, Kahan, fused), a quarter each of signed terms over ten binades, of
 * positive, of centred and of equal ones, none left the bound; the largest error of terms that differ was 1.85·√n·u·S, at
 * n = 26, so that 2 leaves correct code alone. Equal terms round alike: 13·√n·u·S forwards at n = 2866, hence tolerable.
 * `cnn-oracle selfcheck` runs such a campaign.
 */
const TYPICAL = 2

/** Relative error of an operation in double-double (doubleDouble.ts). */
const DOUBLE_DOUBLE = 2 ** -101

/** What one call must come to. */
export interface Expectation extends ErrorBounds {
  /** Whose result it is, and which operands only decide where something goes. */
  readonly row: { readonly name: string; readonly compared?: readonly string[] }
  readonly precision: Precision
  readonly shape: readonly number[]
  readonly value: Float64Array
  /** What flushing subnormals to zero may change in element i (flush.ts), reckoned when it is asked for: a convention, not an error. */
  flush(i: number): number
  /** Whether an operand holds NaN or ±∞: then what differs is a convention of special values. */
  readonly special: boolean
  readonly operands: AnyOperands<number>
  readonly attributes: AttributeBag
}

/**
 * The expectation for one call, by the textbook. Operands named in `rounded` were rounded to the precision once before they
 * arrived. Throws ShapeError where operands and attributes do not fit.
 */
export function expectation(
  row: OperatorRow,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
  precision: Precision,
  numerics: Numerics = 'sum',
  rounded: readonly string[] = [],
): Expectation {
  checkOperands(row, operands)
  if (!Object.hasOwn(formats, precision))
    throw new RangeError(`${row.name}: the precision is ${precision}; it is 'float32' or 'float64'`)
  const { special, largest, whole } = survey(row, operands)
  const precise = precision === 'float64' && row.kind !== 'selection' && !isPlain(operands, whole, largest)
  const { shape, data } = precise
    ? preciseTextbook(row, operands, attributes)
    : row.textbook(real, operands, attributes)
  const common = { row, precision, shape, value: new Float64Array(data), operands, attributes }
  const format = formats[precision]
  const known = { whole: whole && rounded.length === 0, precise, largest }
  const errors = errorBounds(row, common, numerics, rounded, known)
  let flushed: Float64Array | undefined
  return {
    ...common,
    ...errors,
    special,
    flush(i) {
      flushed ??= flushEffect(row, operands, attributes, data.length, largest, format)
      return flushed[i]!
    },
  }
}

function errorBounds(
  row: OperatorRow,
  { operands, attributes, precision, value }: Omit<Expectation, keyof ErrorBounds | 'flush' | 'special'>,
  numerics: Numerics,
  rounded: readonly string[],
  { whole, precise, largest }: { whole: boolean; precise: boolean; largest: number },
): ErrorBounds {
  const format = formats[precision]
  if (row.kind === 'function') return functionError(row.name, operands, value, format)
  const nothing = (): Float64Array => new Float64Array(value.length)
  if (row.kind === 'selection') return { bound: nothing(), typical: nothing(), scale: nothing() }
  const scale = measured(row, operands, (v) => magnitude.from(v))
  const S = new Float64Array(row.textbook(magnitude, scale, attributes).data)
  // Where nothing is rounded it need not be counted how often: a third of what an expectation costs.
  if (numerics === 'sum' && S.every((s) => isExact(row, whole, s, format)))
    return { bound: nothing(), typical: nothing(), scale: S }
  const count = row.textbook(
    roundings,
    measured(row, operands, (v, name) => (rounded.includes(name) ? 1 : roundings.from(v))),
    attributes,
  ).data
  const bound = nothing()
  const typical = nothing()
  // A transform before and after the products multiplies what they lose: by no more than its largest matrix entries.
  const factor = numerics === 'sum' ? thirdFactor(row, largest) : Math.max(1, largest) ** 2
  const norm = numerics === 'sum' ? undefined : normwiseError(row, operands, numerics, count, format)
  for (let i = 0; i < S.length; i++) {
    const n = roundings.total(count[i]!)
    const s = S[i]!
    if (norm === undefined && (n === 0 || isExact(row, whole, s, format))) continue
    const oracle = precise
      ? formats.float64.u * finite(value[i]!) + gamma(n, DOUBLE_DOUBLE) * s
      : gamma(n, formats.float64.u) * s
    const underflow = n * format.eta * factor
    bound[i] = gamma(n, format.u) * s + oracle + underflow
    typical[i] = Math.min(bound[i]!, TYPICAL * Math.sqrt(n) * format.u * s + oracle + underflow)
    if (norm === undefined) continue
    // A fast algorithm leaves noise where no term is, and still adds the bias and what it sums over channels.
    bound[i] = bound[i]! + norm
    typical[i] = bound[i]!
  }
  return { bound, typical, scale: S }
}

/**
 * Whole operands whose terms sum, in magnitude, below 2^(p−1) leave nothing to round, in any order: the bound is 0. Found in
 * the values themselves, so that it holds for `exact` draws, impulses and small integers written by hand alike.
 */
function isExact(row: OperatorRow, whole: boolean, s: number, { bits }: FloatFormat): boolean {
  return row.kind === 'sum' && whole && s <= 2 ** (bits - 1)
}

/** Whole numbers so small that float64 holds every product of three of them and every sum of those: `real` is exact. */
function isPlain(operands: AnyOperands<number>, whole: boolean, largest: number): boolean {
  const longest = Math.max(...Object.values(operands).map((t) => t?.data.length ?? 0))
  return whole && largest ** 3 * longest <= 2 ** 52
}

const finite = (v: number): number => (Number.isFinite(v) ? Math.abs(v) : 0)

/** Whether an operand holds NaN or ±∞, the largest finite magnitude, and whether all added values are whole numbers. */
function survey(
  row: OperatorRow,
  operands: AnyOperands<number>,
): { special: boolean; largest: number; whole: boolean } {
  let special = false
  let largest = 0
  let whole = true
  for (const [name, operand] of Object.entries(operands)) {
    if (operand === undefined) continue
    const added = !row.compared?.includes(name)
    for (let i = 0; i < operand.data.length; i++) {
      const value = operand.data[i]!
      if (!Number.isFinite(value)) special = true
      else if (added) {
        largest = Math.max(largest, Math.abs(value))
        if (!Number.isInteger(value)) whole = false
      }
    }
  }
  return { special, largest, whole }
}
