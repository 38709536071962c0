/**
 * Checks any differentiable function of yours, in the manner of torch.autograd.gradcheck:
 *
 *   const square = (x: Tensor) => tensor(x.shape, x.data.map((v) => v * v))
 *   await gradcheck(square, (dy, x) => tensor(x.shape, x.data.map((v, i) => 2 * v * dy.data[i]!)), [tensor([2], [3, -1])])
 *
 * `gradient` is given dy, like y = f(…inputs), and returns (∂y/∂input)ᵀ·dy for every input; undefined for one that is not
 * differentiated. A random projection is checked first, every entry where that fails or `full` is set. What is right returns
 * a report; what is wrong throws GradientError, whose message names the entry, what each judge said and how far apart.
 *
 * The judges know f by its values alone: exact differences, where inputs and results are whole numbers and f turns out to
 * be affine along the direction; and difference quotients with Richardson extrapolation, whose error estimate chooses the
 * step. What the gradient may err itself is not known for an unknown f: half of the digits of the inputs' precision are
 * asked of it, √u relative to its terms. At a kink any number between the one-sided slopes is accepted, and reported.
 */
import type { Precision, Tensor } from '../../reference/contract.ts'
import { positionOf, sizeOf } from '../../reference/tensor.ts'
import { agreement } from '../agreement.ts'
import { formats, gamma } from '../format.ts'
import { refuseTolerance } from '../given.ts'
import { Random } from '../random.ts'
import { verdict } from '../verdict.ts'
import { type Differentiable, FunctionUnderTest, type Gradient, GradientError } from './functionUnderTest.ts'
import { nonzero } from './point.ts'
import { partsOf } from './projection.ts'
import { type Entries, type FailedProjection, reconsider } from './reconsider.ts'
import { type Opinion, slopeOpinions } from './slopeOpinion.ts'

export interface GradcheckOptions {
  /** Seed of directions and cotangents. 1 unless told. */
  readonly seed?: number
  /** Every entry of the Jacobian, even where the projection held. */
  readonly full?: boolean
  /** What inputs are called in messages: "x", "w". Their numbers unless told. */
  readonly names?: readonly string[]
  /** Relative error that the gradient may have itself. √u of the inputs' precision unless told: half of the digits. */
  readonly tolerance?: number
}

export interface GradcheckReport {
  /** Projections and entries that were compared, and values of f that this took. */
  readonly compared: number
  readonly evaluations: number
  /** Where f has a kink: the entries, or "a projection", and what was accepted there. */
  readonly kinks: readonly string[]
  readonly judges: readonly string[]
}

