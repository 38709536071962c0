/** Right programs that compute by another algorithm. */
import { type Tensor, Unsupported } from '../../../reference/contract.ts'
import { biased, conv, mapExtents } from '../base/im2col.ts'
import { pool } from '../base/pool.ts'
import { rowMaximum, rowsOf } from '../base/softmax.ts'
import { pairwise } from '../base/sum.ts'
import { empty, filled, four, mapped } from '../base/tensor.ts'
import { type Right, right } from '../entry.ts'

const f = Math.fround

/** F(2,3) in one dimension: two results of a kernel of three from four cells, with four products. */
const [inward, kernelward, outward] = [
  ([a, b, c, d]: readonly number[]): number[] => [f(a! - c!), f(b! + c!), f(c! - b!), f(b! - d!)],
  ([g, h, k]: readonly number[]): number[] => [g!, f(f(f(g! + h!) + k!) / 2), f(f(f(g! - h!) + k!) / 2), k!],
  ([a, b, c, d]: readonly number[]): number[] => [f(f(a! + b!) + c!), f(f(b! - c!) - d!)],
] as const

/** A transform of every row, then of every column. */
function both(rows: readonly (readonly number[])[], one: (v: readonly number[]) => number[]): number[][] {
  const across = rows.map(one)
  const down = across[0]!.map((_, j) => one(across.map((row) => row[j]!)))
  return down[0]!.map((_, i) => down.map((column) => column[i]!))
}

function winograd(x: Tensor, w: Tensor, padding: readonly number[], P: number, Q: number): Tensor {
  const [[N, C, H, W], [M]] = [four(x), four(w)]
  const y = empty([N, M, P, Q])
  const cell = (n: number, c: number, h: number, v: number): number =>
    h < 0 || h >= H || v < 0 || v >= W ? 0 : x.data[((n * C + c) * H + h) * W + v]!
  for (let n = 0; n < N; n++)
    for (let m = 0; m < M; m++)
      for (let p = 0; p < P; p += 2)
        for (let q = 0; q < Q; q += 2) {
          const sum = [0, 0, 0, 0].map(() => [0, 0, 0, 0])
          for (let c = 0; c < C; c++) {
            const tile = [0, 1, 2, 3].map((i) =>
              [0, 1, 2, 3].map((j) => cell(n, c, p + i - padding[0]!, q + j - padding[1]!)),
            )
            const taps = [0, 1, 2].map((r) => [0, 1, 2].map((s) => w.data[((m * C + c) * 3 + r) * 3 + s]!))
            const [V, U] = [both(tile, inward), both(taps, kernelward)]
            for (let i = 0; i < 4; i++)
              for (let j = 0; j < 4; j++) sum[i]![j] = f(sum[i]![j]! + f(V[i]![j]! * U[i]![j]!))
          }
          for (const [i, row] of both(sum, outward).entries())
            for (const [j, v] of row.entries())
              if (p + i < P && q + j < Q) y.data[((n * M + m) * P + p + i) * Q + q + j] = v
        }
  return y
}

/** Σ over a plane of a·e^(±2πi…) by the definition, rows then columns. */
function transform(re: Float64Array, im: Float64Array, n: number, sign: number): void {
  for (const [stride, step] of [
    [1, n],
    [n, 1],
  ] as const)
    for (let line = 0; line < n; line++) {
      const [a, b] = [new Float64Array(n), new Float64Array(n)]
      for (let k = 0; k < n; k++)
        for (let j = 0; j < n; j++) {
          const angle = (sign * 2 * Math.PI * ((k * j) % n)) / n
          const at = line * step + j * stride
          a[k] = a[k]! + re[at]! * Math.cos(angle) - im[at]! * Math.sin(angle)
          b[k] = b[k]! + re[at]! * Math.sin(angle) + im[at]! * Math.cos(angle)
        }
      for (let k = 0; k < n; k++) [re[line * step + k * stride], im[line * step + k * stride]] = [f(a[k]!), f(b[k]!)]
    }
}

