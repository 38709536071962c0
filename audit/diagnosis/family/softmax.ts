/** Softmax and the costs: axes, shifts, logarithms, sums and means. */
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { real } from '../../../reference/arithmetic/real.ts'
import { rowMax, rowSumExp, softmax } from '../../../reference/operator/softmax.ts'
import type { TensorOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Formula, Mistake } from '../mistake.ts'
import { constant, each, taken } from '../move.ts'

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
const [LARGEST, SMALLEST] = [2 ** 128 - 2 ** 104, 2 ** -150]

/** Another shift than the maximum of the row; powers that float32 does not hold are ∞ or 0. */
const shifted =
  (by: <T>(k: Arithmetic<T>, x: TensorOf<T>, n: number) => T): Softmax =>
  (k, x) => {
    const K = x.shape[1]!
    const e = each(k, x, (v, i) => {
      const power = k.exp(k.sub(v, by(k, x, Math.floor(i / K))))
      return k.greater(power, k.from(LARGEST))
        ? k.from(Infinity)
        : k.greater(k.from(SMALLEST), power)
          ? k.from(0)
          : power
    })
    return each(k, e, (v, i) => k.div(v, rowSum(k, e, Math.floor(i / K))))
  }
const clamped = <T>(k: Arithmetic<T>, v: T, low: number, high: number): T =>
  k.greater(constant(k, low), v) ? constant(k, low) : k.greater(v, constant(k, high)) ? constant(k, high) : v
const notNormalized: Softmax = (k, x) => {
  const y = softmax(k, { x })
  const K = x.shape[1]!
  return each(k, y, (v, i) => k.div(v, rowMax(k, y, Math.floor(i / K))))
}
const base2: Softmax = (k, x) => softmax(k, { x: each(k, x, (v) => k.mul(v, constant(k, Math.LN2))) })
/** What is below half the smallest subnormal number of float32 is 0, and its logarithm −∞. */
const underflown: Softmax = (k, x) =>
  each(k, softmax(k, { x }), (v) => (k.greater(k.from(2 ** -150), v) ? k.from(0) : v))
const twice: Softmax = (k, x) => softmax(k, { x: softmax(k, { x }) })
const sigmoids: Softmax = (k, x) => each(k, x, (v) => k.div(k.one, k.add(k.one, k.exp(k.neg(v)))))

