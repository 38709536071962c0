/**
 * Small cases computed on paper, for the tests of adapters: every operand has digits of its own, so that a swapped
 * axis, a kernel turned or padding at the wrong end changes every digit of the result.
 */
import type { AveragePool2dAttributes, Conv2dAttributes, MaxPool2dAttributes } from '../../../reference/contract.ts'
import type { ByHand } from './case.ts'

const PLAIN: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 }
const MAX: MaxPool2dAttributes = {
  kernel: [2, 2],
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  ceilMode: false,
}
const MEAN: AveragePool2dAttributes = {
  kernel: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  ceilMode: false,
  countIncludePad: false,
}
const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const square = { ...PLAIN, stride: [2, 2], padding: [1, 1, 1, 1] } as const

export const SLIDING: readonly ByHand[] = [
  [
    'conv2d 1×2',
    (o, t) =>
      o.conv2d?.({ x: t([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), w: t([1, 1, 1, 2], [1, 10]), b: t([1], [100]) }, PLAIN),
    [1, 1, 2, 2],
    [121, 132, 154, 165],
  ],
  [
    'conv2d end padding',
    (o, t) =>
      o.conv2d?.(
        { x: t([1, 1, 2, 2], [1, 2, 3, 4]), w: t([1, 1, 2, 2], [1, 10, 100, 1000]) },
        { ...PLAIN, padding: [0, 0, 1, 1] },
      ),
    [1, 1, 2, 2],
    [4321, 402, 43, 4],
  ],
  [
    'conv2d groups, stride, dilation',
    (o, t) =>
      o.conv2d?.(
        { x: t([1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), w: t([2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
        { stride: [2, 1], padding: [1, 0, 0, 1], dilation: [1, 2], groups: 2 },
      ),
    [1, 2, 1, 2],
    [15, 6, 121, 56],
  ],
  [
    'conv2d batch, channels',
    (o, t) => o.conv2d?.({ x: t([2, 2, 1, 1], [1, 2, 3, 4]), w: t([2, 2, 1, 1], [1, 10, 100, 1000]) }, PLAIN),
    [2, 2, 1, 1],
    [21, 2100, 43, 4300],
  ],
  [
    'conv2dInputGradient',
    (o, t) =>
      o.conv2dInputGradient?.(
        { dy: t([1, 1, 1, 2], [1, 2]), w: t([1, 1, 2, 1], [3, 5]) },
        { ...PLAIN, inputSize: [2, 2] },
      ),
    [1, 1, 2, 2],
    [3, 6, 5, 10],
  ],
  [
    'conv2dInputGradient stride, padding',
    (o, t) =>
      o.conv2dInputGradient?.(
        { dy: t([1, 1, 2, 2], [1, 10, 100, 1000]), w: t([1, 1, 2, 2], [1, 2, 3, 4]) },
        { ...square, inputSize: [2, 2] },
      ),
    [1, 1, 2, 2],
    [4, 30, 200, 1000],
  ],
  [
    'conv2dWeightGradient',
    (o, t) =>
      o.conv2dWeightGradient?.(
        { x: t([2, 1, 2, 2], [1, 2, 3, 4, 1, 2, 3, 4]), dy: t([2, 1, 2, 2], [1, 10, 100, 1000, 2, 20, 200, 2000]) },
        { ...square, kernelSize: [2, 2] },
      ),
    [1, 1, 2, 2],
    [12000, 900, 60, 3],
  ],
  [
    'conv2dBiasGradient',
    (o, t) => o.conv2dBiasGradient?.({ dy: t([2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]) }, {}),
    [2],
    [14, 22],
  ],
  [
    'convTranspose2d stride 2',
    (o, t) =>
      o.convTranspose2d?.(
        { x: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 2, 2], [1, 2, 3, 4]), b: t([1], [0.5]) },
        { ...PLAIN, stride: [2, 2], outputPadding: [0, 0] },
      ),
    [1, 1, 2, 4],
    [1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5],
  ],
  [
    'convTranspose2d uneven padding',
    (o, t) =>
      o.convTranspose2d?.(
        { x: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 2, 2], [1, 2, 3, 4]) },
        { ...PLAIN, padding: [1, 0, 0, 1], outputPadding: [0, 0] },
      ),
    [1, 1, 1, 2],
    [3, 34],
  ],
  [
    'convTranspose2d output padding',
    (o, t) =>
      o.convTranspose2d?.({ x: t([1, 1, 1, 1], [5]), w: t([1, 1, 3, 3], NINE) }, { ...square, outputPadding: [1, 1] }),
    [1, 1, 2, 2],
    [25, 30, 40, 45],
  ],
  [
    'convTranspose2d groups',
    (o, t) =>
      o.convTranspose2d?.(
        { x: t([1, 2, 1, 1], [2, 3]), w: t([2, 1, 1, 2], [1, 10, 100, 1000]) },
        { ...PLAIN, groups: 2, outputPadding: [0, 0] },
      ),
    [1, 2, 1, 2],
    [2, 20, 300, 3000],
  ],
  [
    'convTranspose2d channels',
    (o, t) =>
      o.convTranspose2d?.(
        { x: t([1, 1, 1, 1], [2]), w: t([1, 2, 1, 2], [1, 10, 100, 1000]) },
        { ...PLAIN, outputPadding: [0, 0] },
      ),
    [1, 2, 1, 2],
    [2, 20, 200, 2000],
  ],
  [
    'convTranspose2d end padding',
    (o, t) =>
      o.convTranspose2d?.(
        { x: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 1, 2], [1, 2]) },
        { ...PLAIN, padding: [0, 0, 0, 1], outputPadding: [0, 0] },
      ),
    [1, 1, 1, 2],
    [1, 12],
  ],
  ['maxPool2d', (o, t) => o.maxPool2d?.({ x: t([1, 1, 3, 3], NINE) }, MAX), [1, 1, 2, 2], [5, 6, 8, 9]],
  [
    'maxPool2d padding is absent',
    (o, t) =>
      o.maxPool2d?.({ x: t([1, 1, 2, 2], [-1, -2, -3, -4]) }, { ...MAX, stride: [2, 2], padding: [1, 1, 1, 1] }),
    [1, 1, 2, 2],
    [-1, -2, -3, -4],
  ],
  [
    'maxPool2d end padding',
    (o, t) => o.maxPool2d?.({ x: t([1, 1, 1, 3], [3, 2, 1]) }, { ...MAX, kernel: [1, 2], padding: [0, 0, 0, 1] }),
    [1, 1, 1, 3],
    [3, 2, 1],
  ],
  [
    'maxPool2d ceilMode',
    (o, t) =>
      o.maxPool2d?.({ x: t([1, 1, 1, 3], [1, 2, 3]) }, { ...MAX, kernel: [1, 2], stride: [1, 2], ceilMode: true }),
    [1, 1, 1, 2],
    [2, 3],
  ],
  [
    'maxPool2d dilation',
    (o, t) => o.maxPool2d?.({ x: t([1, 1, 1, 3], [7, 9, 8]) }, { ...MAX, kernel: [1, 2], dilation: [1, 2] }),
    [1, 1, 1, 1],
    [8],
  ],
  [
    'maxPool2dGradient',
    (o, t) => o.maxPool2dGradient?.({ x: t([1, 1, 3, 3], NINE), dy: t([1, 1, 2, 2], [1, 10, 100, 1000]) }, MAX),
    [1, 1, 3, 3],
    [0, 0, 0, 0, 1, 10, 0, 100, 1000],
  ],
  ['averagePool2d', (o, t) => o.averagePool2d?.({ x: t([1, 1, 2, 2], [1, 2, 3, 4]) }, MEAN), [1, 1, 1, 1], [2.5]],
  [
    'averagePool2d without padding',
    (o, t) => o.averagePool2d?.({ x: t([1, 1, 2, 2], [1, 2, 3, 4]) }, { ...MEAN, padding: [1, 1, 1, 1] }),
    [1, 1, 2, 2],
    [1, 2, 3, 4],
  ],
  [
    'averagePool2d end padding',
    (o, t) =>
      o.averagePool2d?.(
        { x: t([1, 1, 1, 3], [3, 2, 1]) },
        { ...MEAN, kernel: [1, 2], stride: [1, 1], padding: [0, 0, 0, 1] },
      ),
    [1, 1, 1, 3],
    [2.5, 1.5, 1],
  ],
  [
    'averagePool2d with padding',
    (o, t) =>
      o.averagePool2d?.(
        { x: t([1, 1, 2, 2], [1, 2, 3, 4]) },
        { ...MEAN, padding: [1, 1, 1, 1], countIncludePad: true },
      ),
    [1, 1, 2, 2],
    [0.25, 0.5, 0.75, 1],
  ],
  [
    'averagePool2d ceilMode',
    (o, t) =>
      o.averagePool2d?.(
        { x: t([1, 1, 1, 4], [1, 2, 3, 4]) },
        { kernel: [1, 3], stride: [1, 2], padding: [0, 1, 0, 1], ceilMode: true, countIncludePad: true },
      ),
    [1, 1, 1, 3],
    [1, 3, 2],
  ],
  [
    'averagePool2dGradient',
    (o, t) => o.averagePool2dGradient?.({ dy: t([1, 1, 1, 1], [8]) }, { ...MEAN, inputSize: [2, 2] }),
    [1, 1, 2, 2],
    [2, 2, 2, 2],
  ],
]
