/**
 * Shapes of the convolution layer, its gradients and the transposed convolution: x (N,C,H,W), w (M,C/G,R,S), b (M).
 * Each checker returns every size its operator needs; all throw ShapeError with both values and their derivation.
 */
import {
  type Conv2dAttributes,
  type Conv2dInputGradientAttributes,
  type Conv2dWeightGradientAttributes,
  type ConvTranspose2dAttributes,
  ShapeError,
} from '../contract.ts'
import { shapeText } from '../tensor.ts'
import { checkRank, checkWhole, checkWindow, outputSize } from './window.ts'

type Shape = readonly number[]

/** N images, C channels in, M maps out, G groups (Cg, Mg a group), H×W in, R×S kernel, P×Q out. */
export interface Conv2dSizes {
  readonly N: number
  readonly C: number
  readonly H: number
  readonly W: number
  readonly M: number
  readonly R: number
  readonly S: number
  readonly P: number
  readonly Q: number
  readonly G: number
  readonly Cg: number
  readonly Mg: number
}

/** conv2d: x (N,C,H,W), w (M,C/G,R,S), b (M) or none → y (N,M,P,Q). */
export function conv2dSizes(x: Shape, w: Shape, b: Shape | undefined, a: Conv2dAttributes): Conv2dSizes {
  checkRank('conv2d', 'x', x, ['N', 'C', 'H', 'W'])
  const sizes = layerSizes('conv2d', x, w, a)
  checkBias('conv2d', b, sizes.M, `w.shape[0]`)
  return sizes
}

/** conv2dInputGradient: dy (N,M,P,Q), w (M,C/G,R,S), inputSize [H,W] → dx (N,C,H,W). */
export function conv2dInputGradientSizes(dy: Shape, w: Shape, a: Conv2dInputGradientAttributes): Conv2dSizes {
  const operator = 'conv2dInputGradient'
  checkRank(operator, 'dy', dy, ['N', 'M', 'P', 'Q'])
  checkRank(operator, 'w', w, ['M', 'C/G', 'R', 'S'])
  checkWhole(operator, 'inputSize', a.inputSize, 2, 1)
  checkGroups(operator, a.groups)
  const sizes = layerSizes(operator, [dy[0]!, w[1]! * a.groups, ...a.inputSize], w, a)
  checkErrorTerm(operator, dy, sizes)
  return sizes
}

/** conv2dWeightGradient: x (N,C,H,W), dy (N,M,P,Q), kernelSize [R,S] → dw (M,C/G,R,S). */
export function conv2dWeightGradientSizes(x: Shape, dy: Shape, a: Conv2dWeightGradientAttributes): Conv2dSizes {
  const operator = 'conv2dWeightGradient'
  checkRank(operator, 'x', x, ['N', 'C', 'H', 'W'])
  checkRank(operator, 'dy', dy, ['N', 'M', 'P', 'Q'])
  checkWhole(operator, 'kernelSize', a.kernelSize, 2, 1)
  checkGroups(operator, a.groups)
  if (x[1]! % a.groups !== 0) {
    throw new ShapeError(`${operator}: x has ${x[1]} channels, not a multiple of groups=${a.groups}; x=${shapeText(x)}`)
  }
  const sizes = layerSizes(operator, x, [dy[1]!, x[1]! / a.groups, ...a.kernelSize], a)
  checkErrorTerm(operator, dy, sizes)
  return sizes
}

/** conv2dBiasGradient: dy (N,M,P,Q) → db (M). */
export function conv2dBiasGradientShape(dy: Shape): number[] {
  checkRank('conv2dBiasGradient', 'dy', dy, ['N', 'M', 'P', 'Q'])
  return [dy[1]!]
}

/**
 * convTranspose2d: x (N,M,P,Q), w (M,C/G,R,S), b (C) or none → y (N,C,H,W),
 * H = (P−1)·sh − t − b + dh(R−1) + 1 + oh with oh below the stride. Source: Dumoulin & Visin, relationship 14.
 */
