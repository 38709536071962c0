/** How conv2d, its gradients and the transposed convolution are cut: into images, groups, maps or channels, rows. */
import type { Attributes, Conv2dAttributes, Operands } from '../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dInputGradientSizes,
  conv2dSizes,
  conv2dWeightGradientSizes,
  convTranspose2dSizes,
} from '../../reference/shape/convolution.ts'
import { type Cut, type Divisible, laneCut, unitCut } from './cut.ts'
import type { Slice } from './slice.ts'

/** A part of one group would be a layer without groups, for which other kernels are chosen. */
const LEAST_GROUPS = 2

const flopsOf = ({ N, M, Cg, R, S, P, Q }: Conv2dSizes): number => 2 * N * M * Cg * R * S * P * Q

const along = (axis: number, from: number, to: number, unit = 1): Slice => ({ axis, from: from * unit, to: to * unit })

/** F14. Throws ShapeError. */
export function conv2d({ x, w, b }: Operands<'conv2d'>, a: Attributes<'conv2d'>): Divisible {
  const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
  const { N, M, H, R, P, Q, G, Cg, Mg } = sizes
  const images: Cut = {
    units: N,
    part: (from, to) => ({ operands: { x: along(0, from, to) }, attributes: a, result: along(0, from, to) }),
  }
  const groups = unitCut(G, LEAST_GROUPS, (from, to) => ({
    operands: { x: along(1, from, to, Cg), w: along(0, from, to, Mg), b: along(0, from, to, Mg) },
    attributes: { ...a, groups: to - from },
    result: along(1, from, to, Mg),
  }))
  const maps = laneCut(M, (from, to) => ({
    operands: { w: along(0, from, to), b: along(0, from, to) },
    attributes: a,
    result: along(1, from, to),
  }))
  const [sh] = a.stride
  const [top, left, , right] = a.padding
  const reach = a.dilation[0] * (R - 1)
  const rows: Cut = {
    units: P,
    part: (from, to) => {
      const first = from * sh - top
      const end = (to - 1) * sh - top + reach + 1
      const [start, stop] = [Math.max(0, first), Math.min(H, end)]
      return {
        operands: { x: along(2, start, stop) },
        attributes: { ...a, padding: [start - first, left, end - stop, right] },
        result: along(2, from, to),
      }
    },
  }
  // A part needs a row of x: no window may lie in the padding alone.
  const inside = reach - top >= 0 && (P - 1) * sh - top < H
  const cuts = [images, ...(G === 1 ? [maps] : [groups]), ...(inside ? [rows] : [])]
  return { shapes: shapesOf({ x, w, b }), result: [N, M, P, Q], flops: flopsOf(sizes), cuts }
}

/** F26. Throws ShapeError. */
export function conv2dInputGradient(
  { dy, w }: Operands<'conv2dInputGradient'>,
  a: Attributes<'conv2dInputGradient'>,
): Divisible {
  const sizes = conv2dInputGradientSizes(dy.shape, w.shape, a)
  const cuts = backward('dy', sizes, a, ({ extent, missing, attributes }) => ({
    ...attributes,
    inputSize: [extent, a.inputSize[1]],
    padding: [attributes.padding[0], attributes.padding[1], Math.max(0, missing), attributes.padding[3]],
  }))
  return { shapes: shapesOf({ dy, w }), result: resultOf(sizes), flops: flopsOf(sizes), cuts }
}

/** F26. Throws ShapeError. */
export function convTranspose2d({ x, w, b }: Operands<'convTranspose2d'>, a: Attributes<'convTranspose2d'>): Divisible {
  const sizes = convTranspose2dSizes(x.shape, w.shape, b?.shape, a)
  const cuts = backward('x', sizes, a, ({ missing, attributes }) => ({
    ...attributes,
    padding: [attributes.padding[0], attributes.padding[1], Math.max(0, missing), attributes.padding[3]],
    outputPadding: [Math.max(0, -missing), a.outputPadding[1]],
  }))
  return { shapes: shapesOf({ x, w, b }), result: resultOf(sizes), flops: flopsOf(sizes), cuts }
}

