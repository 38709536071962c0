/** Softmax and the costs: axes, shifts, logarithms, sums and means. */
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { real } from '../../../reference/arithmetic/real.ts'
import { softmax } from '../../../reference/operator/softmax.ts'
import type { TensorOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Formula, Mistake } from '../mistake.ts'
import { addressIn, each, taken, times } from '../move.ts'

const AXIS = 'look at the axis that is summed over'
const turned = <T>(k: Arithmetic<T>, t: TensorOf<T>): TensorOf<T> => {
  const [N, K] = [t.shape[0]!, t.shape[1]!]
  return taken(k, t, [K, N], (i) => (i % N) * K + Math.floor(i / N))
}
const flattened = <T>(t: TensorOf<T>): TensorOf<T> => ({ shape: [1, t.data.length], data: t.data })

type Softmax = <T>(k: Arithmetic<T>, x: TensorOf<T>) => TensorOf<T>

/** Mistakes of y = softmax(x), wherever it is used. */
const overColumns: Softmax = (k, x) => turned(k, softmax(k, { x: turned(k, x) }))
const overAll: Softmax = (k, x) => ({ shape: x.shape, data: softmax(k, { x: flattened(x) }).data })
const unshifted =
  (cap: number): Softmax =>
  (k, x) => {
    const e = each(k, x, (v) => {
      const power = k.exp(v)
      return k.greater(power, k.from(cap)) ? k.from(Infinity) : power
    })
    const K = x.shape[1]!
    return each(k, e, (v, i) => k.div(v, rowSum(k, e, Math.floor(i / K))))
  }
const notNormalized: Softmax = (k, x) => {
  const y = softmax(k, { x })
  const K = x.shape[1]!
  return each(k, y, (v, i) => k.div(v, largest(k, y, Math.floor(i / K))))
}
const base2: Softmax = (k, x) => softmax(k, { x: each(k, x, (v) => k.mul(v, k.from(Math.LN2))) })
const twice: Softmax = (k, x) => softmax(k, { x: softmax(k, { x }) })
const sigmoids: Softmax = (k, x) => each(k, x, (v) => k.div(k.one, k.add(k.one, k.exp(k.neg(v)))))

function rowSum<T>(k: Arithmetic<T>, t: TensorOf<T>, n: number): T {
  let sum = k.zero
  for (let j = 0; j < t.shape[1]!; j++) sum = k.add(sum, t.data[n * t.shape[1]! + j]!)
  return sum
}
function largest<T>(k: Arithmetic<T>, t: TensorOf<T>, n: number): T {
  let max = t.data[n * t.shape[1]!]!
  for (let j = 1; j < t.shape[1]!; j++)
    if (k.greater(t.data[n * t.shape[1]! + j]!, max)) max = t.data[n * t.shape[1]! + j]!
  return max
}

/** softmax, its cross-entropy −Σ t log y and the gradient y·Σt − t with another y. */
const withSoftmax =
  (y: Softmax) =>
  (operator: string): Mistake => {
    const cost: Formula = (k, { x, t }) => {
      const output = y(k, x!)
      let sum = k.zero
      for (let i = 0; i < output.data.length; i++) sum = k.add(sum, k.mul(t!.data[i]!, k.log(output.data[i]!)))
      return { shape: [], data: [k.neg(sum)] }
    }
    const gradient: Formula = (k, { x, t }) => {
      const K = x!.shape[1]!
      return each(k, y(k, x!), (v, i) => k.sub(k.mul(v, rowSum(k, t!, Math.floor(i / K))), t!.data[i]!))
    }
    if (operator === 'softmax') return { formula: (k, { x }) => y(k, x!) }
    return { formula: operator === 'softmaxCrossEntropy' ? cost : gradient }
  }

const all = ['softmax', 'softmaxCrossEntropy', 'softmaxCrossEntropyGradient'] as const
const costs = ['softmaxCrossEntropy', 'softmaxCrossEntropyGradient'] as const

