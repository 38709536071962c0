/**
 * A projection that failed though every entry of the Jacobian is right: the gradient is not linear in dy, or kinks meet in f
 * and the entries belong to different sides of them, or terms cancel so that rounding explains it.
 */
import type { Tensor } from '../../reference/tensor.ts'
import { agreement } from '../agreement.ts'
import { Random } from '../random.ts'
import { verdict } from '../verdict.ts'
import { nearbySlopes } from './clarke.ts'
import { type FunctionUnderTest, GradientError } from './functionUnderTest.ts'
import type { Opinion } from './slopeOpinion.ts'

/** A projection of input k that differs from what the judges say. */
export interface FailedProjection {
  readonly message: string
  readonly name: string
  readonly k: number
  readonly u: Float64Array
  readonly v: Float64Array
  /** ⟨Jᵀv,u⟩ and Jᵀv. */
  readonly got: number
  readonly gradients: readonly (Tensor | undefined)[]
  readonly opinions: readonly Opinion<number>[]
}

/** What the gradient gave for each unit dy, and which entries of each input lie at a kink. */
export interface Entries {
  readonly rows: readonly (readonly (Tensor | undefined)[])[]
  readonly kinked: readonly ReadonlySet<number>[]
}

/** Why the projection is no mistake, in a sentence. Throws GradientError where it is one. */
export async function reconsider(
  subject: FunctionUnderTest,
  failed: FailedProjection,
  { rows, kinked }: Entries,
  tolerance: number,
): Promise<string> {
  refuseNonlinear(failed, rows, subject.names, tolerance)
  const { k, got, opinions, message, name } = failed
  const size = termsOf(rows, failed)
  const slack = tolerance * size
  if (opinions.every(({ low, high, error }) => got >= low - error - slack && got <= high + error + slack))
    return `${name} is ${got}, within rounding of terms that cancel`
  if (kinked[k]!.size === 0)
    throw new GradientError(
      `${message}; every entry alone is right, within bounds wider than this one: give inputs where the slopes are better known`,
    )
  const { low, high, error } = await nearbySlopes(subject, failed, [...kinked[k]!], new Random(1, 19))
  if (got >= low - error - slack && got <= high + error + slack)
    return `${name} is ${got}, between ${low} and ${high}, the slopes near kinks that meet`
  throw new GradientError(
    `${message}; every entry alone lies between the slopes on both sides of its kink, but along u all slopes found near the ` +
      `inputs lie between ${low} and ${high}: the entries are of different sides; take all of them from one, or a mean over sides`,
  )
}

/** Σ |v_i·J_ij·u_j|. */
function termsOf(rows: Entries['rows'], { k, u, v }: FailedProjection): number {
  let size = 0
  for (const [i, row] of rows.entries())
    for (let j = 0; j < u.length; j++) size += Math.abs(v[i]! * row[k]!.data[j]! * u[j]!)
  return size
}

/** Jᵀv against Σ v_i·(Jᵀe_i), for every input. */
function refuseNonlinear(
  { message, v, gradients }: FailedProjection,
  rows: Entries['rows'],
  names: readonly string[],
  tolerance: number,
): void {
  for (const [k, g] of gradients.entries()) {
    if (!g) continue
    const sum = new Float64Array(g.data.length)
    const bound = new Float64Array(g.data.length)
    rows.forEach((row, i) => {
      for (let j = 0; j < sum.length; j++) {
        const term = v[i]! * row[k]!.data[j]!
        sum[j] = sum[j]! + term
        bound[j] = bound[j]! + tolerance * Math.abs(term)
      }
    })
    const got = { shape: g.shape, data: Float64Array.from(g.data) }
    const { grade, message: where } = verdict(got, agreement(names[k]!, 'float64', g.shape, sum, bound))
    if (grade === 'wrong')
      throw new GradientError(
        `${message}; every entry alone is right, so the gradient is not linear in dy: Jᵀv against Σ v_i·Jᵀe_i by ${where}`,
      )
  }
}
