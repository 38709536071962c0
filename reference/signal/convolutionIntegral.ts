import { compileReal, type RealFunction } from './expression.ts'
import type { Estimate } from './gaussKronrod.ts'
import { integrate, type Tolerance } from './quadrature.ts'

export type Interval = readonly [from: number, to: number]

/** What is known of a function beyond its values. All of it helps; only jumps make it necessary. */
export interface Extent {
  /** The function is zero outside; infinite ends are allowed. */
  readonly support?: Interval
  /** Where it jumps, has a kink, or hides a narrow peak. */
  readonly breakpoints?: readonly number[]
}

export interface ConvolutionOptions extends Tolerance {
  readonly f?: Extent
  readonly g?: Extent
}

const WHOLE_LINE: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

/**
 * F1. Convolution of functions, at one t.
 *
 *   (f∗g)(t) = ∫ f(u) g(t−u) du   over the whole line
 *
 * By adaptive quadrature, with an estimate of its error; no sampled sum (that is `sampledConvolution`). g is turned and
 * moved to t, and so are its support and breakpoints. Without breakpoints the whole line is cut at 0 and at t, where f
 * and the turned g have their origins.
 * Throws QuadratureError, ExpressionError.
 */
export function convolutionIntegral(
  f: RealFunction,
  g: RealFunction,
  t: number,
  options: ConvolutionOptions = {},
): Estimate {
  const fOf = compileReal('convolutionIntegral', 'f', f)
  const gOf = compileReal('convolutionIntegral', 'g', g)
  const { interval, breakpoints } = overlap(options.f, options.g, t)
  if (interval === undefined) return { value: 0, error: 0, evaluations: 0 }
  return integrate((u) => fOf(u) * gOf(t - u), ...interval, { ...options, breakpoints })
}

/** Where f(u) g(t−u) can differ from zero, and where it may jump; no interval when the supports do not meet. */
export function overlap(
  f: Extent = {},
  g: Extent = {},
  t: number,
): { interval: Interval | undefined; breakpoints: readonly number[] } {
  const [a, b] = f.support ?? WHOLE_LINE
  const [c, d] = g.support ?? WHOLE_LINE
  const [from, to] = [Math.max(a, t - d), Math.min(b, t - c)]
  const named = [...(f.breakpoints ?? []), ...(g.breakpoints ?? []).map((x) => t - x)]
  const infinite = !Number.isFinite(from) || !Number.isFinite(to)
  return { interval: from < to ? [from, to] : undefined, breakpoints: infinite ? [...named, 0, t] : named }
}