function rowSum<T>(k: Arithmetic<T>, t: TensorOf<T>, n: number): T {
  let sum = k.zero
  for (let j = 0; j < t.shape[1]!; j++) sum = k.add(sum, t.data[n * t.shape[1]! + j]!)
  return sum
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
    (o) => withSoftmax(shifted((k) => k.zero))(o),
  ),
  hypothesis(
    'shifted by the maximum of all rows',
    'one maximum is subtracted from the whole matrix, so that a row far below it is 0/0 (float32); look at the axis of the maximum',
    all,
    (o) =>
      withSoftmax(
        shifted((k, x) =>
          x.data.length > 0 ? Array.from(x.data).reduce((a, b) => (k.greater(b, a) ? b : a)) : k.zero,
        ),
      )(o),
  ),
  hypothesis(
    'shifted by the minimum',
    'the smallest value of a row is subtracted, so that the largest power overflows (float32); look for min in place of max',
    all,
    (o) =>
      withSoftmax(
        shifted((k, x, n) =>
          Array.from(x.data)
            .slice(n * x.shape[1]!, (n + 1) * x.shape[1]!)
            .reduce((a, b) => (k.greater(a, b) ? b : a)),
        ),
      )(o),
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
    'logarithm of a softmax that underflows',
    'softmax and logarithm are taken apart, so that an output that underflows to 0 (float32) costs ∞ or NaN; use x − max − log Σ',
    ['softmaxCrossEntropy'],
    withSoftmax(underflown),
  ),
  ...[1e-7, 1e-8, 1e-10, 1e-12].map((epsilon) =>
    hypothesis(
      `${epsilon} added under the logarithm`,
      'a small number keeps the logarithm finite and is not part of the formula; use x − max − log Σ',
      ['softmaxCrossEntropy'],
      withSoftmax((k, x) => each(k, softmax(k, { x }), (v) => k.add(v, constant(k, epsilon)))),
    ),
  ),
  hypothesis(
    'softmax left out',
    'x is taken for the probabilities; look at whether logits or probabilities are expected',
    costs,
    withSoftmax((_, x) => x),
  ),
  ...[1e-7, 1e-8, 1e-10, 1e-12, 1e-15].map((epsilon) =>
    hypothesis(
      `probabilities cut off at ${epsilon}`,
      'outputs are kept within a small number of 0 and 1 before the logarithm; use x − max − log Σ',
      ['softmaxCrossEntropy'],
      [
        withSoftmax((k, x) => each(k, softmax(k, { x }), (v) => clamped(k, v, epsilon, 1))),
        withSoftmax((k, x) => each(k, softmax(k, { x }), (v) => clamped(k, v, epsilon, 1 - epsilon))),
      ].flatMap((made) => made('softmaxCrossEntropy')),
    ),
  ),
  hypothesis(
    'shifted logits cut off at −64',
    'x − max is kept above −64, so that no cost is larger than 64 and log Σ; look for a clip before exp',
    ['softmaxCrossEntropy'],
    {
      formula: (k, { x, t }) => {
        const K = x!.shape[1]!
        const z = each(k, x!, (v, i) => {
          const shifted = k.sub(v, rowMax(k, x!, Math.floor(i / K)))
          return k.greater(k.from(-64), shifted) ? k.from(-64) : shifted
        })
        let cost = k.zero
        for (let n = 0; n < z.shape[0]!; n++) {
          let sum = k.zero
          for (let j = 0; j < K; j++) sum = k.add(sum, k.exp(z.data[n * K + j]!))
          for (let j = 0; j < K; j++)
            cost = k.sub(cost, k.mul(t!.data[n * K + j]!, k.sub(z.data[n * K + j]!, k.log(sum))))
        }
        return { shape: [], data: [cost] }
      },
    },
  ),
  hypothesis(
    'binary cross-entropy',
    '−Σ t log y + (1−t) log(1−y) is returned; look at which cost is called',
    ['softmaxCrossEntropy'],
    {
      formula: (k, { x, t }) => {
        const y = softmax(k, { x: x! })
        let cost = k.zero
        for (let i = 0; i < y.data.length; i++) {
          const [p, target] = [y.data[i]!, t!.data[i]!]
          cost = k.sub(cost, k.add(k.mul(target, k.log(p)), k.mul(k.sub(k.one, target), k.log(k.sub(k.one, p)))))
        }
        return { shape: [], data: [cost] }
      },
    },
  ),
  hypothesis(
    'error passed on unchanged',
    'dy is returned as it is; look at whether the gradient is computed at all',
    ['softmaxGradient'],
    { formula: (k, { dy }) => each(k, dy!, (v) => v) },
  ),
  hypothesis('logarithm returned', 'log softmax is returned; look at which function is called', ['softmax'], {
    formula: (k, { x }) =>
      each(k, x!, (v, i) => {
        const n = Math.floor(i / x!.shape[1]!)
        return k.sub(k.sub(v, rowMax(k, x!, n)), k.log(rowSumExp(k, x!, n)))
      }),
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
  hypothesis(
    'sum carried from row to row',
    'Σⱼ yⱼδⱼ begins with the sum of the rows before; look at where the accumulator is set to 0',
    ['softmaxGradient'],
    {
      formula: (k, { y, dy }) => {
        const [K, products] = [y!.shape[1]!, each(k, y!, (v, i) => k.mul(v, dy!.data[i]!))]
        const carried = (n: number): typeof k.zero => {
          let sum = k.zero
          for (let i = 0; i < (n + 1) * K; i++) sum = k.add(sum, products.data[i]!)
          return sum
        }
        return each(k, y!, (v, i) => k.mul(v, k.sub(dy!.data[i]!, carried(Math.floor(i / K)))))
      },
    },
  ),
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
]
