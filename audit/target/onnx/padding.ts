/**
 * The ways in which ONNX says how much to pad. `pads` takes our [top, left, bottom, right] as it is. `auto_pad` derives
 * it from the sizes: an implementation that uses it can answer only for the padding that it documents, and refuses every other.
 *
 * Source: ONNX operator documentation, Conv, MaxPool, AveragePool and ConvTranspose, attribute auto_pad.
 */
import { type Padding, type Pair, Unsupported } from '../../../reference/contract.ts'
import { shapeText } from '../../../reference/tensor.ts'
import type { AttributeValue } from './model.ts'

export type PaddingWay = 'pads' | 'SAME_UPPER' | 'VALID'

/** What the case asks for, and for each axis how many cells SAME_UPPER adds, or, below zero, how many no window reaches. */
export interface Padded {
  readonly operator: string
  readonly padding: Padding
  readonly missing: Pair
}

/** The attributes that express `padding` in this way. Throws Unsupported when the way stands for another padding. */
export function paddingAttributes(
  way: PaddingWay,
  { operator, padding, missing }: Padded,
): Record<string, AttributeValue> {
  if (way === 'pads') return { pads: padding }
  const derived = way === 'VALID' ? ([0, 0, 0, 0] as const) : sameUpper(operator, missing)
  if (derived.some((extent, i) => extent !== padding[i])) {
    throw new Unsupported(
      `${operator}: auto_pad=${way} pads ${shapeText(derived)}, the case asks for ${shapeText(padding)}`,
    )
  }
  return { auto_pad: way }
}

/**
 * The rest of an odd total goes to the end. ONNX does not say what becomes of a negative total: TensorFlow, whose SAME
 * this is, then pads nothing, while ONNX's formula, taken at its word, cuts the input on both sides.
 */
function sameUpper(operator: string, [h, w]: Pair): Padding {
  if (h < 0 || w < 0) {
    throw new Unsupported(
      `${operator}: auto_pad=SAME_UPPER would pad ${shapeText([h, w])} in all, ONNX leaves that open`,
    )
  }
  const [t, l] = [Math.floor(h / 2), Math.floor(w / 2)]
  return [t, l, h - t, w - l]
}

/**
 * Conv and the poolings. SAME_UPPER makes the output ⌈H/sh⌉ cells long, whose windows reach over
 * (⌈H/sh⌉−1)·sh + dh(R−1) + 1 cells, of which the input has H.
 */
export function missingForward(input: Pair, kernel: Pair, stride: Pair, dilation: Pair): Pair {
  const missing = (i: 0 | 1): number =>
    (Math.ceil(input[i] / stride[i]) - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - input[i]
  return [missing(0), missing(1)]
}

/**
 * ConvTranspose. SAME_UPPER makes the output P·sh cells long; of the (P−1)·sh + oh + dh(R−1) + 1 cells that the windows
 * reach over it cuts the rest, in which P cancels.
 */
export function missingTransposed(kernel: Pair, stride: Pair, dilation: Pair, outputPadding: Pair): Pair {
  const missing = (i: 0 | 1): number => outputPadding[i] + dilation[i] * (kernel[i] - 1) + 1 - stride[i]
  return [missing(0), missing(1)]
}