export function convTranspose2dSizes(
  x: Shape,
  w: Shape,
  b: Shape | undefined,
  a: ConvTranspose2dAttributes,
): Conv2dSizes {
  const operator = 'convTranspose2d'
  checkRank(operator, 'x', x, ['N', 'M', 'P', 'Q'])
  checkRank(operator, 'w', w, ['M', 'C/G', 'R', 'S'])
  checkWindow(operator, { ...a, kernel: [w[2]!, w[3]!] })
  checkWhole(operator, 'outputPadding', a.outputPadding, 2, 0)
  checkGroups(operator, a.groups)
  const [N, M, P, Q] = [x[0]!, x[1]!, x[2]!, x[3]!]
  const [Cg, R, S] = [w[1]!, w[2]!, w[3]!]
  if (w[0] !== M) {
    throw new ShapeError(
      `${operator}: x has ${M} channels, w expects ${w[0]} (w.shape[0]); x=${shapeText(x)} w=${shapeText(w)}`,
    )
  }
  if (M % a.groups !== 0)
    throw new ShapeError(`${operator}: x has ${M} channels, not a multiple of groups=${a.groups}; x=${shapeText(x)}`)
  for (const axis of [0, 1] as const) {
    if (a.outputPadding[axis] >= a.stride[axis]) {
      throw new ShapeError(
        `${operator}: outputPadding=${shapeText(a.outputPadding)} must be below stride=${shapeText(a.stride)} on each axis`,
      )
    }
  }
  const [t, l, bottom, right] = a.padding
  const H = (P - 1) * a.stride[0] - t - bottom + a.dilation[0] * (R - 1) + 1 + a.outputPadding[0]
  const W = (Q - 1) * a.stride[1] - l - right + a.dilation[1] * (S - 1) + 1 + a.outputPadding[1]
  if (H < 1 || W < 1) {
    throw new ShapeError(
      `${operator}: padding=${shapeText(a.padding)} cuts away the whole result, ${H}×${W} would remain ` +
        `(H = (P−1)·sh − t − b + dh(R−1) + 1 + oh); x=${shapeText(x)} w=${shapeText(w)}; use less padding`,
    )
  }
  const C = Cg * a.groups
  checkBias(operator, b, C, `w.shape[1]=${Cg} × groups=${a.groups}`)
  return { N, C, H, W, M, R, S, P, Q, G: a.groups, Cg, Mg: M / a.groups }
}

function layerSizes(operator: string, x: Shape, w: Shape, a: Conv2dAttributes): Conv2dSizes {
  checkRank(operator, 'w', w, ['M', 'C/G', 'R', 'S'])
  checkWindow(operator, { ...a, kernel: [w[2]!, w[3]!] })
  checkGroups(operator, a.groups)
  const [N, C, H, W] = [x[0]!, x[1]!, x[2]!, x[3]!]
  const [M, Cg, R, S] = [w[0]!, w[1]!, w[2]!, w[3]!]
  const G = a.groups
  if (C !== Cg * G) {
    throw new ShapeError(
      `${operator}: x has ${C} channels, w expects ${Cg * G} (w.shape[1]=${Cg} × groups=${G}); x=${shapeText(x)} w=${shapeText(w)}`,
    )
  }
  if (M % G !== 0)
    throw new ShapeError(
      `${operator}: w has ${M} filters (w.shape[0]), not a multiple of groups=${G}; w=${shapeText(w)}`,
    )
  const [P, Q] = outputSize(operator, [H, W], { ...a, kernel: [R, S] })
  return { N, C, H, W, M, R, S, P, Q, G, Cg, Mg: M / G }
}

function checkErrorTerm(operator: string, dy: Shape, { N, M, P, Q, H, W, R, S }: Conv2dSizes): void {
  const expected = [N, M, P, Q]
  if (expected.some((extent, axis) => extent !== dy[axis])) {
    throw new ShapeError(
      `${operator}: dy=${shapeText(dy)}, expects ${shapeText(expected)}: ${N} images, ${M} maps, ` +
        `and F15 of a ${H}×${W} input under a ${R}×${S} kernel gives ${P}×${Q}`,
    )
  }
}

function checkBias(operator: string, b: Shape | undefined, expected: number, derivation: string): void {
  if (b !== undefined && (b.length !== 1 || b[0] !== expected)) {
    throw new ShapeError(`${operator}: b=${shapeText(b)}, expects (${expected}) (${derivation})`)
  }
}

function checkGroups(operator: string, groups: number): void {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ShapeError(`${operator}: groups=${String(groups)} must be a whole number ≥ 1`)
  }
}
