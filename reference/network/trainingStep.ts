import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { quadraticCost } from '../operator/quadraticCost.ts'
import type { TensorOf } from '../tensor.ts'
import { backward, type LayerErrors } from './backward.ts'
import { descend } from './descent.ts'
import { type DenseLayer, forward, type LayerValues } from './forward.ts'

export interface TrainingStep<T> {
  readonly values: readonly LayerValues<T>[]
  /** E before the step. */
  readonly cost: T
  readonly errors: readonly LayerErrors<T>[]
  /** The layers after the step. */
  readonly layers: readonly DenseLayer<T>[]
}

/**
 * One step of training a fully connected network under the quadratic cost: F9 forward, F21 the cost, F10–F12 backward,
 * F13 the new weights. Everything computed on the way is handed out, first layer first.
 *
 * x (N,I), t (N,O), η a number. Throws ShapeError.
 */
export function trainingStep<T>(
  k: Arithmetic<T>,
  layers: readonly DenseLayer<T>[],
  x: TensorOf<T>,
  t: TensorOf<T>,
  eta: T,
): TrainingStep<T> {
  const values = forward(k, layers, x)
  const cost = quadraticCost(k, { y: values.at(-1)?.y ?? x, t }).data[0]!
  const errors = backward(k, layers, values, x, t)
  const stepped = layers.map(({ w, b, f }, l) => {
    const gradient = errors[l]!
    return { w: descend(k, w, gradient.w, eta), b: descend(k, b, gradient.b, eta), f }
  })
  return { values, cost, errors, layers: stepped }
}
