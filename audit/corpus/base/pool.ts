/** Poolings with plain loops, with the places open in which their programs go wrong. */
import type { Operands, Pair, Tensor } from '../../../reference/contract.ts'
import { empty, four } from './tensor.ts'

export interface PoolWindow {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: readonly [number, number, number, number]
  readonly dilation?: Pair
  readonly ceilMode: boolean
}

/** How many windows: rounded up with `up`, without a last one that would start beyond the input and its padding. */
export type Windows = (n: number, before: number, after: number, k: number, s: number, d: number, up: boolean) => number
export const windowsOf: Windows = (n, before, after, k, s, d, up) => {
  const room = n + before + after - (d * (k - 1) + 1)
  if (!up) return Math.floor(room / s) + 1
  const windows = Math.ceil(room / s) + 1
  return (windows - 1) * s >= n + before ? windows - 1 : windows
}

function poolExtents(x: Tensor, a: PoolWindow, windows: Windows = windowsOf): Pair {
  const [, , H, W] = four(x)
  const { kernel, stride, padding, ceilMode, dilation = [1, 1] } = a
  return [
    windows(H, padding[0], padding[2], kernel[0], stride[0], dilation[0], ceilMode),
    windows(W, padding[1], padding[3], kernel[1], stride[1], dilation[1], ceilMode),
  ]
}

/** The cells of window (p,q) that lie inside an H×W image, row by row. */
export function cellsOf(a: PoolWindow, p: number, q: number, H: number, W: number): number[] {
  const { kernel, stride, padding, dilation = [1, 1] } = a
  const cells: number[] = []
  for (let r = 0; r < kernel[0]; r++) {
    const h = p * stride[0] - padding[0] + r * dilation[0]
    if (h < 0 || h >= H) continue
    for (let s = 0; s < kernel[1]; s++) {
      const v = q * stride[1] - padding[1] + s * dilation[1]
      if (v >= 0 && v < W) cells.push(h * W + v)
    }
  }
  return cells
}

/** What a window comes to: its cells' values, and where it stands. */
export type Fold = (values: readonly number[], p: number, q: number) => number

export function pool(
  x: Tensor,
  a: PoolWindow,
  fold: Fold,
  sizes: Pair = poolExtents(x, a),
  channels: (C: number) => number = (C) => C,
): Tensor {
  const [N, C, H, W] = four(x)
  const [P, Q] = sizes
  const y = empty([N, C, P, Q])
  for (let n = 0; n < N; n++)
    for (let c = 0; c < channels(C); c++) {
      const plane = x.data.subarray((n * C + c) * H * W)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++) {
          const values = cellsOf(a, p, q, H, W).map((cell) => plane[cell]!)
          y.data[((n * C + c) * P + p) * Q + q] = fold(values, p, q)
        }
    }
  return y
}

/** NaN wins. */
export const largest = (values: readonly number[]): number => {
  let most = -Infinity
  for (const v of values) if (v > most || Number.isNaN(v)) most = Number.isNaN(most) ? most : v
  return most
}

/** Σ values / divisor. */
export const meanBy =
  (divisor: (inside: number, p: number, q: number) => number): Fold =>
  (values, p, q) =>
    values.reduce((sum, v) => Math.fround(sum + v), 0) / divisor(values.length, p, q)

/** Cells of window (p,q) inside the padded input. */
function paddedCells(a: PoolWindow, p: number, q: number, H: number, W: number): number {
  const { kernel, stride, padding } = a
  const rows = Math.min(p * stride[0] + kernel[0], H + padding[0] + padding[2]) - p * stride[0]
  const columns = Math.min(q * stride[1] + kernel[1], W + padding[1] + padding[3]) - q * stride[1]
  return rows * columns
}

/** The divisor of the contract. */
export const properDivisor =
  (a: PoolWindow & { countIncludePad: boolean }, H: number, W: number) =>
  (inside: number, p: number, q: number): number =>
    a.countIncludePad ? paddedCells(a, p, q, H, W) : inside

/** Gives the error of each window to cells of it: `share` lists [cell, error]. `put` says what becomes of a cell's number. */
export function unpool(
  dy: Tensor,
  size: Pair,
  a: PoolWindow,
  share: (
    cells: readonly number[],
    error: number,
    plane: number,
    p: number,
    q: number,
  ) => readonly (readonly [number, number])[],
  put: (before: number, more: number) => number = (before, more) => before + more,
): Tensor {
  const [N, C, P, Q] = four(dy)
  const [H, W] = size
  const dx = empty([N, C, H, W])
  for (let plane = 0; plane < N * C; plane++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++) {
        const error = dy.data[(plane * P + p) * Q + q]!
        for (const [cell, more] of share(cellsOf(a, p, q, H, W), error, plane, p, q)) {
          const at = plane * H * W + cell
          dx.data[at] = put(dx.data[at]!, more)
        }
      }
  return dx
}

/** First of the largest, a NaN before all. */
function argmax(values: ArrayLike<number>, cells: readonly number[], from: number): number {
  let best = cells[0]!
  for (const cell of cells) {
    const [v, most] = [values[from + cell]!, values[from + best]!]
    if (Number.isNaN(most)) return best
    if (v > most || Number.isNaN(v)) best = cell
  }
  return best
}

/** maxPool2dGradient. */
export function maxGradient(
  { x, dy }: Operands<'maxPool2dGradient'>,
  a: PoolWindow,
  put?: (before: number, more: number) => number,
): Tensor {
  const [, , H, W] = four(x)
  return unpool(dy, [H, W], a, (cells, error, plane) => [[argmax(x.data, cells, plane * H * W), error]], put)
}