function fourier(x: Tensor, w: Tensor, padding: readonly number[], P: number, Q: number): Tensor {
  const [[N, C, H, W], [M, , R, S]] = [four(x), four(w)]
  const n = Math.max(H, W) + Math.max(R, S) - 1
  const spectrum = (value: (h: number, v: number) => number, rows: number, columns: number) => {
    const [re, im] = [new Float64Array(n * n), new Float64Array(n * n)]
    for (let h = 0; h < rows; h++) for (let v = 0; v < columns; v++) re[h * n + v] = value(h, v)
    transform(re, im, n, -1)
    return [re, im] as const
  }
  const y = empty([N, M, P, Q])
  const images = Array.from({ length: N * C }, (_, i) => spectrum((h, v) => x.data[(i * H + h) * W + v]!, H, W))
  const kernels = Array.from({ length: M * C }, (_, i) =>
    spectrum((r, s) => w.data[(i * R + (R - 1 - r)) * S + (S - 1 - s)]!, R, S),
  )
  for (let image = 0; image < N; image++)
    for (let m = 0; m < M; m++) {
      const [re, im] = [new Float64Array(n * n), new Float64Array(n * n)]
      for (let c = 0; c < C; c++) {
        const [[a, b], [g, h]] = [images[image * C + c]!, kernels[m * C + c]!]
        for (let i = 0; i < n * n; i++) {
          re[i] = f(re[i]! + a[i]! * g[i]! - b[i]! * h[i]!)
          im[i] = f(im[i]! + a[i]! * h[i]! + b[i]! * g[i]!)
        }
      }
      transform(re, im, n, 1)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++) {
          const [h, v] = [p + R - 1 - padding[0]!, q + S - 1 - padding[1]!]
          const inside = h >= 0 && v >= 0 && h < H + R - 1 && v < W + S - 1
          y.data[((image * M + m) * P + p) * Q + q] = inside ? re[h * n + v]! / (n * n) : 0
        }
    }
  return y
}

export const algorithms: readonly Right[] = [
  right(
    'Winograd F(2×2,3×3)',
    'conv2d',
    'sixteen products where the sum has 36; the rest is not offered',
    () => (o, a) => {
      const [, , R, S] = four(o.w)
      const plain = [...a.stride, ...a.dilation, a.groups].every((v) => v === 1)
      if (R !== 3 || S !== 3 || !plain) throw new Unsupported('3×3 kernels of stride 1 alone')
      const y = winograd(o.x, o.w, a.padding, ...mapExtents(o.x, o.w, a))
      return o.b ? biased(y, o.b) : y
    },
    'winograd',
  ),
  right(
    'Fourier transforms',
    'conv2d',
    'products of spectra; the rest is not offered',
    () => (o, a) => {
      const plain = [...a.stride, ...a.dilation, a.groups].every((v) => v === 1)
      if (!plain) throw new Unsupported('stride, dilation and groups of 1 alone')
      const y = fourier(o.x, o.w, a.padding, ...mapExtents(o.x, o.w, a))
      return o.b ? biased(y, o.b) : y
    },
    'fft',
  ),
  right(
    'sigmoid in two branches',
    'sigmoid',
    'eˣ/(1+eˣ) below 0, 1/(1+e⁻ˣ) above',
    () =>
      ({ x }) =>
        mapped(x, (v) => {
          const power = f(Math.exp(-Math.abs(v)))
          return v < 0 ? power / f(1 + power) : 1 / f(1 + power)
        }),
  ),
  right('maximum in a tree', 'maxPool2d', 'pairs, then pairs of those; NaN wins', () => ({ x }, a) => {
    const larger = (p: number, q: number): number => (Number.isNaN(p) || p > q ? p : q)
    const tree = (values: readonly number[]): number =>
      values.length <= 1
        ? (values[0] ?? -Infinity)
        : larger(tree(values.slice(0, values.length >> 1)), tree(values.slice(values.length >> 1)))
    return pool(x, a, tree)
  }),
  right('softmax by a reciprocal', 'softmax', 'e^(x − max) times 1/Σ, sums in a tree', () => ({ x }) => {
    const y = empty(x.shape)
    for (const [from, to] of rowsOf(x)) {
      const most = rowMaximum(x, from, to)
      for (let i = from; i < to; i++) y.data[i] = Math.exp(f(x.data[i]! - most))
      const inverse = f(1 / pairwise(y.data.subarray(from, to)))
      for (let i = from; i < to; i++) y.data[i] = y.data[i]! * inverse
    }
    return y
  }),
  right(
    'cross-entropy in float64',
    'softmaxCrossEntropy',
    'everything in float64, rounded at the end',
    () =>
      ({ x, t }) => {
        let cost = 0
        for (const [from, to] of rowsOf(x)) {
          const most = rowMaximum(x, from, to)
          let sum = 0
          for (let i = from; i < to; i++) sum += Math.exp(x.data[i]! - most)
          for (let i = from; i < to; i++) cost -= t.data[i]! * (x.data[i]! - most - Math.log(sum))
        }
        return filled([], () => cost)
      },
  ),
  right('convolution of one block after the other', 'conv2d', 'one call an image of the batch', () => (o, a) => {
    const [N, C, H, W] = four(o.x)
    const parts = Array.from({ length: N }, (_, n) =>
      conv({ ...o, x: { shape: [1, C, H, W], data: o.x.data.slice(n * C * H * W, (n + 1) * C * H * W) } }, a),
    )
    const [, M, P, Q] = four(parts[0]!)
    const y = empty([N, M, P, Q])
    for (const [n, part] of parts.entries()) y.data.set(part.data, n * M * P * Q)
    return y
  }),
]