/** A row operator on the transposed memory, and back. */
const transposedRows: Mistake = {
  operands: (o) => Object.fromEntries(Object.entries(o).map(([name, t]) => [name, turned(real, t!)])),
  result: (k, y) => turned(k, y),
}

export const softmaxMistakes: readonly Hypothesis[] = [
  hypothesis(
    'softmax over the wrong axis',
    `each column sums to 1 instead of each row; ${AXIS}`,
    all,
    withSoftmax(overColumns),
  ),
  hypothesis(
    'softmax over all axes',
    `the whole matrix sums to 1 instead of each row; ${AXIS}`,
    all,
    withSoftmax(overAll),
  ),
  hypothesis(
    'softmax without shift',
    'eˣ overflows since the maximum is not subtracted (float32: above 88); look at the argument of exp',
    all,
    (o) => withSoftmax(unshifted(2 ** 128 * (1 - 2 ** -25)))(o),
  ),
  hypothesis(
    'softmax scaled by its maximum',
    'the largest output is 1, the sum is not; look at what is divided by',
    all,
    withSoftmax(notNormalized),
  ),
  hypothesis('softmax with base 2', '2ˣ is used for eˣ; look for exp2', all, withSoftmax(base2)),
  hypothesis(
    'softmax taken twice',
    'softmax of the softmax is used; look at whether x has been through it already',
    all,
    withSoftmax(twice),
  ),
  hypothesis(
    'sigmoid instead of softmax',
    'each output is σ(x) on its own; look at which function is called',
    all,
    withSoftmax(sigmoids),
  ),
  hypothesis(
    'softmax left out',
    'x is taken for the probabilities; look at whether logits or probabilities are expected',
    costs,
    withSoftmax((_, x) => x),
  ),
  hypothesis('logarithm returned', 'log softmax is returned; look at which function is called', ['softmax'], {
    formula: (k, { x }) => each(k, softmax(k, { x: x! }), (v) => k.log(v)),
  }),
  hypothesis(
    'sum over the wrong axis',
    `Σⱼ yⱼδⱼ is taken over the columns; ${AXIS}`,
    ['softmaxGradient'],
    transposedRows,
  ),
  hypothesis('sum over all axes', `Σⱼ yⱼδⱼ is taken over the whole matrix; ${AXIS}`, ['softmaxGradient'], {
    operands: (o) => Object.fromEntries(Object.entries(o).map(([name, t]) => [name, flattened(t!)])),
    result: (_, y, { given }) => ({ shape: given.y!.shape, data: y.data }),
  }),
  hypothesis('sum left out', 'y·δ is returned, −y Σⱼ yⱼδⱼ is missing; look at the formula', ['softmaxGradient'], {
    formula: (k, { y, dy }) => each(k, y!, (v, i) => k.mul(v, dy!.data[i]!)),
  }),
  hypothesis(
    'diagonal alone',
    'y(1−y)·δ is returned, the other outputs do not count; look at the formula',
    ['softmaxGradient'],
    { formula: (k, { y, dy }) => each(k, dy!, (v, i) => k.mul(v, k.mul(y!.data[i]!, k.sub(k.one, y!.data[i]!)))) },
  ),
  hypothesis('δ not summed by y', 'Σⱼ δⱼ is subtracted instead of Σⱼ yⱼδⱼ; look at the formula', ['softmaxGradient'], {
    formula: (k, { y, dy }) =>
      each(k, y!, (v, i) => k.mul(v, k.sub(dy!.data[i]!, rowSum(k, dy!, Math.floor(i / y!.shape[1]!))))),
  }),
  hypothesis('outer factor y missing', 'δₖ − Σⱼ yⱼδⱼ is returned; look at the formula', ['softmaxGradient'], {
    formula: (k, { y, dy }) => {
      const products = each(k, y!, (v, i) => k.mul(v, dy!.data[i]!))
      return each(k, dy!, (v, i) => k.sub(v, rowSum(k, products, Math.floor(i / y!.shape[1]!))))
    },
  }),
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
