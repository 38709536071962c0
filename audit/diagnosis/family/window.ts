/** Stride, dilation, window and output padding confused. */
import type { Padding, Pair } from '../../../reference/contract.ts'
import { confused } from '../confused.ts'
import { type Hypothesis, hypothesis, layers, maxPools, pools } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { each } from '../move.ts'

const swapped = ([h, w]: Pair): Pair => [w, h]
const forBoth = (v: number): Pair => [v, v]

const strided = [...layers, ...pools]
const dilated = [...layers, ...maxPools]
const STRIDE = 'look at where the output position is multiplied by the stride'
const DILATION = 'look at where the tap is multiplied by the dilation'
const WINDOW = 'look at the bounds of the loops over the window'
const AXES = 'look at the order in which the attributes are handed on'
const OUTPUT = 'look at how outputPadding enlarges the result'

const turnedPadding = ([t, l, b, r]: Padding): Padding => [l, t, r, b]

export const windowMistakes: readonly Hypothesis[] = [
  ...confused(strided, STRIDE, [
    [
      'stride axes swapped',
      'the stride of the rows moves columns and the other way round',
      ({ stride }) => ({ stride: swapped(stride) }),
    ],
    [
      'stride of the height for both axes',
      'stride[0] moves rows and columns',
      ({ stride }) => ({ stride: forBoth(stride[0]) }),
    ],
    [
      'stride of the width for both axes',
      'stride[1] moves rows and columns',
      ({ stride }) => ({ stride: forBoth(stride[1]) }),
    ],
    ['stride ignored', 'windows lie one cell apart whatever the stride is', () => ({ stride: [1, 1] })],
  ]),
  ...confused(pools, STRIDE, [
    [
      'stride equals the window',
      'windows lie a window apart whatever the stride is',
      ({ kernel }) => ({ stride: kernel }),
    ],
  ]),
  ...confused(dilated, DILATION, [
    [
      'dilation axes swapped',
      'the dilation of the rows spreads columns and the other way round',
      ({ dilation }) => ({ dilation: swapped(dilation) }),
    ],
    [
      'dilation of the height for both axes',
      'dilation[0] spreads rows and columns',
      ({ dilation }) => ({ dilation: forBoth(dilation[0]) }),
    ],
    [
      'dilation of the width for both axes',
      'dilation[1] spreads rows and columns',
      ({ dilation }) => ({ dilation: forBoth(dilation[1]) }),
    ],
    ['dilation ignored', 'taps lie one cell apart whatever the dilation is', () => ({ dilation: [1, 1] })],
    [
      'dilation off by one',
      'the dilation is taken for the number of cells between two taps',
      ({ dilation: [h, w] }) => ({ dilation: [h + 1, w + 1] }),
    ],
  ]),
  ...confused(pools, WINDOW, [
    [
      'window axes swapped',
      'kernel[1] counts rows and kernel[0] columns',
      ({ kernel }) => ({ kernel: swapped(kernel) }),
    ],
    [
      'window height for both axes',
      'kernel[0] counts rows and columns',
      ({ kernel }) => ({ kernel: forBoth(kernel[0]) }),
    ],
    [
      'window width for both axes',
      'kernel[1] counts rows and columns',
      ({ kernel }) => ({ kernel: forBoth(kernel[1]) }),
    ],
  ]),
  ...confused(layers, AXES, [
    [
      'axes of stride and dilation swapped',
      'stride and dilation of the height are used for columns and the other way round',
      ({ stride, dilation }) => ({ stride: swapped(stride), dilation: swapped(dilation) }),
    ],
    [
      'axes of stride, dilation and padding swapped',
      'all attributes of the height are used for columns and the other way round',
      ({ stride, dilation, padding }) => ({
        stride: swapped(stride),
        dilation: swapped(dilation),
        padding: turnedPadding(padding),
      }),
    ],
    [
      'stride and dilation exchanged',
      'the stride spreads the taps and the dilation moves the windows',
      ({ stride, dilation }) => ({ stride: dilation, dilation: stride }),
    ],
  ]),
  ...confused(pools, AXES, [
    [
      'axes of window and stride swapped',
      'window and stride of the height are used for columns and the other way round',
      ({ kernel, stride }) => ({ kernel: swapped(kernel), stride: swapped(stride) }),
    ],
    [
      'axes of window, stride and padding swapped',
      'all attributes of the height are used for columns and the other way round',
      ({ kernel, stride, padding, dilation }) => ({
        kernel: swapped(kernel),
        stride: swapped(stride),
        padding: turnedPadding(padding),
        dilation: swapped(dilation),
      }),
    ],
  ]),
  ...confused(
    ['convTranspose2d'],
    OUTPUT,
    [
      [
        'output padding at the wrong side',
        'the extra rows and columns come before the first instead of behind the last',
        ({ outputPadding: [h, w] }) => ({ outputPadding: [2 * h, 2 * w] }),
      ],
    ],
    'addresses',
  ),
  ...confused(
    ['convTranspose2d'],
    OUTPUT,
    [
      ['output padding ignored', 'the extra rows and columns are missing', () => ({ outputPadding: [0, 0] })],
      [
        'output padding axes swapped',
        'outputPadding[0] adds columns and outputPadding[1] rows',
        ({ outputPadding }) => ({ outputPadding: swapped(outputPadding) }),
      ],
      [
        'output padding of the height for both axes',
        'outputPadding[0] adds rows and columns',
        ({ outputPadding }) => ({ outputPadding: forBoth(outputPadding[0]) }),
      ],
      [
        'output padding of the width for both axes',
        'outputPadding[1] adds rows and columns',
        ({ outputPadding }) => ({ outputPadding: forBoth(outputPadding[1]) }),
      ],
    ],
    'sizes',
  ),
  hypothesis(
    'output padding filled with zeros',
    `the extra rows and columns are 0, or the bias alone, instead of being computed; ${OUTPUT}`,
    ['convTranspose2d'],
    [padded(false), padded(true)],
  ),
]

/** Rows and columns behind the last that are not computed. */
function padded(withBias: boolean): Mistake {
  return {
    result: (k, y, { operands: { b }, attributes: { outputPadding = [0, 0] } }) => {
      const [, C, H, W] = y.shape
      return each(k, y, (v, i) => {
        const isInside = Math.floor(i / W!) % H! < H! - outputPadding[0] && i % W! < W! - outputPadding[1]
        if (isInside) return v
        return withBias && b ? k.from(b.data[Math.floor(i / (H! * W!)) % C!]!) : k.from(0)
      })
    },
  }
}
