/**
 * F2, F5, F6. Convolution and correlation of sequences and planes: a layer of one image, one channel and one map.
 *
 *   correlate: y(p,q) = Σ_r Σ_s g(r,s) f(p+r, q+s)      convolve: the same with g turned by 180°
 *
 * The result 'full' is the layer with padding k−1; a part of it that starts later has that much less padding.
 * All throw ShapeError.
 */
import type { Attributes, Operands, SequenceAttributes } from '../../reference/contract.ts'
import { type Part, planeParts, sequencePart } from '../../reference/shape/sequence.ts'
import type { Precision, Tensor } from '../../reference/tensor.ts'
import { slide } from './slide.ts'
import { type AxisTaps, correlationTaps } from './taps.ts'

/** F2. f (n), g (k) → (n+k−1) 'full', (n) 'same', (n−k+1) 'valid'. */
export function convolve1d(
  { f, g }: Operands<'convolve1d'>,
  a: Attributes<'convolve1d'>,
  precision: Precision,
): Tensor {
  return overSequence('convolve1d', f, turned(g), a, precision)
}

/** F6 along one axis; shapes like convolve1d. */
export function correlate1d(
  { f, g }: Operands<'correlate1d'>,
  a: Attributes<'correlate1d'>,
  precision: Precision,
): Tensor {
  return overSequence('correlate1d', f, g, a, precision)
}

/** F5. f (H,W), g (R,S) → the same on both axes. */
export function convolve2d(
  { f, g }: Operands<'convolve2d'>,
  a: Attributes<'convolve2d'>,
  precision: Precision,
): Tensor {
  return overPlane('convolve2d', f, turned(g), a, precision)
}

/** F6; shapes like convolve2d. */
export function correlate2d(
  { f, g }: Operands<'correlate2d'>,
  a: Attributes<'correlate2d'>,
  precision: Precision,
): Tensor {
  return overPlane('correlate2d', f, g, a, precision)
}

function overSequence(operator: string, f: Tensor, g: Tensor, a: SequenceAttributes, precision: Precision): Tensor {
  const part = sequencePart(operator, f.shape, g.shape, a)
  const [n, k] = [f.data.length, g.data.length]
  const line = correlationTaps(1, 1, { kernel: 1, stride: 1, before: 0, dilation: 1 })
  const { data } = oneMap(f, g, [1, n], [1, part.extent], line, tapsOf(part, n, k), precision)
  return { shape: [part.extent], data }
}

function overPlane(operator: string, f: Tensor, g: Tensor, a: SequenceAttributes, precision: Precision): Tensor {
  const [rows, columns] = planeParts(operator, f.shape, g.shape, a)
  const [H, W] = f.shape as readonly [number, number]
  const [R, S] = g.shape as readonly [number, number]
  const out = [rows.extent, columns.extent] as const
  const { data } = oneMap(f, g, [H, W], out, tapsOf(rows, H, R), tapsOf(columns, W, S), precision)
  return { shape: [...out], data }
}

const tapsOf = ({ extent, start }: Part, n: number, kernel: number): AxisTaps =>
  correlationTaps(extent, n, { kernel, stride: 1, before: kernel - 1 - start, dilation: 1 })

function oneMap(
  f: Tensor,
  g: Tensor,
  input: readonly [number, number],
  out: readonly [number, number],
  rows: AxisTaps,
  columns: AxisTaps,
  precision: Precision,
): Tensor {
  const weightStrides = { group: g.data.length, out: g.data.length, in: g.data.length }
  const layer = { N: 1, G: 1, Ci: 1, Co: 1, in: input, out, rows, columns, weightStrides }
  return slide(f.data, g.data, undefined, layer, precision)
}

/** g turned by 180°: row-major order read backwards. */
const turned = (g: Tensor): Tensor => ({ shape: g.shape, data: g.data.slice().reverse() })
