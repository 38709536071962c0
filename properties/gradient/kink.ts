/**
 * Ties and kinks: relu at 0 and equal values in a window of max pooling have two one-sided slopes and no derivative. Any
 * number between both is accepted, and which rule the implementation follows is reported by its name.
 *
 *   d⁺ = (F(x + h·e_j) − F(x))/h     d⁻ = (F(x) − F(x − h·e_j))/h     h = ½, on whole numbers: exact
 */
import { real } from '../../reference/arithmetic/real.ts'
import type { Implementation } from '../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, operatorRow } from '../../reference/operators.ts'
import { flatOf, tensor } from '../../reference/tensor.ts'
import { agreement } from '../agreement.ts'
import { type Case, instantiate } from '../case.ts'
import { Random } from '../random.ts'
import { verdict } from '../verdict.ts'
import type { GradientPair } from './pair.ts'
import { nonzero, type Point } from './point.ts'
import { Subject } from './subject.ts'

export interface KinkReport {
  readonly compared: number
  /** The rule of the contract, another one that is known, or 'no known tie rule'. */
  readonly rule: string
  /** The sentence that says which number lies outside its slopes. */
  readonly broken?: string
}

/** Half the distance of whole numbers: no step reaches another value. */
const STEP = 0.5
/** Two forward passes each; where a case has more candidates, this many of them are enough to see a rule. */
const MOST_PROBES = 64
/** Small enough that sums of dy over all windows of a cell are exact. */
const LARGEST_DELTA = 63

/** What the contract asks for, by the gradient. */
const contractRule: Readonly<Record<string, string>> = {
  maxPool2dGradient: 'a tie goes to the first of the window',
  reluGradient: 'the slope of relu at 0 is 0',
}

/** Undefined where the case has no kink: not a selection, not on whole numbers, or all slopes agree. Throws Unusable. */
export async function kinkReport(
  implementation: Implementation,
  pair: GradientPair,
  c: Case,
): Promise<KinkReport | undefined> {
  const row = operatorRow(pair.forward)
  if (row.kind !== 'selection') return undefined
  const { precision } = implementation
  const { operands, attributes } = instantiate(c, precision)
  const x = operands[pair.operand]
  if (!x?.data.every(Number.isInteger)) return undefined
  const places = kinkPlaces(x.data)
  if (places.size === 0) return undefined
  const stride = Math.ceil(places.size / MOST_PROBES)
  const probes = [...places].filter((_, i) => i % stride === 0)
  const forward = row.textbook(real, operands, attributes)
  const y = tensor(forward.shape, forward.data, precision)
  const v = nonzero(y.data.length, LARGEST_DELTA, new Random(1, 13))
  const { low, high, kinks } = slopeRange(operands, attributes, pair, probes, y.data, v)
  if (kinks === 0) return undefined
  const point: Point = { row, operands, attributes, precision, y, whole: true, reach: 1 }
  const subject = new Subject(implementation, pair, point, c)
  const got = await subject.pullBack(v)
  const expected = subject.expected(v)
  // Where there can be no kink the slope is one number, whatever the rule: the textbook's.
  for (let j = 0; j < low.length; j++) if (!places.has(j)) low[j] = high[j] = expected.value[j]!
  // The nearest number between the slopes is what is asked for: inside them that is the gradient's own, and NaN is outside.
  const nearest = Float64Array.from(got.data, (g, j) => (g >= low[j]! ? Math.min(g, high[j]!) : low[j]!))
  const found = verdict(got, agreement(pair.gradient, precision, x.shape, nearest, expected.bound))
  const compared = probes.length
  if (found.grade === 'wrong' && found.first) {
    const { index } = found.first
    const at = flatOf(x.shape, index)
    const broken =
      `${pair.gradient}: ∂E/∂${pair.operand}[${index.join(',')}] is ${got.data[at]}; ` +
      `the one-sided slopes are ${low[at]} and ${high[at]}, and no number between them is that`
    return { compared, rule: 'no known tie rule', broken }
  }
  const own = verdict(got, expected)
  if (own.grade !== 'wrong') return { compared, rule: contractRule[pair.gradient] ?? 'the rule of the contract' }
  return { compared, rule: own.convention ?? 'no known tie rule' }
}

/** Places that can have a kink: 0, and values that occur twice. */
function kinkPlaces(x: ArrayLike<number>): ReadonlySet<number> {
  const times = new Map<number, number>()
  for (let j = 0; j < x.length; j++) times.set(x[j]!, (times.get(x[j]!) ?? 0) + 1)
  return new Set(Array.from(x, (_, j) => j).filter((j) => x[j] === 0 || times.get(x[j]!)! > 1))
}

/**
 * Smallest and largest ⟨v, J·e_j⟩ that one-sided slopes allow, a number an input, and at how many of the probes they
 * differ. Of a place that is not probed nothing is said.
 */
function slopeRange(
  operands: AnyOperands<number>,
  attributes: AttributeBag,
  { forward, operand }: GradientPair,
  probes: readonly number[],
  middle: ArrayLike<number>,
  v: Float64Array,
): { low: Float64Array; high: Float64Array; kinks: number } {
  const row = operatorRow(forward)
  const x = operands[operand]!
  const moving = Float64Array.from(x.data)
  const at = (j: number, h: number): ArrayLike<number> => {
    const held = moving[j]!
    moving[j] = held + h
    const { data } = row.textbook(real, { ...operands, [operand]: { shape: x.shape, data: moving } }, attributes)
    moving[j] = held
    return data
  }
  const low = new Float64Array(moving.length).fill(-Infinity)
  const high = new Float64Array(moving.length).fill(Infinity)
  let kinks = 0
  for (const j of probes) {
    low[j] = high[j] = 0
    const [up, down] = [at(j, STEP), at(j, -STEP)]
    for (let i = 0; i < v.length; i++) {
      const right = (v[i]! * (up[i]! - middle[i]!)) / STEP
      const left = (v[i]! * (middle[i]! - down[i]!)) / STEP
      low[j] = low[j]! + Math.min(left, right)
      high[j] = high[j]! + Math.max(left, right)
    }
    if (low[j] !== high[j]) kinks++
  }
  return { low, high, kinks }
}
