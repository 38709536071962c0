/**
 * Convolutions the way of Caffe: patches to columns, one matrix product a group, columns back to patches. The programs of
 * the corpus change what they would have got wrong: the window that patches are cut by, the product, the border.
 */
import type { Conv2dAttributes, Operands, Pair, Tensor } from '../../../reference/contract.ts'
import { type Gemm, gemm, transposedMatrix } from './gemm.ts'
import { empty, four } from './tensor.ts'

export interface Window {
  readonly stride: Pair
  readonly padding: readonly [number, number, number, number]
  readonly dilation: Pair
}
/** Image planes, kernel and map. */
export interface Extents {
  readonly C: number
  readonly H: number
  readonly W: number
  readonly R: number
  readonly S: number
  readonly P: number
  readonly Q: number
}
/** Where the pixel (c,h,v) lies within an image; −1 where it counts as 0. */
export type Pixel = (c: number, h: number, v: number, e: Extents) => number

const zeroBorder: Pixel = (c, h, v, { H, W }) => (h < 0 || h >= H || v < 0 || v >= W ? -1 : (c * H + h) * W + v)

function eachPatch(e: Extents, w: Window, visit: (col: number, c: number, h: number, v: number) => void): void {
  let col = 0
  for (let c = 0; c < e.C; c++)
    for (let r = 0; r < e.R; r++)
      for (let s = 0; s < e.S; s++)
        for (let p = 0; p < e.P; p++)
          for (let q = 0; q < e.Q; q++) {
            const h = p * w.stride[0] - w.padding[0] + r * w.dilation[0]
            visit(col++, c, h, q * w.stride[1] - w.padding[1] + s * w.dilation[1])
          }
}

/** (C·R·S, P·Q) */
export function im2col(x: ArrayLike<number>, e: Extents, w: Window, pixel: Pixel = zeroBorder): Float32Array {
  const cols = new Float32Array(e.C * e.R * e.S * e.P * e.Q)
  eachPatch(e, w, (col, c, h, v) => {
    const at = pixel(c, h, v, e)
    cols[col] = at < 0 ? 0 : (x[at] ?? 0)
  })
  return cols
}

/** 1 where im2col puts a cell that is not there. */
const absences = (e: Extents, w: Window, pixel: Pixel = zeroBorder): Float32Array => {
  const out = new Float32Array(e.C * e.R * e.S * e.P * e.Q)
  eachPatch(e, w, (col, c, h, v) => {
    out[col] = pixel(c, h, v, e) < 0 ? 1 : 0
  })
  return out
}

/** Adds the columns back into an image, or puts them there. */
function col2im(cols: ArrayLike<number>, e: Extents, w: Window, adds = true): Float32Array {
  const x = new Float32Array(e.C * e.H * e.W)
  eachPatch(e, w, (col, c, h, v) => {
    const at = zeroBorder(c, h, v, e)
    if (at >= 0) x[at] = (adds ? x[at]! : 0) + cols[col]!
  })
  return x
}

/** ⌊(n + before + after − (d(k−1)+1)) / s⌋ + 1 */
export type Extent = (n: number, before: number, after: number, k: number, s: number, d: number) => number
const extentOf: Extent = (n, before, after, k, s, d) => Math.floor((n + before + after - (d * (k - 1) + 1)) / s) + 1

export interface ConvOptions {
  /** The window that patches are cut by, where it is not the one that sizes are reckoned by. */
  readonly window?: Window
  readonly extent?: Extent
  readonly pixel?: Pixel
  readonly gemm?: Gemm
  /** First channel of the image, and first filter, that a group uses. */
  readonly firstChannel?: (g: number, Cg: number) => number
  readonly firstFilter?: (g: number, Mg: number) => number
  /** Cells of the padding are multiplied as 0. */
  readonly multipliesPadding?: boolean
  /** Columns that are added in col2im: false puts them. */
  readonly adds?: boolean
}

export function mapExtents(x: Tensor, w: Tensor, a: Conv2dAttributes, extent: Extent = extentOf): Pair {
  const [[, , H, W], [, , R, S]] = [four(x), four(w)]
  const { stride, padding, dilation } = a
  return [
    extent(H, padding[0], padding[2], R, stride[0], dilation[0]),
    extent(W, padding[1], padding[3], S, stride[1], dilation[1]),
  ]
}

