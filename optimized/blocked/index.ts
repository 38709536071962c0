/**
 * The second rung of the ladder and the fallback of those above it: portable TypeScript, blocked for registers and
 * cache, every operator of the contract. Kernels count in doubles whatever the precision, which only says what
 * operands and results hold: results of float32 are therefore rounded once.
 */
import type { Attributes, Implementation, Operands, OperatorName, Tensor } from '../../reference/contract.ts'
import type { Precision } from '../../reference/tensor.ts'
import { averagePool2d, averagePool2dGradient } from './averagePool2d.ts'
import { conv2d } from './conv2d.ts'
import { conv2dInputGradient, convTranspose2d } from './conv2dInputGradient.ts'
import { conv2dBiasGradient, conv2dWeightGradient } from './conv2dWeightGradient.ts'
import { quadraticCost, quadraticCostGradient, softmaxCrossEntropy, softmaxCrossEntropyGradient } from './cost.ts'
import { dense, denseBiasGradient, denseInputGradient, denseWeightGradient } from './dense.ts'
import { maxPool2d, maxPool2dGradient } from './maxPool2d.ts'
import { relu, reluGradient, sigmoid, sigmoidGradient, tanh, tanhGradient } from './pointwise.ts'
import { convolve1d, convolve2d, correlate1d, correlate2d } from './sequence.ts'
import { softmax, softmaxGradient } from './softmax.ts'

/** Every operator of the contract, none of them a promise. */
type BlockedOperators = {
  [K in OperatorName]: (operands: Operands<K>, attributes: Attributes<K>) => Tensor
}

/** An implementation that offers everything and answers at once. */
export interface Blocked extends Implementation {
  readonly operators: BlockedOperators
}

/** The blocked kernels under a name, for operands and results of one precision. */
export function blocked(name: string, precision: Precision): Blocked {
  return {
    name,
    precision,
    operators: {
      convolve1d: (o, a) => convolve1d(o, a, precision),
      correlate1d: (o, a) => correlate1d(o, a, precision),
      convolve2d: (o, a) => convolve2d(o, a, precision),
      correlate2d: (o, a) => correlate2d(o, a, precision),
      conv2d: (o, a) => conv2d(o, a, precision),
      conv2dInputGradient: (o, a) => conv2dInputGradient(o, a, precision),
      conv2dWeightGradient: (o, a) => conv2dWeightGradient(o, a, precision),
      conv2dBiasGradient: (o) => conv2dBiasGradient(o, precision),
      convTranspose2d: (o, a) => convTranspose2d(o, a, precision),
      maxPool2d: (o, a) => maxPool2d(o, a, precision),
      maxPool2dGradient: (o, a) => maxPool2dGradient(o, a, precision),
      averagePool2d: (o, a) => averagePool2d(o, a, precision),
      averagePool2dGradient: (o, a) => averagePool2dGradient(o, a, precision),
      dense: (o) => dense(o, precision),
      denseInputGradient: (o) => denseInputGradient(o, precision),
      denseWeightGradient: (o) => denseWeightGradient(o, precision),
      denseBiasGradient: (o) => denseBiasGradient(o, precision),
      sigmoid: (o) => sigmoid(o, precision),
      tanh: (o) => tanh(o, precision),
      relu: (o) => relu(o, precision),
      sigmoidGradient: (o) => sigmoidGradient(o, precision),
      tanhGradient: (o) => tanhGradient(o, precision),
      reluGradient: (o) => reluGradient(o, precision),
      softmax: (o) => softmax(o, precision),
      softmaxGradient: (o) => softmaxGradient(o, precision),
      quadraticCost: (o) => quadraticCost(o, precision),
      quadraticCostGradient: (o) => quadraticCostGradient(o, precision),
      softmaxCrossEntropy: (o) => softmaxCrossEntropy(o, precision),
      softmaxCrossEntropyGradient: (o) => softmaxCrossEntropyGradient(o, precision),
    },
  }
}