/** Some rows of an input gradient: how many, and how far its last window reaches beyond them. */
interface Rows<A> {
  readonly extent: number
  readonly missing: number
  /** With the padding at the top that the rows have. */
  readonly attributes: A
}

/** `errors` is the operand with the error terms; `rowsOf` completes the attributes of a part of the rows. */
function backward<A extends Conv2dAttributes>(
  errors: string,
  { N, C, H, P, R, G, Cg, Mg }: Conv2dSizes,
  a: A,
  rowsOf: (rows: Rows<A>) => object,
): Cut[] {
  const images: Cut = {
    units: N,
    part: (from, to) => ({ operands: { [errors]: along(0, from, to) }, attributes: a, result: along(0, from, to) }),
  }
  const groups = unitCut(G, LEAST_GROUPS, (from, to) => ({
    operands: { [errors]: along(1, from, to, Mg), w: along(0, from, to, Mg), b: along(0, from, to, Cg) },
    attributes: { ...a, groups: to - from },
    result: along(1, from, to, Cg),
  }))
  const channels = laneCut(C, (from, to) => ({
    operands: { w: along(1, from, to), b: along(0, from, to) },
    attributes: a,
    result: along(1, from, to),
  }))
  const [sh] = a.stride
  const [top, left, bottom, right] = a.padding
  const reach = a.dilation[0] * (R - 1)
  // Output h meets error terms p with p·sh ≤ h + t ≤ p·sh + dh(R−1).
  const rows: Cut = {
    units: H,
    part: (from, to) => {
      const end = Math.min(P, Math.floor((to - 1 + top) / sh) + 1)
      const met = Math.max(0, Math.ceil((from + top - reach) / sh))
      const start = Math.min(met, Math.floor((from + top) / sh), end - 1)
      const padding = [top + from - start * sh, left, bottom, right] as const
      const missing = (end - 1) * sh + reach + 1 - to - top
      const attributes = rowsOf({ extent: to - from, missing, attributes: { ...a, padding } })
      return { operands: { [errors]: along(2, start, end) }, attributes, result: along(2, from, to) }
    },
  }
  return [images, ...(G === 1 ? [channels] : [groups]), rows]
}

/** F27. Sums run over images and pixels: what is cut are maps or channels. Throws ShapeError. */
export function conv2dWeightGradient(
  { x, dy }: Operands<'conv2dWeightGradient'>,
  a: Attributes<'conv2dWeightGradient'>,
): Divisible {
  const sizes = conv2dWeightGradientSizes(x.shape, dy.shape, a)
  const { M, C, R, S, G, Cg, Mg } = sizes
  const groups = unitCut(G, LEAST_GROUPS, (from, to) => ({
    operands: { x: along(1, from, to, Cg), dy: along(1, from, to, Mg) },
    attributes: { ...a, groups: to - from },
    result: along(0, from, to, Mg),
  }))
  const maps = laneCut(M, (from, to) => ({
    operands: { dy: along(1, from, to) },
    attributes: a,
    result: along(0, from, to),
  }))
  const channels = laneCut(C, (from, to) => ({
    operands: { x: along(1, from, to) },
    attributes: a,
    result: along(1, from, to),
  }))
  const cuts = G === 1 ? [maps, channels] : [groups]
  return { shapes: shapesOf({ x, dy }), result: [M, Cg, R, S], flops: flopsOf(sizes), cuts }
}

const resultOf = ({ N, C, H, W }: Conv2dSizes): number[] => [N, C, H, W]

function shapesOf(operands: Readonly<Record<string, { readonly shape: readonly number[] } | undefined>>) {
  const shapes: Record<string, readonly number[]> = {}
  for (const [name, operand] of Object.entries(operands)) if (operand) shapes[name] = operand.shape
  return shapes
}
