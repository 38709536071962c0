/** conv2d, its input gradient and the transposed convolution: each is one layer that slides, or one a phase of the stride. */
import type { Attributes, Conv2dAttributes, Operands, Tensor } from '../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dInputGradientSizes,
  conv2dSizes,
  convTranspose2dSizes,
} from '../../reference/shape/convolution.ts'
import type { Engine } from '../kernel/engine.ts'
import { correlate } from './correlate.ts'
import { dense, denseInputGradient } from './dense.ts'
import { type Phase, phasesOf } from './phase.ts'
import { singles } from './singles.ts'

/** F14. x (N,C,H,W), w (M,C/G,R,S), b (M) or none → (N,M,P,Q); undefined where another rung must do it. Throws ShapeError. */
export function conv2d(engine: Engine, { x, w, b }: Operands<'conv2d'>, a: Attributes<'conv2d'>): Tensor | undefined {
  const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const { N, M, H, W, R, S, P, Q, G, Cg, Mg } = sizes
  if (isDense(sizes, a)) {
    const y = dense(engine, { x: rows(x), w: rows(w), b })
    return y && { shape: [N, M, 1, 1], data: y.data }
  }
  const layer = {
    N,
    G,
    Ci: Cg,
    Co: Mg,
    in: [H, W],
    out: [P, Q],
    kernel: [R, S],
    stride: a.stride,
    dilation: a.dilation,
    before: [a.padding[0], a.padding[1]],
  } as const
  const data = new Float32Array(N * M * P * Q)
  const weights = {
    data: singles(w),
    group: Mg * Cg * R * S,
    first: 0,
    out: Cg * R * S,
    in: R * S,
    row: S,
    column: 1,
  }
  const target = { data, plane: P * Q, start: 0, row: Q, column: 1 }
  const refused = correlate(engine, layer, singles(x), weights, b && singles(b), target)
  return refused === undefined ? { shape: [N, M, P, Q], data } : undefined
}

/** A kernel as large as the image makes one output of it: the layer is a dense one, its images the rows of a product. */
export const isDense = ({ H, W, R, S, P, Q, G }: Conv2dSizes, { padding }: Conv2dAttributes): boolean =>
  G === 1 && H === R && W === S && P === 1 && Q === 1 && padding.every((cells) => cells === 0)

/** (N,C,H,W) as (N,C·H·W), over the same numbers. */
export const rows = ({ shape: [N, ...rest], data }: Tensor): Tensor => ({
  shape: [N!, rest.reduce((size, extent) => size * extent, 1)],
  data,
})

/** F26. dy (N,M,P,Q), w (M,C/G,R,S), inputSize [H,W] → (N,C,H,W). */
export function conv2dInputGradient(
  engine: Engine,
  { dy, w }: Operands<'conv2dInputGradient'>,
  a: Attributes<'conv2dInputGradient'>,
): Tensor | undefined {
  const sizes = conv2dInputGradientSizes(dy.shape, w.shape, a)
  if (isDense(sizes, a)) {
    const dx = denseInputGradient(engine, { dy: rows(dy), w: rows(w) })
    return dx && { shape: [sizes.N, sizes.C, sizes.H, sizes.W], data: dx.data }
  }
  return backward(engine, dy, w, undefined, sizes, a)
}

/** F26. x (N,M,P,Q), w (M,C/G,R,S), b (C) or none → (N,C,H,W). */
export function convTranspose2d(
  engine: Engine,
  { x, w, b }: Operands<'convTranspose2d'>,
  a: Attributes<'convTranspose2d'>,
): Tensor | undefined {
  return backward(engine, x, w, b, convTranspose2dSizes(x.shape, w.shape, b?.shape, a), a)
}

function backward(
  engine: Engine,
  dy: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  { N, C, H, W, P, Q, R, S, G, Cg, Mg }: Conv2dSizes,
  a: Conv2dAttributes,
): Tensor | undefined {
  const down = phasesOf(H, { kernel: R, stride: a.stride[0], before: a.padding[0], dilation: a.dilation[0] })
  const across = phasesOf(W, { kernel: S, stride: a.stride[1], before: a.padding[1], dilation: a.dilation[1] })
  const data = new Float32Array(N * C * H * W)
  // Outputs that no tap reaches keep the bias.
  if (b && [...down, ...across].some(({ taps }) => taps === 0)) {
    for (let i = 0; i < N * C; i++) data.fill(b.data[i % C]!, i * H * W, (i + 1) * H * W)
  }
  const phaseOf = (row: Phase, column: Phase) => {
    const layer = {
      N,
      G,
      Ci: Mg,
      Co: Cg,
      in: [P, Q],
      out: [row.outputs, column.outputs],
      kernel: [row.taps, column.taps],
      stride: [1, 1],
      dilation: [row.dilation, column.dilation],
      before: [row.before, column.before],
    } as const
    const weights = {
      data: singles(w),
      group: Mg * Cg * R * S,
      first: row.lastTap * S + column.lastTap,
      out: R * S,
      in: Cg * R * S,
      row: -row.tapStep * S,
      column: -column.tapStep,
    }
    const target = {
      data,
      plane: H * W,
      start: row.first * W + column.first,
      row: a.stride[0] * W,
      column: a.stride[1],
    }
    return correlate(engine, layer, singles(dy), weights, b && singles(b), target)
  }
  for (const row of down) {
    for (const column of across) {
      if (row.taps * column.taps > 0 && phaseOf(row, column) !== undefined) return undefined
    }
  }
  return { shape: [N, C, H, W], data }
}
