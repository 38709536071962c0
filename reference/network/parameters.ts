/**
 * F29. Why not fully connected: the number of weights a layer learns.
 *
 *   fully connected: I·O + O        convolution: M·C/G·R·S + M
 *
 * An image of 10⁶ pixels under 100 hidden units takes 10⁸ weights; 100 maps of 10×10 kernels over the same image take
 * 100·1·10·10 + 100 = 10 100, whatever the size of the image. Source: LeCun et al. 1998 §II.
 */
import type { Pair } from '../contract.ts'

/** F29. Weights between I inputs and O units, without biases: I·O. */
export const denseWeights = (inputs: number, outputs: number): number => inputs * outputs

/** F29. All a fully connected layer learns: I·O + O. */
export const denseParameters = (inputs: number, outputs: number): number => denseWeights(inputs, outputs) + outputs

/** F29. All a convolution layer of M maps over C channels learns: M·(C/G)·R·S + M. */
export const convolutionParameters = (M: number, C: number, [R, S]: Pair, groups = 1): number =>
  (M * C * R * S) / groups + M
