/** Small cases computed on paper, for the tests of adapters: sequences, planes, matrices, activations and costs. */
import type { ByHand } from './case.ts'

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9]

export const POINTWISE: readonly ByHand[] = [
  [
    'dense',
    (o, t) => o.dense?.({ x: t([1, 2], [1, 2]), w: t([2, 2], [3, 4, 5, 6]), b: t([2], [10, 20]) }, {}),
    [1, 2],
    [21, 37],
  ],
  ['dense without bias', (o, t) => o.dense?.({ x: t([2, 1], [1, 2]), w: t([2, 1], [3, 4]) }, {}), [2, 2], [3, 4, 6, 8]],
  [
    'denseInputGradient',
    (o, t) => o.denseInputGradient?.({ dy: t([1, 2], [1, 10]), w: t([2, 2], [3, 4, 5, 6]) }, {}),
    [1, 2],
    [53, 64],
  ],
  [
    'denseWeightGradient',
    (o, t) => o.denseWeightGradient?.({ x: t([2, 2], [1, 2, 3, 4]), dy: t([2, 1], [1, 10]) }, {}),
    [1, 2],
    [31, 42],
  ],
  ['denseBiasGradient', (o, t) => o.denseBiasGradient?.({ dy: t([2, 2], [1, 2, 3, 4]) }, {}), [2], [4, 6]],
  ['sigmoid', (o, t) => o.sigmoid?.({ x: t([1, 1, 1, 2], [0, Math.log(3)]) }, {}), [1, 1, 1, 2], [0.5, 0.75]],
  ['sigmoid of a scalar', (o, t) => o.sigmoid?.({ x: t([], [0]) }, {}), [], [0.5]],
  ['tanh', (o, t) => o.tanh?.({ x: t([2], [0, Math.log(2)]) }, {}), [2], [0, 0.6]],
  ['relu', (o, t) => o.relu?.({ x: t([1, 3], [-1, 0, 2]) }, {}), [1, 3], [0, 0, 2]],
  ['sigmoidGradient', (o, t) => o.sigmoidGradient?.({ y: t([2], [0.5, 0.25]), dy: t([2], [4, 16]) }, {}), [2], [1, 3]],
  ['tanhGradient', (o, t) => o.tanhGradient?.({ y: t([2], [0, 0.5]), dy: t([2], [4, 4]) }, {}), [2], [4, 3]],
  ['reluGradient', (o, t) => o.reluGradient?.({ x: t([2], [-1, 2]), dy: t([2], [5, 7]) }, {}), [2], [0, 7]],
  ['softmax', (o, t) => o.softmax?.({ x: t([2, 2], [0, Math.log(3), 5, 5]) }, {}), [2, 2], [0.25, 0.75, 0.5, 0.5]],
  ['quadraticCost', (o, t) => o.quadraticCost?.({ y: t([1, 2], [1, 2]), t: t([1, 2], [3, 5]) }, {}), [], [6.5]],
  [
    'quadraticCostGradient',
    (o, t) => o.quadraticCostGradient?.({ y: t([1, 2], [1, 2]), t: t([1, 2], [3, 5]) }, {}),
    [1, 2],
    [-2, -3],
  ],
  [
    'softmaxCrossEntropy',
    (o, t) => o.softmaxCrossEntropy?.({ x: t([2, 2], [0, Math.log(3), 0, 0]), t: t([2, 2], [0, 1, 1, 0]) }, {}),
    [],
    [Math.log(8 / 3)],
  ],
  [
    'softmaxCrossEntropyGradient',
    (o, t) => o.softmaxCrossEntropyGradient?.({ x: t([1, 2], [0, Math.log(3)]), t: t([1, 2], [0, 1]) }, {}),
    [1, 2],
    [0.25, -0.25],
  ],
  [
    'softmaxCrossEntropy of soft targets',
    (o, t) => o.softmaxCrossEntropy?.({ x: t([1, 2], [0, 0]), t: t([1, 2], [0.5, 0.5]) }, {}),
    [],
    [Math.LN2],
  ],
  [
    'convolve1d full',
    (o, t) => o.convolve1d?.({ f: t([3], [1, 2, 3]), g: t([2], [1, 10]) }, { mode: 'full' }),
    [4],
    [1, 12, 23, 30],
  ],
  [
    'convolve1d same',
    (o, t) => o.convolve1d?.({ f: t([3], [1, 2, 3]), g: t([2], [1, 10]) }, { mode: 'same' }),
    [3],
    [1, 12, 23],
  ],
  [
    'convolve1d same, longer kernel',
    (o, t) => o.convolve1d?.({ f: t([1], [2]), g: t([2], [1, 10]) }, { mode: 'same' }),
    [1],
    [2],
  ],
  [
    'correlate1d full',
    (o, t) => o.correlate1d?.({ f: t([3], [1, 2, 3]), g: t([2], [1, 10]) }, { mode: 'full' }),
    [4],
    [10, 21, 32, 3],
  ],
  [
    'correlate1d valid',
    (o, t) => o.correlate1d?.({ f: t([3], [1, 2, 3]), g: t([2], [1, 10]) }, { mode: 'valid' }),
    [2],
    [21, 32],
  ],
  [
    'convolve2d same, odd kernel',
    (o, t) =>
      o.convolve2d?.(
        { f: t([4, 4], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), g: t([3, 3], NINE) },
        { mode: 'same' },
      ),
    [4, 4],
    [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0],
  ],
  [
    'convolve2d same, even kernel',
    (o, t) =>
      o.convolve2d?.(
        { f: t([4, 4], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), g: t([2, 2], [1, 2, 3, 4]) },
        { mode: 'same' },
      ),
    [4, 4],
    [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0],
  ],
  [
    'convolve2d valid',
    (o, t) => o.convolve2d?.({ f: t([2, 2], [1, 2, 3, 4]), g: t([2, 1], [1, 10]) }, { mode: 'valid' }),
    [1, 2],
    [13, 24],
  ],
]
