/** The costs: logarithms, targets, signs and powers. */
import { real } from '../../../reference/arithmetic/real.ts'
import { softmax } from '../../../reference/operator/softmax.ts'
import { softmaxCrossEntropyGradient } from '../../../reference/operator/softmaxCrossEntropy.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import { addressIn, each, taken, times } from '../move.ts'

const costs = ['softmaxCrossEntropy', 'softmaxCrossEntropyGradient'] as const

export const costMistakes: readonly Hypothesis[] = [
  hypothesis(
    'logarithm to base 10',
    'log₁₀ is used for the natural logarithm; look at which logarithm is called',
    ['softmaxCrossEntropy'],
    { result: times(Math.LOG10E) },
  ),
  hypothesis(
    'logarithm to base 2',
    'log₂ is used for the natural logarithm; look at which logarithm is called',
    ['softmaxCrossEntropy'],
    { result: times(Math.LOG2E) },
  ),
  hypothesis(
    'y − t whatever Σt is',
    'the factor Σⱼ tⱼ is missing, which is 1 only for a distribution; look at the formula',
    ['softmaxCrossEntropyGradient'],
    {
      formula: (k, { x, t }) => each(k, softmax(k, { x: x! }), (v, i) => k.sub(v, t!.data[i]!)),
    },
  ),
  hypothesis(
    'largest target alone',
    'only the first largest target of each row counts, as if t were one-hot; look for an argmax',
    costs,
    {
      operands: (o) => {
        const K = o.t!.shape[1]!
        const first = (n: number): number =>
          Array.from(o.t!.data)
            .slice(n * K, (n + 1) * K)
            .reduce((best, v, j, row) => (v > row[best]! ? j : best), 0)
        return {
          ...o,
          t: {
            shape: o.t!.shape,
            data: Float64Array.from(o.t!.data, (_, i) => (first(Math.floor(i / K)) === i % K ? 1 : 0)),
          },
        }
      },
    },
  ),
  hypothesis(
    'target not subtracted',
    'the output alone is returned, −t is missing; look at the formula',
    ['quadraticCostGradient', ...costs.slice(1)],
    (o) => ({
      formula: (k, { x, y }) => (o === 'quadraticCostGradient' ? each(k, y!, (v) => v) : softmax(k, { x: x! })),
    }),
  ),
  hypothesis(
    'slope of the output multiplied in again',
    '(y−t)·y(1−y) is returned, with a slope that the cost has cancelled; look at which layer multiplies by it',
    ['quadraticCostGradient', ...costs.slice(1)],
    (o) =>
      [false, true].slice(0, o === 'quadraticCostGradient' ? 1 : 2).map((summed) => ({
        formula: (k, { x, y, t }) => {
          const output = o === 'quadraticCostGradient' ? y! : softmax(k, { x: x! })
          const error = summed ? softmaxCrossEntropyGradient(k, { x: x!, t: t! }) : undefined
          return each(k, output, (v, i) =>
            k.mul(error ? error.data[i]! : k.sub(v, t!.data[i]!), k.mul(v, k.sub(k.one, v))),
          )
        },
        divides: true,
      })),
  ),
  hypothesis(
    'sum of targets and outputs',
    'y + t is taken for y − t; look at the sign',
    ['quadraticCost', 'quadraticCostGradient'],
    { operands: (o) => ({ ...o, t: each(real, o.t!, (v) => -v) }) },
  ),
  hypothesis(
    'absolute difference',
    '|t − y| is summed instead of its square; look at the exponent',
    ['quadraticCost'],
    {
      formula: (k, { y, t }) => {
        let sum = k.zero
        for (let i = 0; i < y!.data.length; i++) {
          const d = k.sub(t!.data[i]!, y!.data[i]!)
          sum = k.add(sum, k.greater(k.from(0), d) ? k.neg(d) : d)
        }
        return { shape: [], data: [sum] }
      },
    },
  ),
  hypothesis(
    'root of the sum',
    '√Σ(t−y)² is returned, the distance instead of the cost; look for a square root',
    ['quadraticCost'],
    { result: (k, y) => each(k, y, (v) => v), rounding: (v) => Math.sqrt(2 * v) },
  ),
  hypothesis(
    'target laid out as (K,N)',
    'the memory of the targets is read transposed; look at the strides of the axes',
    ['quadraticCost', 'quadraticCostGradient', ...costs],
    {
      operands: (o) => ({ ...o, t: taken(real, o.t!, o.t!.shape, addressIn(o.t!.shape, [1, 0])) }),
    },
  ),
]