/** Throws GradientError where the gradient is wrong or cannot be judged, RangeError where the tolerance lies outside of 0…1. */
export async function gradcheck(
  f: Differentiable,
  gradient: Gradient,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradcheckReport> {
  if (options.tolerance !== undefined) refuseTolerance('gradcheck: tolerance', options.tolerance)
  const subject = await FunctionUnderTest.at(f, gradient, inputs, options.names)
  const tally = { compared: 0, kinks: [] as string[], judges: new Set<string>() }
  const random = new Random(options.seed ?? 1, 17)
  const failed = await projections(subject, random, options, tally)
  if (failed || options.full) {
    refuseTooMany(subject, failed?.message)
    const entries = await everyEntry(subject, options, tally)
    if (failed) tally.kinks.push(await reconsider(subject, failed, entries, toleranceOf(subject, failed.k, options)))
  }
  return { ...tally, judges: [...tally.judges], evaluations: subject.evaluations }
}

/** Entries that are gone through one by one. */
const MOST_ENTRIES = 2 ** 22

function refuseTooMany({ y, inputs }: FunctionUnderTest, failed: string | undefined): void {
  const entries = y.data.length * inputs.reduce((sum, { data }) => sum + data.length, 0)
  if (entries <= MOST_ENTRIES) return
  const many = `${entries} entries are more than ${MOST_ENTRIES} to go through; give smaller inputs`
  throw new GradientError(failed ? `${failed}; ${many} to see which is wrong` : `gradcheck: ${many}, or leave full out`)
}

interface Tally {
  compared: number
  readonly kinks: string[]
  readonly judges: Set<string>
}

/** Bits of a direction: whole sixteenths, so that a step by a power of two is exact. */
const SIXTEENTHS = 16

/** The tolerance is one for the sum of all terms: parts are so short that a term of a 64th of the sum shows beside it. */
const SMALLEST_SHARE = 2 ** -6
const MOST_PARTS = 16

/** Projections of each input, one where its tolerance is fine; the first that fails. */
async function projections(
  subject: FunctionUnderTest,
  random: Random,
  options: GradcheckOptions,
  tally: Tally,
): Promise<FailedProjection | undefined> {
  const v = nonzero(subject.y.data.length, SIXTEENTHS, random).map((n) => n / SIXTEENTHS)
  const gradients = await subject.pullBack(v)
  for (const [k, g] of gradients.entries()) {
    if (!g) continue
    const whole = nonzero(g.data.length, SIXTEENTHS, random).map((n) => n / (subject.isWhole ? 1 : SIXTEENTHS))
    const parts = partsOf(whole, SMALLEST_SHARE / toleranceOf(subject, k, options), MOST_PARTS)
    for (const u of parts.length > 0 ? parts : [whole]) {
      let got = 0
      let size = 0
      for (let j = 0; j < u.length; j++) {
        got += g.data[j]! * u[j]!
        size += Math.abs(g.data[j]! * u[j]!)
      }
      const opinions = (await slopeOpinions(subject, k, u)).map((opinion) => projected(opinion, v))
      const name = `⟨Jᵀv,u⟩ over random directions u of ${subject.names[k]} and v of dy`
      const message = compare(subject, name, k, got, size, opinions, options, tally)
      if (message) return { message, name, k, u, v, got, gradients, opinions }
    }
  }
  return undefined
}

/** ⟨v, slope⟩: the ends of each interval go where the sign of v sends them. */
function projected({ judge, kink, low, high, error }: Opinion<Float64Array>, v: Float64Array): Opinion<number> {
  const sums = { low: 0, high: 0, error: 0 }
  let kinked = false
  for (let i = 0; i < v.length; i++) {
    const [a, b] = [v[i]! * low[i]!, v[i]! * high[i]!]
    sums.low += Math.min(a, b)
    sums.high += Math.max(a, b)
    sums.error += Math.abs(v[i]!) * error[i]! + gamma(v.length, formats.float64.u) * Math.max(Math.abs(a), Math.abs(b))
    if (kink[i]) kinked = true
  }
  return { judge, kink: kinked, ...sums }
}

async function everyEntry(subject: FunctionUnderTest, options: GradcheckOptions, tally: Tally): Promise<Entries> {
  const outputs = subject.y.data.length
  const rows: (readonly (Tensor | undefined)[])[] = []
  const kinked = subject.inputs.map(() => new Set<number>())
  for (let i = 0; i < outputs; i++) rows.push(await subject.pullBack(unit(outputs, i)))
  for (const [k, input] of subject.inputs.entries()) {
    if (!rows[0]?.[k]) continue
    const n = sizeOf(input.shape)
    for (let j = 0; j < n; j++) {
      const opinions = await slopeOpinions(subject, k, unit(n, j))
      for (let i = 0; i < outputs; i++) {
        const got = rows[i]![k]!.data[j]!
        const at = opinions.map(
          ({ judge, kink, low, high, error }): Opinion<number> => ({
            judge,
            kink: kink[i]!,
            low: low[i]!,
            high: high[i]!,
            error: error[i]!,
          }),
        )
        const y = subject.y.shape.length === 0 ? 'y' : `y[${positionOf(subject.y.shape, i).join(',')}]`
        const name = `∂${y}/∂${subject.names[k]}[${positionOf(input.shape, j).join(',')}]`
        const message = compare(subject, name, k, got, Math.abs(got), at, options, tally)
        if (message) throw new GradientError(message)
        if (at.some(({ kink }) => kink)) kinked[k]!.add(j)
      }
    }
  }
  return { rows, kinked }
}

const unit = (n: number, at: number): Float64Array => {
  const e = new Float64Array(n)
  e[at] = 1
  return e
}

function toleranceOf({ inputs }: FunctionUnderTest, k: number, { tolerance }: GradcheckOptions): number {
  const precision: Precision = inputs[k]!.data instanceof Float32Array ? 'float32' : 'float64'
  return tolerance ?? Math.sqrt(formats[precision].u)
}

/** The sentence of what is wrong, or undefined. `size` is Σ|terms| of what the gradient gave. */
function compare(
  subject: FunctionUnderTest,
  name: string,
  k: number,
  got: number,
  size: number,
  opinions: readonly Opinion<number>[],
  options: GradcheckOptions,
  tally: Tally,
): string | undefined {
  const tolerance = toleranceOf(subject, k, options)
  const said: string[] = []
  let wrong = false
  for (const { judge, kink, low, high, error } of opinions) {
    tally.compared++
    tally.judges.add(judge)
    const nearest = Math.min(Math.max(got, low), high)
    const bound = error + tolerance * Math.max(size, Math.abs(nearest))
    const expected = agreement(name, 'float64', [], Float64Array.of(nearest), Float64Array.of(bound))
    const value = kink ? `between ${low} and ${high}, the slopes on both sides of a kink` : `${(low + high) / 2}`
    said.push(`${judge}: ${value} (${Math.abs(got - nearest)} apart, bound ${bound})`)
    if (verdict({ shape: [], data: Float64Array.of(got) }, expected).grade === 'wrong') wrong = true
    else if (kink) tally.kinks.push(`${name} is ${got}, ${value}`)
  }
  if (wrong) return `gradcheck: ${name} is ${got}; ${said.join('; ')}`
  return undefined
}
