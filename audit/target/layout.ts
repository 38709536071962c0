/**
 * Layouts: the contract speaks NCHW and (M,C/G,R,S); packages speak others. A layout is a permutation of the axes and
 * nothing else, so that every adapter can take its conversions from here and none has its own mistakes.
 *
 *   permute(t, [a,b,c]):  result[i,j,k] with extents shape[a], shape[b], shape[c]
 *   data     NCHW       ↔ NHWC
 *   weights  (M,C,R,S)  ↔ (R,S,C,M)         of a convolution without groups
 *   weights  (C·K,1,R,S) ↔ (R,S,C,K)        depthwise with multiplier K: filter m = c·K + k reads channel c
 *   matrix   (O,I)      ↔ (I,O)
 *
 * Results never share memory with the operand.
 */
import type { Tensor } from '../../reference/tensor.ts'
import { shapeText } from '../../reference/tensor.ts'

/** Axis i of the result is axis `axes[i]` of t, as in NumPy's transpose. */
export function permute(t: Tensor, axes: readonly number[]): Tensor {
  const { shape } = t
  const known = [...axes].sort((a, b) => a - b)
  if (known.length !== shape.length || known.some((axis, i) => axis !== i)) {
    throw new Error(
      `permute: axes ${shapeText(axes)} are no permutation of the ${shape.length} axes of ${shapeText(shape)}`,
    )
  }
  const strides = new Array<number>(shape.length)
  let size = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = size
    size *= shape[axis]!
  }
  const resultShape = axes.map((axis) => shape[axis]!)
  const steps = axes.map((axis) => strides[axis]!)
  const data = t.data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size)
  const position = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < size; to++) {
    data[to] = t.data[from]!
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      position[axis]!++
      if (position[axis]! < resultShape[axis]!) break
      from -= resultShape[axis]! * steps[axis]!
      position[axis] = 0
    }
  }
  return { shape: resultShape, data }
}

/** The same numbers in a fresh array under another shape of as many elements. */
export function reshape(t: Tensor, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1)
  if (size !== t.data.length) {
    throw new Error(`reshape: ${shapeText(t.shape)} has ${t.data.length} elements, ${shapeText(shape)} needs ${size}`)
  }
  return { shape: [...shape], data: t.data.slice() }
}

export const nchwToNhwc = (x: Tensor): Tensor => permute(x, [0, 2, 3, 1])
export const nhwcToNchw = (x: Tensor): Tensor => permute(x, [0, 3, 1, 2])

/** (M,C,R,S) → (R,S,C,M). Also the filter of TensorFlow's transposed convolution, whose last axis is its input. */
export const oihwToHwio = (w: Tensor): Tensor => permute(w, [2, 3, 1, 0])
export const hwioToOihw = (w: Tensor): Tensor => permute(w, [3, 2, 0, 1])

/** Depthwise (C·K,1,R,S) → (R,S,C,K) for C channels. */
export function oihwToHwim(w: Tensor, C: number): Tensor {
  const [M, R, S] = [w.shape[0]!, w.shape[2]!, w.shape[3]!]
  return permute(reshape(w, [C, M / C, R, S]), [2, 3, 0, 1])
}

/** (R,S,C,K) → depthwise (C·K,1,R,S). */
export function hwimToOihw(w: Tensor): Tensor {
  const [R, S, C, K] = [w.shape[0]!, w.shape[1]!, w.shape[2]!, w.shape[3]!]
  return reshape(permute(w, [2, 3, 0, 1]), [C * K, 1, R, S])
}

/** (O,I) ↔ (I,O). */
export const transpose = (w: Tensor): Tensor => permute(w, [1, 0])
