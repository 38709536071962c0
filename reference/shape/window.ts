/**
 * F15. How often a window fits along one axis, and what every sliding operator checks about its attributes.
 * Source: Dumoulin & Visin, arXiv:1603.07285, relationships 6 and 15.
 */
import { type Padding, type Pair, ShapeError } from '../contract.ts'
import { shapeText } from '../tensor.ts'

export interface Window {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
}

/**
 * F15. Output extent of a window over one axis.
 *
 *   P = ⌊(H + t + b − dh(R−1) − 1)/sh⌋ + 1
 *
 * With ceilMode the quotient is rounded up, and a last window is dropped that would start beyond the input and
 * its leading padding. May be zero or negative: `outputSize` turns that into a ShapeError.
 */
export function outputExtent(
  extent: number,
  before: number,
  after: number,
  kernel: number,
  stride: number,
  dilation: number,
  ceilMode = false,
): number {
  const room = extent + before + after - dilation * (kernel - 1) - 1
  if (!ceilMode) return Math.floor(room / stride) + 1
  const rounded = Math.ceil(room / stride) + 1
  return (rounded - 1) * stride >= extent + before ? rounded - 1 : rounded
}

/** F15 on both axes. Throws ShapeError with the arithmetic when no window fits. */
export function outputSize(
  operator: string,
  [H, W]: Pair,
  { kernel, stride, padding, dilation }: Window,
  ceilMode = false,
): Pair {
  const [t, l, b, r] = padding
  const P = outputExtent(H, t, b, kernel[0], stride[0], dilation[0], ceilMode)
  const Q = outputExtent(W, l, r, kernel[1], stride[1], dilation[1], ceilMode)
  if (P < 1) throw new ShapeError(noRoom(operator, 'height', H, t, b, kernel[0], dilation[0]))
  if (Q < 1) throw new ShapeError(noRoom(operator, 'width', W, l, r, kernel[1], dilation[1]))
  return [P, Q]
}

function noRoom(operator: string, axis: string, H: number, t: number, b: number, R: number, d: number): string {
  const span = d * (R - 1) + 1
  return (
    `${operator}: the kernel spans ${span} of the ${axis} (dilation ${d} × (${R}−1) + 1), ` +
    `the padded input has ${H + t + b} (${t} + ${H} + ${b}); enlarge the input or the padding, or shrink the kernel`
  )
}

/** Stride, dilation ≥ 1, kernel ≥ 1, padding ≥ 0, all whole numbers; else ShapeError. */
export function checkWindow(operator: string, { kernel, stride, padding, dilation }: Window): void {
  checkWhole(operator, 'kernel', kernel, 2, 1)
  checkWhole(operator, 'stride', stride, 2, 1)
  checkWhole(operator, 'padding', padding, 4, 0)
  checkWhole(operator, 'dilation', dilation, 2, 1)
}

/** An attribute that is a list of `length` whole numbers, each at least `least`. */
export function checkWhole(operator: string, name: string, value: unknown, length: number, least: number): void {
  if (!Array.isArray(value) || value.length !== length) {
    throw new ShapeError(`${operator}: ${name} must be ${length} whole numbers, got ${describe(value)}`)
  }
  const bad = value.find((v) => !Number.isInteger(v) || v < least)
  if (bad !== undefined) {
    throw new ShapeError(
      `${operator}: ${name}=${shapeText(value)} holds ${String(bad)}; each must be a whole number ≥ ${least}`,
    )
  }
}

/** An attribute that is true or false. */
export function checkFlag(operator: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean')
    throw new ShapeError(`${operator}: ${name} must be true or false, got ${describe(value)}`)
}

/** `rank` axes, or ShapeError. Axis names make the message: checkRank('conv2d', 'x', s, ['N','C','H','W']). */
export function checkRank(operator: string, operand: string, shape: readonly number[], axes: readonly string[]): void {
  if (shape.length !== axes.length) {
    throw new ShapeError(
      `${operator}: ${operand} has ${shape.length} axes ${shapeText(shape)}, expects ${axes.length} (${axes.join(',')})`,
    )
  }
  const empty = shape.findIndex((extent) => !Number.isInteger(extent) || extent < 1)
  if (empty >= 0) {
    throw new ShapeError(
      `${operator}: ${operand}=${shapeText(shape)} has ${axes[empty]}=${shape[empty]}; every axis needs at least one element`,
    )
  }
}

const describe = (value: unknown): string => (Array.isArray(value) ? shapeText(value) : String(value))
