/** Padding at the wrong end, of the wrong amount, or computed where it was given. */
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import type { Padding, Pair } from '../../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, type OperatorRow, operatorRow } from '../../../reference/operators.ts'
import { attribute } from '../../../reference/rows/read.ts'
import { outputExtent } from '../../../reference/shape/window.ts'
import type { TensorOf } from '../../../reference/tensor.ts'
import { type Change, confused } from '../confused.ts'
import { type Hypothesis, hypothesis, layers, pools } from '../hypothesis.ts'
import { taken } from '../move.ts'

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
    ['padding ignored', 'the first window begins at the first cell', padded(() => [0, 0, 0, 0])],
    ['padding at the wrong end', 'bottom and right are used for top and left', padded(([t, l, b, r]) => [b, r, t, l])],
    ['padding of the rows at the wrong end', 'the bottom is used for the top', padded(([t, l, b, r]) => [b, l, t, r])],
    [
      'padding of the columns at the wrong end',
      'the right is used for the left',
      padded(([t, l, b, r]) => [t, r, b, l]),
    ],
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
    [
      'padding of the height for both axes',
      'top and bottom are used for left and right as well',
      padded(([t, , b]) => [t, t, b, b]),
    ],
    [
      'padding of the width for both axes',
      'left and right are used for top and bottom as well',
      padded(([, l, , r]) => [l, l, r, r]),
    ],
    [
      'padding taken for the sum of both ends',
      'half of the padding, rounded down, is put before the first cell',
      padded(([t, l]) => [t >> 1, l >> 1, t - (t >> 1), l - (l >> 1)]),
    ],
    [
      'padded twice',
      'the image is padded and the padding subtracted again',
      padded(([t, l, b, r]) => [2 * t, 2 * l, 2 * b, 2 * r]),
    ],
    [
      'padding cut off below the kernel',
      'the padding is at most one less than the extent of the kernel',
      ({ padding, kernel, dilation }) => {
        const most = [0, 1, 0, 1].map((i) => dilation[i]! * (kernel[i]! - 1))
        return { padding: padding.map((p, i) => Math.min(p, most[i]!)) as [number, number, number, number] }
      },
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
  ...confused(
    ['conv2d', 'maxPool2d'],
    SIZE,
    [
      [
        'size without the dilation',
        'the size of the result is that of a kernel without dilation',
        ({ padding: [t, l, b, r], dilation: [dh, dw], kernel: [R, S] }) => ({
          padding: [t, l, b + (dh - 1) * (R - 1), r + (dw - 1) * (S - 1)],
        }),
      ],
    ],
    'sizes',
  ),
  ...confused(
    ['conv2d'],
    SIZE,
    [
      [
        'size rounded up',
        'the number of windows is rounded up, and the last may reach beyond the padding',
        ({ padding: [t, l, b, r], dilation, kernel, stride }, extents) => {
          const missing = (axis: 0 | 1, ends: number): number => {
            const rest = (extents[axis] + ends - dilation[axis] * (kernel[axis] - 1) - 1) % stride[axis]
            return rest > 0 ? stride[axis] - rest : 0
          }
          return { padding: [t, l, b + missing(0, t + b), r + missing(1, l + r)] }
        },
      ],
    ],
    'sizes',
  ),
  hypothesis(
    'columns counted by the window of the rows',
    `the width of the result follows from the kernel, stride and dilation of the height; ${SIZE}`,
    ['conv2d', 'maxPool2d', 'averagePool2d'],
    (operator) => ({ formula: (k, o, a) => columnsByRows(k, operatorRow(operator), o, a) }),
  ),
]

/** As many columns as the rows' window would give, each read with its own window; cut from a result that is wide enough. */
function columnsByRows<T>(k: Arithmetic<T>, row: OperatorRow, o: AnyOperands<T>, a: AttributeBag): TensorOf<T> {
  const [H, W] = [o.x!.shape[2]!, o.x!.shape[3]!]
  const [R, S] = a.kernel ?? [o.w!.shape[2]!, o.w!.shape[3]!]
  const [t, l, b, r] = attribute(a, 'padding')
  const [[sh, sw], [dh, dw]] = [attribute(a, 'stride'), a.dilation ?? [1, 1]]
  const columns = Math.max(0, outputExtent(W, l, r, R, sh, dh, a.ceilMode))
  const wide = Math.max(columns, outputExtent(W, l, r, S, sw, dw, a.ceilMode))
  const room = (wide - 1) * sw + dw * (S - 1) + 1 - W - l
  const y = row.textbook(k, o, { ...a, padding: [t, l, b, Math.max(r, room)] })
  const P = outputExtent(H, t, b, R, sh, dh, a.ceilMode)
  const Q = y.shape[3]!
  const shape = [y.shape[0]!, y.shape[1]!, P, columns]
  return taken(k, y, shape, (i) => Math.floor(i / columns) * Q + (i % columns))
}
