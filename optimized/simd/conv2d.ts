/** conv2d, its input gradient and the transposed convolution: each is one layer that slides, or one a phase of the stride. */
import type { Attributes, Conv2dAttributes, Operands, Tensor } from '../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dInputGradientSizes,
  conv2dSizes,
  convTranspose2dSizes,
} from '../../reference/shape/convolution.ts'
import type { Engine } from '../kernel/engine.ts'
import { backwardLayers, forwardLayer, isDense } from '../layers.ts'
import { planWoven } from '../woven.ts'
import { correlate } from './correlate.ts'
import { dense, denseInputGradient } from './dense.ts'
import { singles } from './singles.ts'
import { woven } from './woven.ts'

/** F14. x (N,C,H,W), w (M,C/G,R,S), b (M) or none → (N,M,P,Q); undefined where another rung must do it. Throws ShapeError. */
export function conv2d(
  engine: Engine,
  { x, w, b }: Operands<'conv2d'>,
  a: Attributes<'conv2d'>,
  into?: Float32Array,
): Tensor | undefined {
  const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const { N, M, R, S, P, Q, Cg, Mg } = sizes
  if (isDense(sizes, a)) {
    const y = dense(engine, { x: rows(x), w: rows(w), b }, into)
    return y && { shape: [N, M, 1, 1], data: y.data }
  }
  const data = into ?? new Float32Array(N * M * P * Q)
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
  const layer = { layer: forwardLayer(sizes, a), weights, target }
  const refused = correlate(engine, [layer], singles(x), b && singles(b))
  return refused === undefined ? { shape: [N, M, P, Q], data } : undefined
}

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
  into?: Float32Array,
): Tensor | undefined {
  const sizes = conv2dInputGradientSizes(dy.shape, w.shape, a)
  if (isDense(sizes, a)) {
    const dx = denseInputGradient(engine, { dy: rows(dy), w: rows(w) }, into)
    return dx && { shape: [sizes.N, sizes.C, sizes.H, sizes.W], data: dx.data }
  }
  return backward(engine, dy, w, undefined, sizes, a, into)
}

/** F26. x (N,M,P,Q), w (M,C/G,R,S), b (C) or none → (N,C,H,W). */
export function convTranspose2d(
  engine: Engine,
  { x, w, b }: Operands<'convTranspose2d'>,
  a: Attributes<'convTranspose2d'>,
  into?: Float32Array,
): Tensor | undefined {
  return backward(engine, x, w, b, convTranspose2dSizes(x.shape, w.shape, b?.shape, a), a, into)
}

function backward(
  engine: Engine,
  dy: Tensor,
  w: Tensor,
  b: Tensor | undefined,
  sizes: Conv2dSizes,
  a: Conv2dAttributes,
  into: Float32Array | undefined,
): Tensor | undefined {
  const { N, C, H, W, R, S, Cg, Mg } = sizes
  const shape = [N, C, H, W]
  const few = planWoven(sizes, a)
  if (few) {
    const data = into ?? new Float32Array(N * C * H * W)
    const refused = woven(engine, few, { dy: singles(dy), w: singles(w), b: b && singles(b) }, data)
    return refused === undefined ? { shape, data } : undefined
  }
  const { layers, all } = backwardLayers(sizes, a)
  const data = into?.fill(0) ?? new Float32Array(N * C * H * W)
  // Outputs that no tap reaches keep the bias.
  if (b && !all) for (let i = 0; i < N * C; i++) data.fill(b.data[i % C]!, i * H * W, (i + 1) * H * W)
  const phases = layers.map(({ down, across, layer }) => ({
    layer,
    weights: {
      data: singles(w),
      group: Mg * Cg * R * S,
      first: down.lastTap * S + across.lastTap,
      out: R * S,
      in: Cg * R * S,
      row: -down.tapStep * S,
      column: -across.tapStep,
    },
    target: {
      data,
      plane: H * W,
      start: down.first * W + across.first,
      row: a.stride[0] * W,
      column: a.stride[1],
    },
  }))
  if (correlate(engine, phases, singles(dy), b && singles(b)) !== undefined) return undefined
  return { shape, data }
}
