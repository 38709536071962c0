/** Small helpers that every program of the corpus would have had. */
import type { Tensor } from '../../../reference/contract.ts'

export type Four = readonly [number, number, number, number]

export const four = (t: { readonly shape: readonly number[] }): Four => {
  const [a = 1, b = 1, c = 1, d = 1] = t.shape
  return [a, b, c, d]
}
export const two = (t: { readonly shape: readonly number[] }): readonly [number, number] => [
  t.shape[0] ?? 1,
  t.shape[1] ?? 1,
]
export const count = (shape: readonly number[]): number => shape.reduce((n, extent) => n * extent, 1)

/** A float32 tensor of zeros, or of given numbers. */
export const empty = (shape: readonly number[]): Tensor & { data: Float32Array } => ({
  shape: [...shape],
  data: new Float32Array(count(shape)),
})
export const filled = (shape: readonly number[], value: (i: number) => number): Tensor => ({
  shape: [...shape],
  data: Float32Array.from({ length: count(shape) }, (_, i) => value(i)),
})
/** A number for each number of a tensor. */
export const mapped = (t: Tensor, value: (v: number, i: number) => number): Tensor => ({
  shape: [...t.shape],
  data: Float32Array.from(t.data, value),
})

/** A tensor with its axes in another order, its memory moved: order [0,2,3,1] makes NHWC of NCHW. */
export function transposed(t: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => t.shape[axis]!)
  const steps = t.shape.map((_, axis) => count(t.shape.slice(axis + 1)))
  const y = empty(shape)
  for (let i = 0; i < y.data.length; i++) {
    let [rest, from] = [i, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * steps[order[axis]!]!
      rest = Math.floor(rest / shape[axis]!)
    }
    y.data[i] = t.data[from]!
  }
  return y
}
/** The same memory under another shape. */
export const reshaped = (t: Tensor, shape: readonly number[]): Tensor => ({ shape: [...shape], data: t.data })

/** The kernels of a weight tensor turned by 180°. */
export function rotated(w: Tensor): Tensor {
  const [, , R, S] = four(w)
  return mapped(w, (_, i) => w.data[i - (i % (R * S)) + (R * S - 1 - (i % (R * S)))]!)
}

/** What a comparison picks, as an instruction does: not Math.max, whose NaN would win. */
export const picked = (first: boolean, a: number, b: number): number => (first ? a : b)
