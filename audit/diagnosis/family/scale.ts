/** Signs, factors, means for sums, and batches that are not summed or summed otherwise. */
import { operators } from '../../../reference/operators.ts'
import { sizeOf } from '../../../reference/tensor.ts'
import { biasGradients, denses, type Hypothesis, hypothesis, layers } from '../hypothesis.ts'
import type { Mistake, ResultChange, Scene } from '../mistake.ts'
import { each, taken, times, withNumbers } from '../move.ts'

const every = operators.map((row) => row.name)
const several = every.filter((name) => !/Cost$|Entropy$/.test(name))
const summed = ['conv2dWeightGradient', 'denseWeightGradient', ...biasGradients] as const
const costs = ['quadraticCost', 'softmaxCrossEntropy'] as const
const costGradients = ['quadraticCostGradient', 'softmaxCrossEntropyGradient'] as const
const inputGradients = [
  'conv2dInputGradient',
  'denseInputGradient',
  'maxPool2dGradient',
  'averagePool2dGradient',
] as const
const batched = [...summed, ...costs, ...costGradients, ...inputGradients] as const

const firstShape = ({ row, operands }: Scene): readonly number[] => operands[row.operands[0]!]!.shape

const divided = (by: (scene: Scene) => number): Mistake => {
  const result: ResultChange = (k, y, scene) => each(k, y, (v) => k.div(v, k.from(by(scene))))
  return { result, divides: true }
}

/** Positions P·Q of the error term that a gradient is summed over. */
const positions = ({ operands }: Scene): number => sizeOf(operands.dy!.shape.slice(2))
const batch = (s: Scene): number => firstShape(s)[0]!

/** The error of the images that count, 0 for the others. */
const imagesOf = (name: string, keep: (n: number, N: number) => boolean): Mistake => ({
  operands: (o) =>
    withNumbers(o, name, (v, i, { shape }) => (keep(Math.floor(i / sizeOf(shape.slice(1))), shape[0]!) ? v : 0)),
})

/** Rows of both operands of a cost that count, as an own small batch. */
const rowsOf = (keep: (N: number) => number): Mistake => ({
  operands: (o) =>
    Object.fromEntries(
      Object.entries(o).map(([name, t]) => {
        const row = sizeOf(t!.shape.slice(1))
        const data = Array.from(t!.data).slice(keep(t!.shape[0]!) * row, (keep(t!.shape[0]!) + 1) * row)
        return [name, { shape: [1, ...t!.shape.slice(1)], data }]
      }),
    ),
})

const turnedResult = (index: (i: number, shape: readonly number[]) => number): Mistake => ({
  result: (k, y) => taken(k, y, y.shape, (i) => index(i, y.shape)),
})

export const scaleMistakes: readonly Hypothesis[] = [
  hypothesis('nothing computed', 'every number is 0; look at whether the result is written at all', every, {
    result: (k, y) => each(k, y, () => k.from(0)),
  }),
  hypothesis(
    'sign wrong',
    'every number has the opposite sign; look for a difference taken the other way round, or a minus that is missing',
    every,
    { result: times(-1) },
  ),
  hypothesis(
    'doubled',
    'every number is twice as large; look for a factor 2, a missing ½ or a sum that is taken twice',
    every,
    { result: times(2) },
  ),
  hypothesis('halved', 'every number is half as large; look for a factor ½ too many', every, { result: times(0.5) }),
  hypothesis(
    'divided by the batch',
    'the mean over the batch is returned where the sum is asked for; look for a division by N',
    batched,
    divided(batch),
  ),
  hypothesis(
    'multiplied by the batch',
    'the result grows with the batch; look for a factor N or a sum that is taken N times',
    batched,
    {
      result: (k, y, s) => each(k, y, (v) => k.mul(v, k.from(batch(s)))),
    },
  ),
  hypothesis(
    'divided by the number of positions',
    'the mean over the positions is returned where the sum is asked for; look for a division by P·Q',
    ['conv2dWeightGradient', 'conv2dBiasGradient'],
    divided(positions),
  ),
  hypothesis(
    'divided by batch and positions',
    'the mean over batch and positions is returned where the sum is asked for; look for a division by N·P·Q',
    ['conv2dWeightGradient', 'conv2dBiasGradient'],
    divided((s) => batch(s) * positions(s)),
  ),
  hypothesis(
    'divided by the size of a row',
    'the mean over the columns is returned where the sum is asked for; look for a division by K',
    [...costs, ...costGradients],
    divided((s) => firstShape(s)[1]!),
  ),
  hypothesis(
    'divided by the number of elements',
    'the mean over all elements is returned where the sum is asked for; look for a division by N·K',
    [...costs, ...costGradients],
    divided((s) => sizeOf(firstShape(s))),
  ),
  hypothesis(
    'last image alone',
    'only the last image of the batch counts; look for an assignment in the loop over the batch that should be +=',
    [...summed, ...costs],
    (o) => (o.endsWith('Gradient') ? imagesOf('dy', (n, N) => n === N - 1) : rowsOf((N) => N - 1)),
  ),
  hypothesis(
    'first image alone',
    'only the first image of the batch counts; look at the loop over the batch',
    [...summed, ...costs],
    (o) => (o.endsWith('Gradient') ? imagesOf('dy', (n) => n === 0) : rowsOf(() => 0)),
  ),
  hypothesis(
    'first position alone',
    'of each map only the first cell counts; look at the loop over the positions',
    ['conv2dBiasGradient', 'conv2dWeightGradient'],
    {
      operands: (o) => withNumbers(o, 'dy', (v, i, { shape }) => (i % sizeOf(shape.slice(2)) === 0 ? v : 0)),
    },
  ),
  hypothesis(
    'last position left out',
    'of each map the last cell does not count; look at the bound of the loop over the positions',
    ['conv2dBiasGradient', 'conv2dWeightGradient'],
    {
      operands: (o) => withNumbers(o, 'dy', (v, i, { shape }) => ((i + 1) % sizeOf(shape.slice(2)) === 0 ? 0 : v)),
    },
  ),
  hypothesis(
    'last row of positions left out',
    'of each map the last row does not count; look at the bound of the loop over the rows',
    ['conv2dBiasGradient'],
    {
      operands: (o) =>
        withNumbers(o, 'dy', (v, i, { shape }) => (Math.floor(i / shape[3]!) % shape[2]! === shape[2]! - 1 ? 0 : v)),
    },
  ),
  hypothesis(
    'first row of positions alone',
    'of each map the first row alone counts; look at the bound of the loop over the rows',
    ['conv2dBiasGradient'],
    {
      operands: (o) => withNumbers(o, 'dy', (v, i, { shape }) => (Math.floor(i / shape[3]!) % shape[2]! === 0 ? v : 0)),
    },
  ),
  hypothesis(
    'every image repeats the first',
    'results of the first image are returned for the whole batch; look at the offset of the image',
    [...layers, ...denses].filter((o) => !o.includes('Weight')),
    turnedResult((i, shape) => i % sizeOf(shape.slice(1))),
  ),
  hypothesis(
    'every channel repeats the first',
    'results of the first channel are returned for all; look at the offset of the channel',
    layers.filter((o) => !o.includes('Weight')),
    turnedResult((i, shape) => {
      const image = sizeOf(shape.slice(1))
      return i - (i % image) + (i % sizeOf(shape.slice(2)))
    }),
  ),
  hypothesis(
    'result in reverse',
    'the flat result runs from the last element to the first; look at the index of the result',
    several,
    turnedResult((i, shape) => sizeOf(shape) - 1 - i),
  ),
]
