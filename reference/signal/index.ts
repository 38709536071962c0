/**
 * Signals: from the convolution integral (F1, F4) over its sum (F2, F3, F5) to the correlation of networks (F6).
 *
 * The four operators of the contract run over any arithmetic; the integrals are float64 quadrature with an error
 * estimate.
 */
export {
  type ConvolutionOptions,
  convolutionIntegral,
  type Extent,
  type Interval,
} from './convolutionIntegral.ts'
export { convolutionIntegral2d, type PlaneConvolutionOptions } from './convolutionIntegral2d.ts'
export { convolve1d } from './convolve1d.ts'
export { convolve2d } from './convolve2d.ts'
export { correlate1d, correlate2d } from './correlate.ts'
export { ExpressionError, type PlaneFunction, type RealFunction } from './expression.ts'
export type { Estimate } from './gaussKronrod.ts'
export { integrate, QuadratureError, type QuadratureOptions, type Tolerance } from './quadrature.ts'
export { type SampledConvolution, sampledConvolution } from './sampledConvolution.ts'
export { type ShiftAndAdd, shiftAndAdd } from './shiftAndAdd.ts'
