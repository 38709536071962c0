/**
 * The convolution layer in either direction: slide a packed kernel over an image of channels.
 *
 *   y[n, g·Co+o, h, w] = b[g·Co+o] + Σ_{taps r of h} Σ_{taps s of w} Σ_i x[n, g·Ci+i, h_r, w_s] · weight(o, i, r, s)
 *
 * Forward the taps are those of F14, backward (input gradient, transposed convolution) those of F26; `taps.ts` says
 * which meet what. For every pair of a row class and a column class the sums have no border left and are one sweep.
 */
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { channelsLast, multiply, pack, widen } from './panel.ts'
import { room } from './result.ts'
import type { Sweep } from './sweep.ts'
import type { AxisTaps, TapClass } from './taps.ts'

/** Ci channels a group come in, Co go out, on planes of inH×inW and outH×outW. */
export interface Slide {
  readonly N: number
  readonly G: number
  readonly Ci: number
  readonly Co: number
  readonly in: readonly [height: number, width: number]
  readonly out: readonly [height: number, width: number]
  readonly rows: AxisTaps
  readonly columns: AxisTaps
  /** Steps through the weights: a group, an output channel, an input channel; (r,s) lie innermost, S wide. */
  readonly weightStrides: { readonly group: number; readonly out: number; readonly in: number }
}

export function slide(
  x: Tensor['data'],
  weights: Tensor['data'],
  bias: Tensor['data'] | undefined,
  layer: Slide,
  precision: Precision,
): Tensor {
  const { N, G, Ci, Co } = layer
  const inCells = layer.in[0] * layer.in[1]
  const outCells = layer.out[0] * layer.out[1]
  const kernels = packKernels(widen(weights), layer)
  const sweeps = layer.rows.classes.flatMap((r) => layer.columns.classes.map((s) => sweepOf(r, s, layer)))
  const image = new Float64Array(Ci * inCells)
  const maps = new Float64Array(Co * outCells)
  const y = room([N, G * Co, ...layer.out], precision)
  for (let n = 0; n < N; n++) {
    for (let g = 0; g < G; g++) {
      channelsLast(x, (n * G + g) * Ci * inCells, Ci, inCells, image)
      for (let o = 0; o < Co; o++) maps.fill(bias ? bias[g * Co + o]! : 0, o * outCells, (o + 1) * outCells)
      for (const sweep of sweeps) multiply(kernels[g]!, image, maps, 0, outCells, sweep)
      y.data.set(maps, (n * G + g) * Co * outCells)
    }
  }
  return y
}

/** A group each: rows are output channels, depth runs over r, s (in tap order) and input channels. */
function packKernels(weights: Float64Array, { G, Ci, Co, rows, columns, weightStrides }: Slide) {
  const S = columns.order.length
  const index = new Int32Array(rows.order.length * S * Ci)
  let k = 0
  for (const r of rows.order) {
    for (const s of columns.order) for (let i = 0; i < Ci; i++) index[k++] = i * weightStrides.in + r * S + s
  }
  return Array.from({ length: G }, (_, g) => pack(weights, g * weightStrides.group, Co, weightStrides.out, index))
}

/**
 * All outputs of a row class and a column class. Taps of a row that are neighbours in the image join into one run
 * of (s, channel); dilated ones are a run of channels each.
 */
function sweepOf(row: TapClass, column: TapClass, { Ci, in: [, W], out, rows, columns }: Slide): Sweep {
  const S = columns.order.length
  const joined = columns.step === 1 || column.count === 1
  const perRow = joined ? 1 : column.count
  const aRun = new Int32Array(row.count * perRow)
  const bRun = new Int32Array(row.count * perRow)
  for (let i = 0; i < row.count; i++) {
    for (let j = 0; j < perRow; j++) {
      aRun[i * perRow + j] = ((row.first + i) * S + column.first + j) * Ci
      bRun[i * perRow + j] = (i * rows.step * W + j * columns.step) * Ci
    }
  }
  const width = column.outputs.length
  const source = new Int32Array(row.outputs.length * width)
  const target = new Int32Array(row.outputs.length * width)
  for (let i = 0; i < row.outputs.length; i++) {
    for (let j = 0; j < width; j++) {
      source[i * width + j] = (row.bases[i]! * W + column.bases[j]!) * Ci
      target[i * width + j] = row.outputs[i]! * out[1] + column.outputs[j]!
    }
  }
  return { aRun, bRun, length: joined ? column.count * Ci : Ci, step: 1, source, target }
}
