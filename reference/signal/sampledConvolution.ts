import { real } from '../arithmetic/real.ts'
import { tensor } from '../tensor.ts'
import type { Interval } from './convolutionIntegral.ts'
import { convolve1d } from './convolve1d.ts'
import { compileReal, type RealFunction } from './expression.ts'
import { QuadratureError } from './quadrature.ts'

export interface SampledConvolution {
  /** values[i] stands at t = (start + i)·h. */
  readonly start: number
  readonly h: number
  readonly values: ArrayLike<number>
  /** The value at t, which must be a multiple of h; 0 beyond the samples. */
  at(t: number): number
}

/**
 * How F1 meets F2: the integral as a sum over samples with step h.
 *
 *   (f∗g)(nh) ≈ h · Σ_u f(uh) g(nh−uh)
 *
 * f and g are sampled at the multiples of h inside their supports, ends included, and the sum is F2. This is the
 * trapezoid rule wherever the product vanishes at the ends of the overlap: error O(h²) then, O(h) across a jump, and
 * faster than any power of h for functions as smooth as a Gaussian (Euler–Maclaurin). Throws ExpressionError,
 * QuadratureError.
 */
export function sampledConvolution(
  f: RealFunction,
  g: RealFunction,
  { h, supportF, supportG }: { h: number; supportF: Interval; supportG: Interval },
): SampledConvolution {
  const samplesF = sample('f', compileReal('sampledConvolution', 'f', f), h, supportF)
  const samplesG = sample('g', compileReal('sampledConvolution', 'g', g), h, supportG)
  const start = samplesF.first + samplesG.first
  const sums = convolve1d(real, { f: samplesF.values, g: samplesG.values }, { mode: 'full' })
  const values = Float64Array.from(sums.data, (sum) => h * sum)
  const at = (t: number): number => {
    const n = t / h
    if (!Number.isInteger(n)) {
      throw new QuadratureError(`sampledConvolution: t=${t} is ${n} steps of h=${h}; ask at a multiple of h`)
    }
    return values[n - start] ?? 0
  }
  return { start, h, values, at }
}

function sample(name: string, f: (u: number) => number, h: number, [from, to]: Interval) {
  const [first, last] = [Math.ceil(from / h), Math.floor(to / h)]
  if (!(h > 0) || !Number.isFinite(first) || !Number.isFinite(last) || last < first) {
    throw new QuadratureError(
      `sampledConvolution: ${name} has no samples: support [${from}, ${to}] with step h=${h}; ` +
        `give a finite support that holds a multiple of a positive h`,
    )
  }
  const values = Array.from({ length: last - first + 1 }, (_, i) => f((first + i) * h))
  return { first, values: tensor([values.length], values) }
}
