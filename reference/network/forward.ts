import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { dense } from '../operator/dense.ts'
import type { TensorOf } from '../tensor.ts'
import { type ActivationName, activations } from './activation.ts'

/** One fully connected layer with its activation: w (O,I), b (O). */
export interface DenseLayer<T> {
  readonly w: TensorOf<T>
  readonly b: TensorOf<T>
  readonly f: ActivationName
}

/** What a layer computed for N samples: net and y, both (N,O). */
export interface LayerValues<T> {
  readonly net: TensorOf<T>
  readonly y: TensorOf<T>
}

/**
 * F9. A layered network, forward.
 *
 *   net⁽ˡ⁾ = W⁽ˡ⁾ y⁽ˡ⁻¹⁾ + b⁽ˡ⁾,   y⁽ˡ⁾ = f(net⁽ˡ⁾),   y⁽⁰⁾ = x
 *
 * x (N,I), one sample a row, → net and y of every layer, first layer first. Throws ShapeError. Source: Bouvrie 2006 §2.1.
 */
export function forward<T>(k: Arithmetic<T>, layers: readonly DenseLayer<T>[], x: TensorOf<T>): LayerValues<T>[] {
  const values: LayerValues<T>[] = []
  let y = x
  for (const { w, b, f } of layers) {
    const net = dense(k, { x: y, w, b })
    y = activations[f].forward(k, net)
    values.push({ net, y })
  }
  return values
}
