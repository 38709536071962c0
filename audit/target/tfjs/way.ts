/**
 * The ways in which tfjs lets its users say padding, as arguments of conv2d, maxPool and their kin:
 * `pad: 'valid' | 'same' | number | ExplicitPadding`. Each turns the contract's [t,l,b,r] into such an argument, or throws
 * Unsupported when it cannot say it.
 */
import { type Padding, type Pair, Unsupported } from '../../../reference/contract.ts'
import { outputExtent, type Window } from '../../../reference/shape/window.ts'
import { shapeText } from '../../../reference/tensor.ts'

type Ends = [before: number, after: number]
/** 'same', 'valid', one number for all four sides, or the ends of all four axes in the order of the data format. */
type Pad = 'valid' | 'same' | number | [Ends, Ends, Ends, Ends]

/** A window that slides over an input of H×W, as the contract has it. */
export interface Sliding {
  readonly operator: string
  readonly input: Pair
  readonly window: Window
  readonly ceilMode: boolean
}

/** The two arguments of tfjs that stand for padding and ceilMode. */
interface Said {
  readonly pad: Pad
  readonly dimRoundingMode?: 'ceil'
}

export type Way = (sliding: Sliding) => Said

/** [[0,0],[t,b],[l,r],[0,0]] over NHWC. */
export const explicit: Way = (sliding) => {
  const [t, l, b, r] = sliding.window.padding
  return { pad: [[0, 0], [t, b], [l, r], [0, 0]], ...rounding(sliding) } // biome-ignore format: reads as one table
}

/** [[0,0],[0,0],[t,b],[l,r]] over NCHW. */
export const explicitNchw: Way = (sliding) => {
  const [t, l, b, r] = sliding.window.padding
  return { pad: [[0, 0], [0, 0], [t, b], [l, r]], ...rounding(sliding) } // biome-ignore format: reads as one table
}

/** One number for all four sides. */
export const number: Way = (sliding) => {
  const { operator, window } = sliding
  const [t, l, b, r] = window.padding
  if (l !== t || b !== t || r !== t) {
    throw new Unsupported(
      `${operator}: one number pads all four sides alike, padding=${shapeText(window.padding)} differs`,
    )
  }
  return { pad: t, ...rounding(sliding) }
}

/** 'valid': no padding; the output size is rounded down. */
export const valid: Way = (sliding) => {
  agree(sliding, "'valid'", [0, 0, 0, 0], sizes(sliding, [0, 0, 0, 0], false))
  return { pad: 'valid' }
}

/**
 * 'same' as TensorFlow documents it for tf.nn.convolution: P = ⌈H/s⌉, max((P−1)·s + d(k−1)+1 − H, 0) cells of padding,
 * the smaller half before.
 */
export const same: Way = (sliding) => {
  const { input, window } = sliding
  const ends = (axis: 0 | 1): { size: number; before: number; after: number } => {
    const [H, s, span] = [input[axis], window.stride[axis], window.dilation[axis] * (window.kernel[axis] - 1) + 1]
    const size = Math.ceil(H / s)
    const total = Math.max((size - 1) * s + span - H, 0)
    const before = Math.floor(total / 2)
    return { size, before, after: total - before }
  }
  const [rows, columns] = [ends(0), ends(1)]
  const padding: Padding = [rows.before, columns.before, rows.after, columns.after]
  agree(sliding, "'same'", padding, [rows.size, columns.size])
  return { pad: 'same' }
}

/** A word says both padding and output size; both must be those of the contract. */
function agree(sliding: Sliding, word: string, padding: Padding, size: Pair): void {
  const { operator, window, ceilMode } = sliding
  if (padding.some((cells, side) => cells !== window.padding[side])) {
    throw new Unsupported(
      `${operator}: ${word} pads ${shapeText(padding)} here, padding=${shapeText(window.padding)} is asked for`,
    )
  }
  const asked = sizes(sliding, window.padding, ceilMode)
  if (asked[0] !== size[0] || asked[1] !== size[1]) {
    throw new Unsupported(
      `${operator}: ${word} gives ${size[0]}×${size[1]} here, ${asked[0]}×${asked[1]} is asked for (ceilMode=${ceilMode})`,
    )
  }
}

/**
 * tfjs rounds the output size with dimRoundingMode 'ceil'. The contract then drops a last window that would start beyond
 * the input and its leading padding; tfjs documents no such rule, so sizes on which the two differ are not offered.
 */
function rounding(sliding: Sliding): { dimRoundingMode?: 'ceil' } {
  if (!sliding.ceilMode) return {}
  const { operator, input, window } = sliding
  const asked = sizes(sliding, window.padding, true)
  const [t, l, b, r] = window.padding
  const room = [input[0] + t + b, input[1] + l + r] as const
  for (const axis of [0, 1] as const) {
    const span = window.dilation[axis] * (window.kernel[axis] - 1) + 1
    const size = Math.ceil((room[axis] - span) / window.stride[axis]) + 1
    if (size !== asked[axis]) {
      throw new Unsupported(
        `${operator}: dimRoundingMode 'ceil' gives ${size} windows, the contract drops the last, which would start beyond the input`,
      )
    }
  }
  return { dimRoundingMode: 'ceil' }
}

function sizes({ input, window }: Sliding, [t, l, b, r]: Padding, ceilMode: boolean): Pair {
  const { kernel, stride, dilation } = window
  return [
    outputExtent(input[0], t, b, kernel[0], stride[0], dilation[0], ceilMode),
    outputExtent(input[1], l, r, kernel[1], stride[1], dilation[1], ceilMode),
  ]
}

/** tfjs documents for every operator with both: "If it is greater than 1, then all values of `strides` must be 1." */
export function refuseStridedDilation(
  operator: string,
  { stride, dilation }: Pick<Window, 'stride' | 'dilation'>,
): void {
  if (dilation.some((d) => d > 1) && stride.some((s) => s > 1)) {
    throw new Unsupported(
      `${operator}: tfjs documents that with dilations above 1 all strides must be 1; ` +
        `stride=${shapeText(stride)} dilation=${shapeText(dilation)}`,
    )
  }
}