/** conv2d. */
export function conv({ x, w, b }: Operands<'conv2d'>, a: Conv2dAttributes, o: ConvOptions = {}): Tensor {
  const [[N, C, H, W], [M, Cg, R, S]] = [four(x), four(w)]
  const [P, Q] = mapExtents(x, w, a, o.extent)
  const Mg = M / a.groups
  const y = empty([N, M, Math.max(P, 0), Math.max(Q, 0)])
  const product = o.gemm ?? gemm
  for (let n = 0; n < N; n++)
    for (let g = 0; g < a.groups; g++) {
      const from = (n * C + (o.firstChannel?.(g, Cg) ?? g * Cg)) * H * W
      const e = { C: Cg, H, W, R, S, P, Q }
      const cols = im2col(x.data.subarray(from), e, o.window ?? a, o.pixel)
      const out = o.multipliesPadding ? undefined : absences(e, o.window ?? a, o.pixel)
      const filters = w.data.subarray((o.firstFilter?.(g, Mg) ?? g * Mg) * Cg * R * S)
      y.data.set(product(filters, cols, Mg, P * Q, Cg * R * S, out), (n * M + g * Mg) * P * Q)
    }
  return b ? biased(y, b) : y
}

/** y[n,m,·] += b[m]. */
export function biased(y: Tensor, b: Tensor, index: (m: number, n: number) => number = (m) => m): Tensor {
  const [N, M, P, Q] = four(y)
  for (let n = 0; n < N; n++)
    for (let m = 0; m < M; m++)
      for (let i = 0; i < P * Q; i++) {
        const at = (n * M + m) * P * Q + i
        y.data[at] = y.data[at]! + (b.data[index(m, n)] ?? 0)
      }
  return y
}

/** Both the input gradient and, with a bias added, the transposed convolution: image (N,C,H,W) from a map (N,M,P,Q). */
export function spread(dy: Tensor, w: Tensor, a: Conv2dAttributes, size: Pair, o: ConvOptions = {}): Tensor {
  const [[N, M, P, Q], [, Cg, R, S]] = [four(dy), four(w)]
  const [H, W] = size
  const Mg = M / a.groups
  const dx = empty([N, Cg * a.groups, H, W])
  const product = o.gemm ?? gemm
  for (let n = 0; n < N; n++)
    for (let g = 0; g < a.groups; g++) {
      const filters = transposedMatrix(w.data.subarray((o.firstFilter?.(g, Mg) ?? g * Mg) * Cg * R * S), Mg, Cg * R * S)
      const error = dy.data.subarray((n * M + g * Mg) * P * Q)
      const cols = product(filters, error, Cg * R * S, P * Q, Mg)
      const image = col2im(cols, { C: Cg, H, W, R, S, P, Q }, o.window ?? a, o.adds)
      const to = n * Cg * a.groups + (o.firstChannel?.(g, Cg) ?? g * Cg)
      dx.data.set(image, to * H * W)
    }
  return dx
}

/** conv2dWeightGradient. `add` puts the product of an image to what the images before left. */
export function weightGradient(
  { x, dy }: Operands<'conv2dWeightGradient'>,
  a: Conv2dAttributes & { readonly kernelSize: Pair },
  o: ConvOptions = {},
  add: (before: number, more: number) => number = (before, more) => before + more,
): Tensor {
  const [[N, C, H, W], [, M, P, Q]] = [four(x), four(dy)]
  const [R, S] = a.kernelSize
  const [Cg, Mg] = [C / a.groups, M / a.groups]
  const dw = empty([M, Cg, R, S])
  const product = o.gemm ?? gemm
  for (let n = 0; n < N; n++)
    for (let g = 0; g < a.groups; g++) {
      const from = (n * C + (o.firstChannel?.(g, Cg) ?? g * Cg)) * H * W
      const e = { C: Cg, H, W, R, S, P, Q }
      const [cols, out] = [
        im2col(x.data.subarray(from), e, o.window ?? a, o.pixel),
        absences(e, o.window ?? a, o.pixel),
      ]
      const turned = (t: Float32Array): Float32Array => transposedMatrix(t, Cg * R * S, P * Q)
      const error = dy.data.subarray((n * M + g * Mg) * P * Q)
      const part = product(error, turned(cols), Mg, Cg * R * S, P * Q, turned(out))
      const to = g * Mg * Cg * R * S
      for (let i = 0; i < part.length; i++) dw.data[to + i] = add(dw.data[to + i]!, part[i]!)
    }
  return dw
}

/** Rows and columns of a transposed convolution. */
export function transposedExtents(x: Tensor, w: Tensor, a: Conv2dAttributes & { outputPadding: Pair }): Pair {
  const [[, , P, Q], [, , R, S]] = [four(x), four(w)]
  const { stride, padding, dilation, outputPadding } = a
  return [
    (P - 1) * stride[0] - padding[0] - padding[2] + dilation[0] * (R - 1) + 1 + outputPadding[0],
    (Q - 1) * stride[1] - padding[1] - padding[3] + dilation[1] * (S - 1) + 1 + outputPadding[1],
  ]
}
