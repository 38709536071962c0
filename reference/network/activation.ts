import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { fill } from '../operator/fill.ts'
import { relu, reluGradient } from '../operator/relu.ts'
import { sigmoid, sigmoidGradient } from '../operator/sigmoid.ts'
import { tanh, tanhGradient } from '../operator/tanh.ts'
import type { TensorOf } from '../tensor.ts'

/**
 * An activation f as a network uses it: forward from net to y, and backward by its slope,
 *
 *   δ = dy ∘ f′(net)
 *
 * Net, y = f(net) and dy have one shape. `backward` is given both net and y: each slope is written in the one that
 * makes it short (F8).
 */
export interface Activation {
  forward<T>(k: Arithmetic<T>, net: TensorOf<T>): TensorOf<T>
  backward<T>(k: Arithmetic<T>, net: TensorOf<T>, y: TensorOf<T>, dy: TensorOf<T>): TensorOf<T>
}

export type ActivationName = 'sigmoid' | 'tanh' | 'relu' | 'identity'

/** F8, by name. */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  sigmoid: {
    forward: (k, net) => sigmoid(k, { x: net }),
    backward: (k, _net, y, dy) => sigmoidGradient(k, { y, dy }),
  },
  tanh: {
    forward: (k, net) => tanh(k, { x: net }),
    backward: (k, _net, y, dy) => tanhGradient(k, { y, dy }),
  },
  relu: {
    forward: (k, net) => relu(k, { x: net }),
    backward: (k, net, _y, dy) => reluGradient(k, { x: net, dy }),
  },
  identity: {
    forward: (k, net) => fill(k, net.shape, (i) => net.data[i]!),
    backward: (k, _net, _y, dy) => fill(k, dy.shape, (i) => dy.data[i]!),
  },
}

/** F8. The slope f′(net) itself: what `backward` makes of a dy of ones. Like net. */
export function slope<T>(k: Arithmetic<T>, name: ActivationName, net: TensorOf<T>): TensorOf<T> {
  const { forward, backward } = activations[name]
  return backward(
    k,
    net,
    forward(k, net),
    fill(k, net.shape, () => k.one),
  )
}
