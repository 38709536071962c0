import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import type { OperandsOf } from '../contract.ts'
import { rowPairSizes } from '../shape/pointwise.ts'
import { at2, type TensorOf } from '../tensor.ts'
import { fill, fill2 } from './fill.ts'

/**
 * F21. Cost over N samples: E = ½ Σₙ Σₖ (tₖⁿ − yₖⁿ)². For N = 1 this is F22, the cost of one sample ½‖t − y‖².
 *
 * y, t (N,K) → (). Throws ShapeError. Source: Bouvrie 2006 eq. 1–2.
 */
export function quadraticCost<T>(k: Arithmetic<T>, { y, t }: OperandsOf<'quadraticCost', T>): TensorOf<T> {
  const { N } = rowPairSizes('quadraticCost', 'y', y.shape, 't', t.shape)
  return fill(k, [], () => {
    let sum = k.zero
    for (let n = 0; n < N; n++) sum = k.add(sum, sampleCost(k, { y, t }, n))
    return sum
  })
}

/** F22. Cost of sample n: Eⁿ = ½ Σₖ (tₖⁿ − yₖⁿ)². Source: Bouvrie 2006 eq. 2. */
function sampleCost<T>(k: Arithmetic<T>, { y, t }: OperandsOf<'quadraticCost', T>, n: number): T {
  let sum = k.zero
  for (let j = 0; j < y.shape[1]!; j++) {
    const difference = k.sub(at2(t, n, j), at2(y, n, j))
    sum = k.add(sum, k.mul(difference, difference))
  }
  return k.div(sum, k.from(2))
}

/**
 * F10, its first factor: ∂E/∂yₖⁿ = yₖⁿ − tₖⁿ.
 *
 * y, t (N,K) → like y. Throws ShapeError. Source: Bouvrie 2006 §2.
 */
export function quadraticCostGradient<T>(
  k: Arithmetic<T>,
  { y, t }: OperandsOf<'quadraticCostGradient', T>,
): TensorOf<T> {
  const { N, K } = rowPairSizes('quadraticCostGradient', 'y', y.shape, 't', t.shape)
  return fill2(k, [N, K], (n, j) => k.sub(at2(y, n, j), at2(t, n, j)))
}
