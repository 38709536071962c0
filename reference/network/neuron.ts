import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { ShapeError } from '../contract.ts'
import { type ActivationName, activations } from './activation.ts'

/**
 * F7. A neuron.
 *
 *   net = b + Σ_i w_i x_i,   y = f(net)
 *
 * w and x of one length, b a number → net and y. The sum runs b, then i upward, as in F19: a fully connected layer is
 * neurons side by side. Throws ShapeError. Source: Rumelhart, Hinton & Williams 1986.
 */
export function neuron<T>(
  k: Arithmetic<T>,
  { w, x, b }: { w: ArrayLike<T>; x: ArrayLike<T>; b: T },
  f: ActivationName,
): { net: T; y: T } {
  if (w.length !== x.length) {
    throw new ShapeError(`neuron: w has ${w.length} weights, x has ${x.length} inputs; give one weight an input`)
  }
  let net = b
  for (let i = 0; i < w.length; i++) net = k.add(net, k.mul(w[i]!, x[i]!))
  const y = activations[f].forward(k, { shape: [], data: [net] }).data[0]!
  return { net, y }
}
