/**
 * A tensor is a shape and its numbers in row-major order (the last axis is contiguous). Nothing else.
 *
 * The textbook runs over any number type T; `Tensor`, the type of the contract, holds machine floats.
 */
export interface TensorOf<T> {
  readonly shape: readonly number[]
  readonly data: ArrayLike<T>
}

export interface Tensor extends TensorOf<number> {
  readonly data: Float32Array | Float64Array
}

export type Precision = 'float32' | 'float64'

/** Number of elements of a shape; 1 for the shape () of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1
  for (const extent of shape) size *= extent
  return size
}

/** "(1,6,5,5)", the way shapes appear in every message. */
export const shapeText = (shape: readonly number[]): string => `(${shape.join(',')})`

/** A float64 or float32 tensor from plain numbers. */
export function tensor(shape: readonly number[], values: ArrayLike<number>, precision: Precision = 'float64'): Tensor {
  const data = precision === 'float32' ? new Float32Array(values) : new Float64Array(values)
  return { shape: [...shape], data }
}

/** The same numbers in the other precision; rounds to nearest when it narrows. */
export const convert = (t: TensorOf<number>, precision: Precision): Tensor => tensor(t.shape, t.data, precision)

/** The multi-index of a flat position: positionOf((2,3), 4) = [1,1]. */
export function positionOf(shape: readonly number[], flat: number): number[] {
  const position = new Array<number>(shape.length)
  let rest = flat
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!
    position[axis] = rest % extent
    rest = Math.floor(rest / extent)
  }
  return position
}

/** The flat position of a multi-index: flatOf((2,3), [1,1]) = 4. */
export const flatOf = (shape: readonly number[], position: readonly number[]): number =>
  shape.reduce((flat, extent, axis) => flat * extent + position[axis]!, 0)

/** x[i,j] of a matrix. */
export function at2<T>(x: TensorOf<T>, i: number, j: number): T {
  return x.data[i * x.shape[1]! + j]!
}

/** x[i,j,k,l] of a tensor of four axes. */
export function at4<T>(x: TensorOf<T>, i: number, j: number, k: number, l: number): T {
  const s = x.shape
  return x.data[((i * s[1]! + j) * s[2]! + k) * s[3]! + l]!
}
