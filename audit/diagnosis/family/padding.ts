/** Padding at the wrong end, of the wrong amount, or computed where it was given. */
import type { Padding, Pair } from '../../../reference/contract.ts'
import { type Change, confused } from '../confused.ts'
import { type Hypothesis, layers, pools } from '../hypothesis.ts'

const strided = [...layers, ...pools]
const LOOK = 'look at where the padding is subtracted from the first row and column'
const SIZE = 'look at how the size of the result is computed'

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

export const paddingMistakes: readonly Hypothesis[] = [
  ...confused(strided, LOOK, [
    ['padding at the wrong end', 'bottom and right are used for top and left', padded(([t, l, b, r]) => [b, r, t, l])],
    ['padding axes swapped', 'left is used for top and top for left', padded(([t, l, b, r]) => [l, t, r, b])],
    [
      'padding read as top, bottom, left, right',
      'the four numbers are taken in another order',
      padded(([t, l, b, r]) => [t, b, l, r]),
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
  ...confused(
    ['conv2d', 'convTranspose2d', 'maxPool2d', 'averagePool2d'],
    SIZE,
    [
      [
        'padding of the leading end for both',
        'the size of the result counts top for the bottom and left for the right',
        padded(([t, l]) => [t, l, t, l]),
      ],
      [
        'padding of the trailing end ignored',
        'the size of the result counts bottom and right as 0',
        padded(([t, l]) => [t, l, 0, 0]),
      ],
    ],
    'sizes',
  ),
]
