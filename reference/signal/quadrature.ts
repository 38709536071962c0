/**
 * ∫ f(x) dx over a finite or infinite interval, with an estimate of its error.
 *
 * Adaptive: the interval whose estimate is worst is halved until the sum of the estimates meets the tolerance.
 * Rule: gaussKronrod.ts; the difference of its two sums estimates the error. Half lines are folded onto (0,1) by
 * x = a ± (1−s)/s, dx = ds/s².
 * Source: Piessens, de Doncker-Kapenga, Überhuber & Kahaner, QUADPACK (1983): qk15, qag, qagi.
 *
 * Like every rule that samples, it cannot know of a bump that falls between its nodes: name a breakpoint near it.
 */
import { type Estimate, gaussKronrod } from './gaussKronrod.ts'

export interface Tolerance {
  /** The error may be this large, or … */
  readonly absolute?: number
  /** … this large relative to the integral, whichever is larger. */
  readonly relative?: number
  /** At most so many intervals. */
  readonly limit?: number
}

export interface QuadratureOptions extends Tolerance {
  /** Where f jumps or has a kink: the interval is split there. Those outside (from, to) are ignored. */
  readonly breakpoints?: readonly number[]
}

/** A tolerance that was not reached, a value that is not finite, or an interval that is none. */
export class QuadratureError extends Error {
  override readonly name = 'QuadratureError'
}

/** Defaults: four digits worse than float64 can give relative to the integral, one near zero where terms cancel. */
const ABSOLUTE = 1e-13
const RELATIVE = 1e-10
const LIMIT = 500

/** ∫ f(x) dx from `from` to `to`, either of which may be infinite. Throws QuadratureError. */
export function integrate(
  f: (x: number) => number,
  from: number,
  to: number,
  options: QuadratureOptions = {},
): Estimate {
  return integrateUncertain((x) => ({ value: f(x), error: 0, evaluations: 1 }), from, to, options)
}

/**
 * ∫ f(x) dx where f itself is only known with an error, such as an inner integral. Its errors are integrated along
 * (all Kronrod weights are positive) and added to the estimate; they do not count against the tolerance, which more
 * intervals could not improve.
 */
export function integrateUncertain(
  f: (x: number) => Estimate,
  from: number,
  to: number,
  { breakpoints = [], absolute = ABSOLUTE, relative = RELATIVE, limit = LIMIT }: QuadratureOptions = {},
): Estimate {
  if (!(from <= to)) {
    throw new QuadratureError(`integrate: from=${from} to=${to} is no interval; give from ≤ to`)
  }
  const pieces = split(from, to, breakpoints).map((piece) => panel(fold(f, piece), 0, 1))
  for (;;) {
    const total = sum(pieces)
    const tolerance = Math.max(absolute, relative * Math.abs(total.value))
    if (total.error <= tolerance) {
      return { value: total.value, error: total.error + total.carried, evaluations: total.evaluations }
    }
    const worst = pieces.reduce((at, piece, i) => (piece.error > pieces[at]!.error ? i : at), 0)
    const { f: g, lo, hi, evaluations } = pieces[worst]!
    const middle = (lo + hi) / 2
    if (pieces.length >= limit || middle <= lo || middle >= hi) {
      throw new QuadratureError(
        `integrate: error estimate ${total.error} is above the tolerance ${tolerance} ` +
          `(the larger of absolute=${absolute} and relative=${relative} × |${total.value}|) after ${pieces.length} intervals ` +
          `(limit=${limit}); name jumps and kinks as breakpoints, loosen the tolerance, or raise the limit`,
      )
    }
    const left = panel(g, lo, middle)
    pieces[worst] = { ...left, evaluations: left.evaluations + evaluations }
    pieces.push(panel(g, middle, hi))
  }
}

/** From `at` over `width`, or the half line from `at` toward +∞ (1) or −∞ (−1). */
type Piece = { readonly at: number; readonly width: number; readonly toward: 0 | 1 | -1 }

/** The interval cut at the breakpoints: finite pieces, and half lines at its infinite ends. */
function split(from: number, to: number, breakpoints: readonly number[]): Piece[] {
  if (from === to) return []
  const inner = [...new Set(breakpoints)].filter((x) => Number.isFinite(x) && from < x && x < to).sort((a, b) => a - b)
  const whole = from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY
  if (whole && inner.length === 0) inner.push(0)
  const cuts = [from, ...inner, to]
  return cuts.slice(1).map((right, i) => {
    const left = cuts[i]!
    if (left === Number.NEGATIVE_INFINITY) return { at: right, width: 1, toward: -1 }
    if (right === Number.POSITIVE_INFINITY) return { at: left, width: 1, toward: 1 }
    return { at: left, width: right - left, toward: 0 }
  })
}

/** The piece as an integral over (0,1). Refuses values that are not finite. */
function fold(f: (x: number) => Estimate, { at, width, toward }: Piece): (s: number) => Estimate {
  return (s) => {
    const x = toward === 0 ? at + width * s : at + (toward * (1 - s)) / s
    const slope = toward === 0 ? width : 1 / (s * s)
    const { value, error, evaluations } = f(x)
    if (!Number.isFinite(value)) {
      throw new QuadratureError(
        `integrate: the function is ${value} at ${x}; keep singularities at breakpoints, which are never asked, ` +
          `or bound the interval by a support`,
      )
    }
    // A value that underflowed to 0 stays 0, whatever the slope.
    return { value: value === 0 ? 0 : value * slope, error: error === 0 ? 0 : error * slope, evaluations }
  }
}

interface Panel extends Estimate {
  readonly f: (s: number) => Estimate
  readonly lo: number
  readonly hi: number
  /** The integral of f's own errors. */
  readonly carried: number
}

/** One application of the rule to (lo,hi), with the error estimate of QUADPACK's qk15. */
function panel(f: (s: number) => Estimate, lo: number, hi: number): Panel {
  const { kronrod, gauss, magnitude, spread, carried, evaluations } = gaussKronrod(f, lo, hi)
  // The difference of the rules is the error of the worse one; the power 3/2 is QUADPACK's experience with the better.
  const difference = Math.abs(kronrod - gauss)
  const estimate = spread === 0 ? difference : spread * Math.min(1, (200 * difference) / spread) ** 1.5
  const rounding = 50 * Number.EPSILON * magnitude
  return { f, lo, hi, value: kronrod, error: Math.max(estimate, rounding), carried, evaluations }
}

function sum(panels: readonly Panel[]): Omit<Panel, 'f' | 'lo' | 'hi'> {
  let [value, error, carried, evaluations] = [0, 0, 0, 0]
  for (const p of panels) {
    value += p.value
    error += p.error
    carried += p.carried
    evaluations += p.evaluations
  }
  return { value, error, carried, evaluations }
}
