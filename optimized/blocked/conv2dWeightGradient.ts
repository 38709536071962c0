import type { Attributes, Operands } from '../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dBiasGradientShape,
  conv2dWeightGradientSizes,
} from '../../reference/shape/convolution.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { multiply, pack, ramp } from './panel.ts'
import { rounded } from './result.ts'
import type { Sweep } from './sweep.ts'
import { type AxisTaps, correlationTaps, type TapClass } from './taps.ts'

/**
 * F27. dw[m,c,r,s] = Σ_n Σ_p Σ_q dy[n,m,p,q] · x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw]
 *
 * The classes of the forward layer read the other way round: all outputs of a class give to all its taps, without a
 * border. x (N,C,H,W), dy (N,M,P,Q), kernelSize [R,S] → (M,C/G,R,S). Throws ShapeError. Source: Bouvrie 2006, §3.1.
 */
export function conv2dWeightGradient(
  { x, dy }: Operands<'conv2dWeightGradient'>,
  a: Attributes<'conv2dWeightGradient'>,
  precision: Precision,
): Tensor {
  const sizes = conv2dWeightGradientSizes(x.shape, dy.shape, a)
  const { N, M, H, W, R, S, P, Q, G, Cg, Mg } = sizes
  const [cells, depth] = [P * Q, Cg * R * S]
  const rows = correlationTaps(P, H, { kernel: R, stride: a.stride[0], before: a.padding[0], dilation: a.dilation[0] })
  const columns = correlationTaps(Q, W, {
    kernel: S,
    stride: a.stride[1],
    before: a.padding[1],
    dilation: a.dilation[1],
  })
  const sweeps = rows.classes.flatMap((r) =>
    columns.classes.map((s) => sweepOf(r, s, rows, columns, a.stride[1], sizes)),
  )
  const sums = new Float64Array(M * depth)
  const image = new Float64Array(Cg * H * W)
  const errors = new Float64Array(Mg * cells)
  const index = ramp(cells, 1)
  for (let n = 0; n < N; n++) {
    for (let g = 0; g < G; g++) {
      image.set(x.data.subarray((n * G + g) * image.length, (n * G + g + 1) * image.length))
      errors.set(dy.data.subarray((n * G + g) * errors.length, (n * G + g + 1) * errors.length))
      const packed = pack(errors, 0, Mg, cells, index)
      for (const sweep of sweeps) multiply(packed, image, sums, g * Mg * depth, depth, sweep)
    }
  }
  return rounded([M, Cg, R, S], sums, precision)
}

/** F28. db[m] = Σ_n Σ_p Σ_q dy[n,m,p,q]. dy (N,M,P,Q) → (M). Throws ShapeError. */
export function conv2dBiasGradient({ dy }: Operands<'conv2dBiasGradient'>, precision: Precision): Tensor {
  const shape = conv2dBiasGradientShape(dy.shape)
  const [N, M, P, Q] = dy.shape as readonly [number, number, number, number]
  const sums = new Float64Array(M)
  const plane = new Float64Array(P * Q)
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) {
      plane.set(dy.data.subarray((n * M + m) * P * Q, (n * M + m + 1) * P * Q))
      let sum = sums[m]!
      for (let i = 0; i < plane.length; i++) sum += plane[i]!
      sums[m] = sum
    }
  }
  return rounded(shape, sums, precision)
}

/**
 * Depth runs over the outputs of the two classes (a run an output row, neighbours a stride apart in x), columns over
 * input channels and the taps of the two classes. Outputs of a class with taps are neighbours: with p both ends of
 * the range of taps move one way.
 */
function sweepOf(
  row: TapClass,
  column: TapClass,
  rows: AxisTaps,
  columns: AxisTaps,
  step: number,
  { H, W, Q, R, S, Cg }: Conv2dSizes,
): Sweep {
  const aRun = Int32Array.from(row.outputs, (p) => p * Q + column.outputs[0]!)
  const bRun = Int32Array.from(row.bases, (h) => h * W + column.bases[0]!)
  const source = new Int32Array(Cg * row.count * column.count)
  const target = new Int32Array(source.length)
  let j = 0
  for (let c = 0; c < Cg; c++) {
    for (let r = 0; r < row.count; r++) {
      for (let s = 0; s < column.count; s++, j++) {
        source[j] = (c * H + r * rows.step) * W + s * columns.step
        target[j] = (c * R + row.first + r) * S + column.first + s
      }
    }
  }
  return { aRun, bRun, length: column.outputs.length, step, source, target }
}
