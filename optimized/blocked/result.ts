/** Results: always fresh, always of the implementation's precision. Kernels count in doubles; `set` rounds to nearest. */
import { type Precision, sizeOf, type Tensor } from '../../reference/tensor.ts'

/** Room for a result that is filled part by part with `data.set(doubles, at)`. */
export function room(shape: readonly number[], precision: Precision): Tensor {
  const size = sizeOf(shape)
  return { shape: [...shape], data: precision === 'float32' ? new Float32Array(size) : new Float64Array(size) }
}

/** A result that lies complete in doubles. */
export function rounded(shape: readonly number[], values: ArrayLike<number>, precision: Precision): Tensor {
  const result = room(shape, precision)
  result.data.set(values)
  return result
}
