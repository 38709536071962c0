/** Stride, dilation, padding and window confused: in the addresses alone, or in the size of the result as well. */
import type { OperatorName, Padding, Pair } from '../../../reference/contract.ts'
import type { AttributeBag } from '../../../reference/operators.ts'
import { type Hypothesis, hypothesis, layers, maxPools, pools } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import type { Reading } from '../slide.ts'

type Change = (w: Reading, extents: readonly [number, number]) => Partial<Reading>

const swapped = ([h, w]: Pair): Pair => [w, h]
const forBoth = (v: number): Pair => [v, v]

/** The change in the addresses, and, where the result has a size to get wrong, in the attributes. */
const made =
  (change: Change) =>
  (operator: OperatorName): Mistake[] => {
    const reading: Mistake = { reading: (w, extents) => ({ ...w, ...change(w, extents) }) }
    if (operator.endsWith('Gradient')) return [reading]
    const attributes: Mistake['attributes'] = (a, { row, operands }) => {
      const kernel = a.kernel ?? pairOf(operands.w?.shape)
      const full: Reading = { ...usual, ...a, kernel }
      const other: AttributeBag = change(full, pairOf(operands.x?.shape))
      return {
        ...a,
        ...Object.fromEntries(Object.entries(other).filter(([name]) => row.attributes.some((n) => n === name))),
      }
    }
    return [reading, { attributes }]
  }

const usual = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], outputPadding: [0, 0] } as const
const pairOf = (shape: readonly number[] = []): Pair => [shape[2] ?? 1, shape[3] ?? 1]

const strided = [...layers, ...pools]
const dilated = [...layers, ...maxPools]
const where = {
  stride: 'look at where the output position is multiplied by the stride',
  dilation: 'look at where the tap is multiplied by the dilation',
  padding: 'look at where the padding is subtracted from the first row and column',
  window: 'look at the bounds of the loops over the window',
  output: 'look at how outputPadding enlarges the result',
}

const of = (
  names: readonly OperatorName[],
  place: keyof typeof where,
  rows: readonly (readonly [name: string, what: string, change: Change])[],
): Hypothesis[] => rows.map(([name, what, change]) => hypothesis(name, `${what}; ${where[place]}`, names, made(change)))

/** TensorFlow's SAME: ⌈H/s⌉ outputs, the padding they need halved. */
const samePadding =
  (half: (total: number) => number): Change =>
  ({ kernel, stride, dilation }, extents) => {
    const [rows, columns] = [0, 1].map((i) => {
      const span = dilation[i]! * (kernel[i]! - 1) + 1
      const total = Math.max((Math.ceil(extents[i]! / stride[i]!) - 1) * stride[i]! + span - extents[i]!, 0)
      return [half(total), total - half(total)] as const
    }) as [Pair, Pair]
    return { padding: [rows[0], columns[0], rows[1], columns[1]] }
  }

const padded =
  (change: (p: Padding) => Padding): Change =>
  ({ padding }) => ({ padding: change(padding) })

export const windowMistakes: readonly Hypothesis[] = [
  ...of(strided, 'stride', [
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
  ...of(pools, 'stride', [
    [
      'stride equals the window',
      'windows lie a window apart whatever the stride is',
      ({ kernel }) => ({ stride: kernel }),
    ],
  ]),
  ...of(dilated, 'dilation', [
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
  ...of(strided, 'padding', [
    ['padding at the wrong end', 'bottom and right are used for top and left', padded(([t, l, b, r]) => [b, r, t, l])],
    ['padding axes swapped', 'left is used for top and top for left', padded(([t, l, b, r]) => [l, t, r, b])],
    [
      'padding read as top, bottom, left, right',
      'the four numbers are taken in another order',
      padded(([t, l, b, r]) => [t, b, l, r]),
    ],
    [
      'padding of the leading end for both',
      'top is used for the bottom and left for the right as well',
      padded(([t, l]) => [t, l, t, l]),
    ],
    [
      'padding of the trailing end for both',
      'bottom is used for the top and right for the left as well',
      padded(([, , b, r]) => [b, r, b, r]),
    ],
    ['padding of the top on all sides', 'padding[0] is used on all four sides', padded(([t]) => [t, t, t, t])],
    [
      'padding split evenly',
      'the sum of both ends is halved, ⌊(t+b)/2⌋ first',
      padded(([t, l, b, r]) => [(t + b) >> 1, (l + r) >> 1, (t + b + 1) >> 1, (l + r + 1) >> 1]),
    ],
    [
      'padding split evenly, the larger half first',
      'the sum of both ends is halved, ⌈(t+b)/2⌉ first',
      padded(([t, l, b, r]) => [(t + b + 1) >> 1, (l + r + 1) >> 1, (t + b) >> 1, (l + r) >> 1]),
    ],
    ['padding ignored', 'the first window begins at the first cell', padded(() => [0, 0, 0, 0])],
    ['padding of the trailing end ignored', 'bottom and right are taken for 0', padded(([t, l]) => [t, l, 0, 0])],
    ['padding of the leading end ignored', 'top and left are taken for 0', padded(([, , b, r]) => [0, 0, b, r])],
    [
      'padding computed as SAME of TensorFlow',
      'the padding is not what was asked for but what makes ⌈H/s⌉ outputs, the smaller half first',
      samePadding((total) => total >> 1),
    ],
    [
      'padding computed as SAME, the larger half first',
      'the padding is not what was asked for but what makes ⌈H/s⌉ outputs, the larger half first',
      samePadding((total) => (total + 1) >> 1),
    ],
    [
      'reads one cell too early',
      'every window begins one row and one column too early',
      padded(([t, l, b, r]) => [t + 1, l + 1, b + 1, r + 1]),
    ],
    [
      'reads one cell too late',
      'every window begins one row and one column too late',
      padded(([t, l, b, r]) => [t - 1, l - 1, b - 1, r - 1]),
    ],
  ]),
  ...of(pools, 'window', [
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
  ...of(['convTranspose2d'], 'output', [
    [
      'output padding at the wrong side',
      'the extra rows and columns come before the first instead of behind the last',
      ({ outputPadding: [h, w] }) => ({ outputPadding: [2 * h, 2 * w] }),
    ],
    ['output padding ignored', 'the extra rows and columns are missing', () => ({ outputPadding: [0, 0] })],
    [
      'output padding axes swapped',
      'outputPadding[0] adds columns and outputPadding[1] rows',
      ({ outputPadding }) => ({ outputPadding: swapped(outputPadding) }),
    ],
  ]).map(({ mistakes, ...h }, i) => ({
    ...h,
    mistakes: (o: OperatorName) => mistakes(o).slice(i === 0 ? 0 : 1, i === 0 ? 1 : 2),
  })),
]
