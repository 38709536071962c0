/**
 * The error terms δ⁽ˡ⁾ = ∂E/∂net⁽ˡ⁾ of a fully connected network under the quadratic cost, and the gradients they give.
 * Source: Rumelhart, Hinton & Williams 1986; Bouvrie 2006 §2.1, eq. 3–6.
 */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { denseBiasGradient, denseInputGradient, denseWeightGradient } from '../operator/dense.ts'
import { quadraticCostGradient } from '../operator/quadraticCost.ts'
import type { TensorOf } from '../tensor.ts'
import { activations } from './activation.ts'
import type { DenseLayer, LayerValues } from './forward.ts'

/** What a layer learns: its error term δ (N,O) and the gradients of its w (O,I) and b (O). */
export interface LayerErrors<T> {
  readonly delta: TensorOf<T>
  readonly w: TensorOf<T>
  readonly b: TensorOf<T>
}

/** F10. δ⁽ᴸ⁾ = (y − t) ∘ f′(net⁽ᴸ⁾): the last layer, quadratic cost. t (N,O) → (N,O). Throws ShapeError. */
export function outputError<T>(
  k: Arithmetic<T>,
  { f }: DenseLayer<T>,
  { net, y }: LayerValues<T>,
  t: TensorOf<T>,
): TensorOf<T> {
  return activations[f].backward(k, net, y, quadraticCostGradient(k, { y, t }))
}

/** F11. δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾) ∘ f′(net⁽ˡ⁾). δ⁽ˡ⁺¹⁾ (N,O⁺) and w (O⁺,O) of the layer above → (N,O). Throws ShapeError. */
export function hiddenError<T>(
  k: Arithmetic<T>,
  { f }: DenseLayer<T>,
  { net, y }: LayerValues<T>,
  above: { readonly delta: TensorOf<T>; readonly w: TensorOf<T> },
): TensorOf<T> {
  return activations[f].backward(k, net, y, denseInputGradient(k, { dy: above.delta, w: above.w }))
}

/** F12. ∂E/∂W⁽ˡ⁾ = Σ_n δ⁽ˡ⁾ y⁽ˡ⁻¹⁾ᵀ, ∂E/∂b⁽ˡ⁾ = Σ_n δ⁽ˡ⁾. δ (N,O), input (N,I) → w (O,I), b (O). Throws ShapeError. */
export function layerGradients<T>(k: Arithmetic<T>, delta: TensorOf<T>, input: TensorOf<T>) {
  return { w: denseWeightGradient(k, { x: input, dy: delta }), b: denseBiasGradient(k, { dy: delta }) }
}

/**
 * F10–F12 from the last layer down to the first: x (N,I), t (N,O), the values of F9 → δ and gradients of every layer,
 * first layer first. Throws ShapeError.
 */
export function backward<T>(
  k: Arithmetic<T>,
  layers: readonly DenseLayer<T>[],
  values: readonly LayerValues<T>[],
  x: TensorOf<T>,
  t: TensorOf<T>,
): LayerErrors<T>[] {
  const errors = new Array<LayerErrors<T>>(layers.length)
  for (let l = layers.length - 1; l >= 0; l--) {
    const [layer, own] = [layers[l]!, values[l]!]
    const delta =
      l === layers.length - 1
        ? outputError(k, layer, own, t)
        : hiddenError(k, layer, own, { delta: errors[l + 1]!.delta, w: layers[l + 1]!.w })
    errors[l] = { delta, ...layerGradients(k, delta, l === 0 ? x : values[l - 1]!.y) }
  }
  return errors
}
