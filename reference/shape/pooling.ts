/**
 * Shapes of both poolings and their gradients: x (N,C,H,W) → (N,C,P,Q).
 * All throw ShapeError with both values and their derivation.
 */
import {
  type AveragePool2dAttributes,
  type AveragePool2dGradientAttributes,
  type MaxPool2dAttributes,
  type Pair,
  ShapeError,
} from '../contract.ts'
import { shapeText } from '../tensor.ts'
import { checkFlag, checkRank, checkWhole, checkWindow, outputSize, type Window } from './window.ts'

type Shape = readonly number[]

/** N images, C channels, H×W in, R×S window, P×Q out. */
export interface PoolSizes {
  readonly N: number
  readonly C: number
  readonly H: number
  readonly W: number
  readonly R: number
  readonly S: number
  readonly P: number
  readonly Q: number
}

/** maxPool2d: x (N,C,H,W) → y (N,C,P,Q). */
export function maxPool2dSizes(x: Shape, a: MaxPool2dAttributes): PoolSizes {
  return poolSizes('maxPool2d', x, a, a.ceilMode)
}

/** maxPool2dGradient: x (N,C,H,W), dy (N,C,P,Q) → dx (N,C,H,W). */
export function maxPool2dGradientSizes(x: Shape, dy: Shape, a: MaxPool2dAttributes): PoolSizes {
  const sizes = poolSizes('maxPool2dGradient', x, a, a.ceilMode)
  checkErrorTerm('maxPool2dGradient', dy, sizes)
  return sizes
}

/** averagePool2d: x (N,C,H,W) → y (N,C,P,Q). */
export function averagePool2dSizes(x: Shape, a: AveragePool2dAttributes): PoolSizes {
  checkFlag('averagePool2d', 'countIncludePad', a.countIncludePad)
  return poolSizes('averagePool2d', x, { ...a, dilation: [1, 1] }, a.ceilMode)
}

/** averagePool2dGradient: dy (N,C,P,Q), inputSize [H,W] → dx (N,C,H,W). */
export function averagePool2dGradientSizes(dy: Shape, a: AveragePool2dGradientAttributes): PoolSizes {
  const operator = 'averagePool2dGradient'
  checkFlag(operator, 'countIncludePad', a.countIncludePad)
  checkRank(operator, 'dy', dy, ['N', 'C', 'P', 'Q'])
  checkWhole(operator, 'inputSize', a.inputSize, 2, 1)
  const sizes = poolSizes(operator, [dy[0]!, dy[1]!, ...a.inputSize], { ...a, dilation: [1, 1] }, a.ceilMode)
  checkErrorTerm(operator, dy, sizes)
  return sizes
}

function poolSizes(operator: string, x: Shape, window: Window, ceilMode: boolean): PoolSizes {
  checkRank(operator, 'x', x, ['N', 'C', 'H', 'W'])
  checkWindow(operator, window)
  checkFlag(operator, 'ceilMode', ceilMode)
  const [N, C, H, W] = [x[0]!, x[1]!, x[2]!, x[3]!]
  const [P, Q] = outputSize(operator, [H, W], window, ceilMode)
  refuseEmptyWindow(operator, 'height', H, P, 0, window)
  refuseEmptyWindow(operator, 'width', W, Q, 1, window)
  return { N, C, H, W, R: window.kernel[0], S: window.kernel[1], P, Q }
}

/** A window that meets no cell of the input has neither a maximum nor a mean: refused. */
function refuseEmptyWindow(operator: string, axis: string, H: number, P: number, i: 0 | 1, a: Window): void {
  const [k, s, d, t] = [a.kernel[i], a.stride[i], a.dilation[i], a.padding[i]]
  for (let p = 0; p < P; p++) {
    const start = p * s - t
    let meets = false
    for (let r = 0; r < k && !meets; r++) meets = start + r * d >= 0 && start + r * d < H
    if (!meets) {
      throw new ShapeError(
        `${operator}: window ${p} of the ${axis} covers ${start}…${start + (k - 1) * d} in steps of ${d} and meets no cell ` +
          `of the input (0…${H - 1}); stride=${shapeText(a.stride)} padding=${shapeText(a.padding)} kernel=${shapeText(a.kernel)} ` +
          `dilation=${shapeText(a.dilation)}; use less padding`,
      )
    }
  }
}

function checkErrorTerm(operator: string, dy: Shape, { N, C, P, Q, H, W, R, S }: PoolSizes): void {
  const expected: Pair | number[] = [N, C, P, Q]
  if (dy.length !== 4 || expected.some((extent, axis) => extent !== dy[axis])) {
    throw new ShapeError(
      `${operator}: dy=${shapeText(dy)}, expects ${shapeText(expected)}: ${N} images, ${C} channels, ` +
        `and F15 of a ${H}×${W} input under a ${R}×${S} window gives ${P}×${Q}`,
    )
  }
}
