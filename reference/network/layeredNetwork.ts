/**
 * A network as a list of layers, walked forward and backward. F9–F13 again, with any kind of layer.
 * Source: Bouvrie 2006 §3; LeCun et al. 1998 §II.
 */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { quadraticCost, quadraticCostGradient } from '../operator/quadraticCost.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from '../operator/softmaxCrossEntropy.ts'
import type { TensorOf } from '../tensor.ts'
import { descend } from './descent.ts'
import { type Layer, layerBackward, layerForward, type Parameters } from './layer.ts'

/** How the last output y (N,K) is held against the target t (N,K). */
export interface Cost {
  value<T>(k: Arithmetic<T>, y: TensorOf<T>, t: TensorOf<T>): T
  /** ∂E/∂y, like y. */
  gradient<T>(k: Arithmetic<T>, y: TensorOf<T>, t: TensorOf<T>): TensorOf<T>
}

export type CostName = 'quadratic' | 'softmaxCrossEntropy'

export const costs: Readonly<Record<CostName, Cost>> = {
  /** F21. */
  quadratic: {
    value: (k, y, t) => quadraticCost(k, { y, t }).data[0]!,
    gradient: (k, y, t) => quadraticCostGradient(k, { y, t }),
  },
  /** F30. The softmax is part of the cost: the network ends before it. */
  softmaxCrossEntropy: {
    value: (k, y, t) => softmaxCrossEntropy(k, { x: y, t }).data[0]!,
    gradient: (k, y, t) => softmaxCrossEntropyGradient(k, { x: y, t }),
  },
}

/** Forward. outputs[0] is x, outputs[l+1] the output of layers[l]. Throws ShapeError. */
export function forwardNetwork<T>(k: Arithmetic<T>, layers: readonly Layer<T>[], x: TensorOf<T>): TensorOf<T>[] {
  const outputs = [x]
  for (const layer of layers) outputs.push(layerForward(k, layer, outputs.at(-1)!))
  return outputs
}

export interface NetworkGradients<T> {
  /** errors[l] = ∂E/∂outputs[l]: errors[0] is that of x, the last one is dy. */
  readonly errors: readonly TensorOf<T>[]
  /** gradients[l] is that of layers[l]; undefined for a layer that learns nothing. */
  readonly gradients: readonly (Parameters<T> | undefined)[]
}

/** Backward, from dy = ∂E/∂y of the last layer, over the outputs of forwardNetwork. Throws ShapeError. */
export function backwardNetwork<T>(
  k: Arithmetic<T>,
  layers: readonly Layer<T>[],
  outputs: readonly TensorOf<T>[],
  dy: TensorOf<T>,
): NetworkGradients<T> {
  const errors = [dy]
  const gradients: (Parameters<T> | undefined)[] = []
  for (let l = layers.length - 1; l >= 0; l--) {
    const { dx, gradients: own } = layerBackward(k, layers[l]!, outputs[l]!, outputs[l + 1]!, errors[0]!)
    errors.unshift(dx)
    gradients.unshift(own)
  }
  return { errors, gradients }
}

export interface NetworkStep<T> extends NetworkGradients<T> {
  readonly outputs: readonly TensorOf<T>[]
  /** E before the step. */
  readonly cost: T
  /** The layers after the step. */
  readonly layers: readonly Layer<T>[]
}

/** One step of training: forward, cost, backward, F13. x (N,…), t (N,K), η a number. Throws ShapeError. */
export function networkStep<T>(
  k: Arithmetic<T>,
  network: { readonly layers: readonly Layer<T>[]; readonly cost: CostName },
  x: TensorOf<T>,
  t: TensorOf<T>,
  eta: T,
): NetworkStep<T> {
  const { layers } = network
  const { value, gradient } = costs[network.cost]
  const outputs = forwardNetwork(k, layers, x)
  const y = outputs.at(-1)!
  const backward = backwardNetwork(k, layers, outputs, gradient(k, y, t))
  const stepped = layers.map((layer, l): Layer<T> => {
    const own = backward.gradients[l]
    if (own === undefined || !('w' in layer)) return layer
    return { ...layer, w: descend(k, layer.w, own.w, eta), b: descend(k, layer.b, own.b, eta) }
  })
  return { outputs, cost: value(k, y, t), ...backward, layers: stepped }
}
