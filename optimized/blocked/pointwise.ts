/** F8. The activations and their slopes, element by element, in chunks that stay in L1. All throw ShapeError. */
import type { Operands } from '../../reference/contract.ts'
import { sameShape } from '../../reference/shape/pointwise.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { room } from './result.ts'

/** Elements a chunk: two operands in double are 16 KiB, half an L1 of 32. */
const CHUNK = 1024

/** σ(z) = 1/(1 + e⁻ᶻ). */
export function sigmoid({ x }: Operands<'sigmoid'>, precision: Precision): Tensor {
  return each(x, precision, (z, n) => {
    for (let i = 0; i < n; i++) z[i] = 1 / (1 + Math.exp(-z[i]!))
  })
}

/** tanh(z). */
export function tanh({ x }: Operands<'tanh'>, precision: Precision): Tensor {
  return each(x, precision, (z, n) => {
    for (let i = 0; i < n; i++) z[i] = Math.tanh(z[i]!)
  })
}

/** max(z, 0), NaN for NaN. */
export function relu({ x }: Operands<'relu'>, precision: Precision): Tensor {
  return each(x, precision, (z, n) => {
    for (let i = 0; i < n; i++) z[i] = Math.max(z[i]!, 0)
  })
}

/** σ′ = σ(1−σ): dy · y(1−y). */
export function sigmoidGradient({ y, dy }: Operands<'sigmoidGradient'>, precision: Precision): Tensor {
  sameShape('sigmoidGradient', 'y', y.shape, 'dy', dy.shape)
  return eachPair(y, dy, precision, (y, dy, n) => {
    for (let i = 0; i < n; i++) y[i] = dy[i]! * (y[i]! * (1 - y[i]!))
  })
}

/** tanh′ = 1 − tanh²: dy · (1−y)(1+y), which does not cancel near ±1. */
export function tanhGradient({ y, dy }: Operands<'tanhGradient'>, precision: Precision): Tensor {
  sameShape('tanhGradient', 'y', y.shape, 'dy', dy.shape)
  return eachPair(y, dy, precision, (y, dy, n) => {
    for (let i = 0; i < n; i++) y[i] = dy[i]! * ((1 - y[i]!) * (1 + y[i]!))
  })
}

/** relu′ = 1 for z > 0, 0 for z ≤ 0: dy or 0. */
export function reluGradient({ x, dy }: Operands<'reluGradient'>, precision: Precision): Tensor {
  sameShape('reluGradient', 'x', x.shape, 'dy', dy.shape)
  return eachPair(x, dy, precision, (x, dy, n) => {
    for (let i = 0; i < n; i++) x[i] = x[i]! > 0 ? dy[i]! : 0
  })
}

/** Runs `change` over the first n elements of one chunk after the other; what it leaves there is the result. */
function each(x: Tensor, precision: Precision, change: (chunk: Float64Array, n: number) => void): Tensor {
  const result = room(x.shape, precision)
  const chunk = new Float64Array(CHUNK)
  for (let at = 0; at < x.data.length; at += CHUNK) {
    const part = x.data.subarray(at, at + CHUNK)
    chunk.set(part)
    change(chunk, part.length)
    result.data.set(chunk.subarray(0, part.length), at)
  }
  return result
}

/** The same over two operands of one shape; the result is what `change` leaves in the first. */
function eachPair(
  x: Tensor,
  y: Tensor,
  precision: Precision,
  change: (x: Float64Array, y: Float64Array, n: number) => void,
): Tensor {
  const second = new Float64Array(CHUNK)
  let at = 0
  return each(x, precision, (first, n) => {
    second.set(y.data.subarray(at, at + n))
    at += n
    change(first, second, n)
  })
}
