/**
 * Judges the gradients of an implementation by at least two judges that do not know the gradient's formula: a random
 * projection first, and the full Jacobian where that fails, so that the message names an entry.
 *
 *   await checkGradient(optimized, 'conv2d', parseCase('conv2d n2c3h8w8 m4r3s3 pd1'))                all three gradients
 *   await checkGradient(optimized, 'conv2dWeightGradient', parseCase('conv2d n2c3h8w8 m4r3s3 pd1'))  one of them
 */
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import type { Case } from '../case.ts'
import { printCase } from '../descriptor.ts'
import { refuseCount, refuseImplementation } from '../given.ts'
import { Random } from '../random.ts'
import { compareJacobians, type Entry, isComparable, packs } from './jacobian.ts'
import { type JudgeName, judgesFor } from './judge.ts'
import { kinkReport } from './kink.ts'
import { narrow } from './narrow.ts'
import { type GradientPair, pairsOf } from './pair.ts'
import { type Point, pointOf } from './point.ts'
import { drawDirections, type Opinion, type Projection, projectParts } from './projection.ts'
import { Subject, Unusable } from './subject.ts'

export interface GradientOptions {
  /** Seed of the whole numbers, directions and cotangents. 1 unless told. */
  readonly seed?: number
  /** Random projections before anything else. 1 unless told. */
  readonly projections?: number
  /** The full Jacobian, whether or not a projection failed. */
  readonly full?: boolean
  /** How many judges speak, the most decisive first. 2 unless told. */
  readonly judges?: number
}

export interface GradientCheck {
  readonly forward: OperatorName
  readonly operand: string
  readonly gradient: OperatorName
  readonly status: 'held' | 'broken' | 'not offered' | 'unsupported' | 'undecided'
  readonly judges: readonly JudgeName[]
  /** Projections and entries that were compared. */
  readonly compared: number
  /** Where there is no one derivative: the name of the rule that the implementation follows, else undefined. */
  readonly tieRule?: string
  readonly message?: string
  readonly entry?: Entry
}

/**
 * One check a gradient of the case's operator, or of the one gradient that `operator` names. Throws RangeError where the
 * operator has none or an option is out of range, ShapeError where sizes and attributes do not fit.
 */
export async function checkGradient(
  implementation: Implementation,
  operator: OperatorName,
  c: Case,
  options: GradientOptions = {},
): Promise<readonly GradientCheck[]> {
  refuseImplementation('checkGradient', implementation)
  refuseCount('checkGradient: projections', options.projections ?? 1)
  refuseCount('checkGradient: judges', options.judges ?? 2)
  const checks: GradientCheck[] = []
  const point = pointOf(c, implementation.precision, options.seed ?? 1)
  for (const pair of pairsOf(operator, c)) checks.push(await checkPair(implementation, pair, c, point, options))
  return checks
}

async function checkPair(
  implementation: Implementation,
  pair: GradientPair,
  c: Case,
  point: Point,
  options: GradientOptions,
): Promise<GradientCheck> {
  const { seed = 1, projections = 1, full = false } = options
  const judges = judgesFor(pair, point, implementation).slice(0, options.judges ?? 2)
  const names = judges.map(({ name }) => name)
  const common = { forward: pair.forward, operand: pair.operand, gradient: pair.gradient, judges: names }
  if (implementation.operators[pair.gradient] === undefined) return { ...common, status: 'not offered', compared: 0 }
  const subject = new Subject(implementation, pair, point, c)
  const where = `${printCase(c)}${point.whole ? `, whole numbers of seed ${seed}` : ''}`
  try {
    const random = new Random(seed, 11)
    let failed: Projection | undefined
    let compared = 0
    for (let p = 0; p < projections && !failed; p++) {
      const parts = await projectParts(subject, judges, drawDirections(subject, random))
      compared += parts.reduce((sum, { opinions }) => sum + opinions.length, 0)
      failed = parts.find(({ isWrong }) => isWrong)
    }
    const narrowed = failed && !packs(subject) ? await narrow(subject, judges, failed) : undefined
    if (narrowed)
      return { ...common, status: 'broken', compared, entry: narrowed, message: entryMessage(pair, narrowed, where) }
    if (full || (failed && isComparable(subject))) {
      const { entries, wrong } = await compareJacobians(subject, judges)
      compared += entries
      if (wrong)
        return { ...common, status: 'broken', compared, entry: wrong, message: entryMessage(pair, wrong, where) }
    }
    if (failed)
      return {
        ...common,
        status: 'broken',
        compared,
        message: projectionMessage(pair, failed, isComparable(subject) ? NOT_LINEAR : TOO_LARGE, where),
      }
    const kinks = await kinkReport(implementation, pair, c)
    if (kinks?.broken !== undefined)
      return {
        ...common,
        status: 'broken',
        compared: compared + kinks.compared,
        message: `${kinks.broken}; ${printCase(c)}`,
      }
    if (kinks) return { ...common, status: 'held', compared: compared + kinks.compared, tieRule: kinks.rule }
    return { ...common, status: 'held', compared }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    const status = error.kind === 'unsupported' || error.kind === 'undecided' ? error.kind : 'broken'
    return { ...common, status, compared: 0, message: `${error.message}; ${where}` }
  }
}

const NOT_LINEAR = 'each entry of the Jacobian alone is right, so the gradient is not linear in dy'
const TOO_LARGE = 'the Jacobian is too large to find the entry; take smaller sizes'

/** Whether gradient and forward operator do not fit together, and it is not the gradient that is off: its own forward alone speaks against it. */
export function isOfForward({ got, opinions }: Pick<Entry, 'got' | 'opinions'>): boolean {
  const against = opinions.filter(({ value, bound }) => !(Math.abs(got - value) <= bound))
  return against.length < opinions.length && against.every(({ judge }) => judge === 'its own forward')
}

/** "exact differences: 2 (1 apart, bound 0); dual numbers: 2 (1 apart, bound 0)" */
function said({ forward, gradient }: GradientPair, got: number, opinions: readonly Opinion[]): string {
  const all = opinions.map(
    ({ judge, value, bound }) => `${judge}: ${value} (${Math.abs(got - value)} apart, bound ${bound})`,
  )
  if (isOfForward({ got, opinions })) all.push(`all others agree with ${gradient}: look at ${forward} first`)
  return all.join('; ')
}

const entryMessage = (pair: GradientPair, { output, input, got, opinions }: Entry, where: string): string =>
  `${pair.gradient}: ∂y[${output.join(',')}]/∂${pair.operand}[${input.join(',')}] is ${got}; ${said(pair, got, opinions)}; ${where}`

const projectionMessage = (pair: GradientPair, { got, opinions }: Projection, why: string, where: string): string =>
  `${pair.gradient}: ⟨Jᵀv,u⟩ over random directions u of ${pair.operand} and v of dy is ${got}; ${said(pair, got, opinions)}; ` +
  `${why}; ${where}`
