/**
 * Where kinks meet, the slope along one direction does not bound what a gradient may be there. f = max(x₀,0) − max(x₁,0) at
 * (0, 0) has the slope 1 along u = (1,−1) on both sides, and the gradient (0, 0) of the usual rule gives 0: it belongs to f at
 * points x₀, x₁ < 0 as near as one likes. Clarke's generalized gradient holds what such points have, and all between:
 *
 *   ⟨g,u⟩ ≤ f°(x; u) = limsup (f(y + t·u) − f(y))/t     y → x, t ↓ 0
 *
 * The slopes near x are sampled: from random points, one coordinate after the other goes to the side where the slope is nearer
 * to what was got. Source: Clarke, Generalized gradients and applications, Trans. AMS 205, 1975.
 */
import { formats } from '../format.ts'
import type { Random } from '../random.ts'
import type { FunctionUnderTest } from './functionUnderTest.ts'
import { stepUnit } from './slopeOpinion.ts'

/** Slopes of ⟨v,f⟩ along u near x: those that came nearest to what was asked about, from below and from above. */
export interface NearbySlopes {
  readonly low: number
  readonly high: number
  /** How far both may be off: what a slope changes by over the distance from x, and rounding. */
  readonly error: number
}

/** Points to start from, and how often their coordinates are gone through. */
const STARTS = 4
const ROUNDS = 2
/** Steps in units of the input, by bits of the precision: a point's distance from x, and 2⁻⁶ of it along u. */
const DISTANCE = { float32: 2 ** -6, float64: 2 ** -10 } as const
const STEP = 2 ** -6

/** Slopes along u of input k near its values. `kinked` are the coordinates that have a kink. Ends early once `got` lies between. */
export async function nearbySlopes(
  subject: FunctionUnderTest,
  { k, u, v, got }: { readonly k: number; readonly u: Float64Array; readonly v: Float64Array; readonly got: number },
  kinked: readonly number[],
  random: Random,
): Promise<NearbySlopes> {
  const distance = DISTANCE[subject.precision] * stepUnit(subject, k, Float64Array.of(1))
  const t = DISTANCE[subject.precision] * STEP * stepUnit(subject, k, u)
  const at = async (side: Float64Array, far: number): Promise<number> => {
    const to = (sign: number): Float64Array => side.map((s, j) => far * s + sign * t * u[j]!)
    const [up, down] = [await subject.moved(k, to(1), 1), await subject.moved(k, to(-1), 1)]
    return v.reduce((sum, w, i) => sum + (w * (up[i]! - down[i]!)) / (2 * t), 0)
  }
  const rounding = v.reduce(
    (sum, w, i) => sum + (2 * formats[subject.precision].u * Math.abs(w * subject.y.data[i]!)) / t,
    0,
  )
  let [low, high, error] = [Infinity, -Infinity, 0]
  const isBetween = (): boolean => got >= low - error && got <= high + error
  const slopeAt = async (side: Float64Array): Promise<number> => {
    const [near, far] = [await at(side, distance), await at(side, 2 * distance)]
    const slope = 2 * near - far
    if (!Number.isFinite(slope)) return Number.NaN
    low = Math.min(low, slope)
    high = Math.max(high, slope)
    error = Math.max(error, Math.abs(near - far) + rounding)
    return slope
  }
  for (let start = 0; start < STARTS; start++) {
    const side = Float64Array.from(u, () => random.sign() * (1 + random.unit()))
    let best = await slopeAt(side)
    for (let n = 0; n < ROUNDS * kinked.length && !isBetween(); n++) {
      const j = kinked[n % kinked.length]!
      side[j] = -side[j]!
      const slope = await slopeAt(side)
      if (Math.abs(slope - got) < Math.abs(best - got)) best = slope
      else side[j] = -side[j]!
    }
    if (isBetween()) break
  }
  return { low, high, error }
}
