import { type Extent, overlap } from './convolutionIntegral.ts'
import { compilePlane, type PlaneFunction } from './expression.ts'
import type { Estimate } from './gaussKronrod.ts'
import { integrate, integrateUncertain, type Tolerance } from './quadrature.ts'

export interface PlaneConvolutionOptions extends Tolerance {
  /** What is known of f along x and along y. */
  readonly f?: { readonly x?: Extent; readonly y?: Extent }
  readonly g?: { readonly x?: Extent; readonly y?: Extent }
}

/** Two digits looser than on the line: a nested integral asks the function some 10⁴ times. */
const ABSOLUTE = 1e-10
const RELATIVE = 1e-8
/** An inner integral this much finer than the outer looks smooth to it. */
const FINER = 0.01

/**
 * F4. Convolution in the plane, at one point.
 *
 *   (f∗g)(x,y) = ∬ f(u,v) g(x−u, y−v) du dv   over the whole plane
 *
 * By nested adaptive quadrature: for each v an integral over u. The error is the outer estimate plus the integral of
 * the inner estimates. Throws QuadratureError, ExpressionError.
 */
export function convolutionIntegral2d(
  f: PlaneFunction,
  g: PlaneFunction,
  x: number,
  y: number,
  options: PlaneConvolutionOptions = {},
): Estimate {
  const fOf = compilePlane('convolutionIntegral2d', 'f', f)
  const gOf = compilePlane('convolutionIntegral2d', 'g', g)
  const alongU = overlap(options.f?.x, options.g?.x, x)
  const alongV = overlap(options.f?.y, options.g?.y, y)
  const { interval: us, breakpoints: uBreaks } = alongU
  const { interval: vs, breakpoints: vBreaks } = alongV
  if (us === undefined || vs === undefined) return { value: 0, error: 0, evaluations: 0 }

  const { absolute = ABSOLUTE, relative = RELATIVE } = options
  const inner = { ...options, absolute: absolute * FINER, relative: relative * FINER, breakpoints: uBreaks }
  const outer = { ...options, absolute, relative, breakpoints: vBreaks }
  const alongRow = (v: number) => integrate((u) => fOf(u, v) * gOf(x - u, y - v), ...us, inner)
  return integrateUncertain(alongRow, ...vs, outer)
}
