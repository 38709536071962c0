/** Softmax, its gradient and its cost with another normalization, another shift, or a sum of another thing. */

import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { rowMax, softmax } from '../../../reference/operator/softmax.ts'
import { softmaxCrossEntropyGradient } from '../../../reference/operator/softmaxCrossEntropy.ts'
import type { TensorOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Formula, Mistake } from '../mistake.ts'
import { each } from '../move.ts'

const SUM = 'look at the formula'
const LARGEST = 2 ** 128 - 2 ** 104

const rowSum = <T>(k: Arithmetic<T>, t: TensorOf<T>, n: number): T => {
  const K = t.shape[1]!
  let sum = k.zero
  for (let j = 0; j < K; j++) sum = k.add(sum, t.data[n * K + j]!)
  return sum
}
const rowOf = (i: number, t: { readonly shape: readonly number[] }): number => Math.floor(i / t.shape[1]!)

/** eˣ⁻ᵐ over another sum. */
const over = (sum: <T>(k: Arithmetic<T>, x: TensorOf<T>, powers: TensorOf<T>, n: number) => T): Mistake => ({
  formula: (k, { x }) => {
    const powers = each(k, x!, (v, i) => k.exp(k.sub(v, rowMax(k, x!, rowOf(i, x!)))))
    return each(k, powers, (v, i) => k.div(v, sum(k, x!, powers, rowOf(i, x!))))
  },
})

/** y·(δ − s) and its like, with s = Σⱼ of something. */
const gradient = (
  terms: <T>(k: Arithmetic<T>, y: T, delta: T) => T,
  made: <T>(k: Arithmetic<T>, y: T, delta: T, sum: T) => T,
  row: (n: number) => number = (n) => n,
): Mistake => ({
  formula: (k, { y, dy }) => {
    const summed = each(k, y!, (v, i) => terms(k, v, dy!.data[i]!))
    return each(k, y!, (v, i) => made(k, v, dy!.data[i]!, rowSum(k, summed, row(rowOf(i, y!)))))
  },
})

/** What float32 holds of a power. */
const powerOf = <T>(k: Arithmetic<T>, v: T): T => {
  const power = k.exp(v)
  return k.greater(power, k.from(LARGEST)) ? k.from(Infinity) : power
}

/** −Σ t(x − log Σeˣ) without a shift. */
const unshifted: Formula = (k, { x, t }) => {
  const powers = each(k, x!, (v) => powerOf(k, v))
  let cost = k.zero
  for (let i = 0; i < powers.data.length; i++) {
    const sum = rowSum(k, powers, rowOf(i, x!))
    const log = k.log(k.greater(sum, k.from(LARGEST)) ? k.from(Infinity) : sum)
    cost = k.sub(cost, k.mul(t!.data[i]!, k.sub(x!.data[i]!, log)))
  }
  return { shape: [], data: [cost] }
}

export const softmaxVariants: readonly Hypothesis[] = [
  hypothesis(
    '1 added to the sum of a softmax',
    'the outputs of a row sum to less than 1; look at what the sum starts from',
    ['softmax'],
    [
      over((k, _, powers, n) => k.add(k.one, rowSum(k, powers, n))),
      over((k, x, powers, n) => k.add(k.exp(k.neg(rowMax(k, x, n))), rowSum(k, powers, n))),
    ],
  ),
  hypothesis(
    'running sum not rescaled',
    'the sum of powers is not multiplied by e^(old − new) where a larger value comes; look at the online softmax',
    ['softmax'],
    over((k, x, _, n) => {
      const K = x.shape[1]!
      let [most, sum] = [x.data[n * K]!, k.zero]
      for (let j = 0; j < K; j++) {
        const v = x.data[n * K + j]!
        if (k.greater(v, most)) most = v
        sum = k.add(sum, k.exp(k.sub(v, most)))
      }
      return sum
    }),
  ),
  hypothesis(
    'last class left out of the sum',
    'the sum of a row ends one class too early; look at the bound of its loop',
    ['softmax'],
    over((k, x, powers, n) =>
      x.shape[1]! > 1 ? k.sub(rowSum(k, powers, n), powers.data[(n + 1) * x.shape[1]! - 1]!) : powers.data[n]!,
    ),
  ),
  hypothesis('scores divided by √K', 'x/√K is taken for x, as in attention; look for a scale', ['softmax'], {
    formula: (k, { x }) =>
      softmax(k, { x: each(k, x!, (v) => k.div(v, k.mul(k.one, k.from(Math.sqrt(x!.shape[1]!))))) }),
  }),
  hypothesis(
    'logarithm of the output returned',
    'log y is returned, −∞ where y underflows (float32); look at which function is called',
    ['softmax'],
    {
      formula: (k, { x }) =>
        each(k, softmax(k, { x: x! }), (v) => (k.greater(k.from(2 ** -150), v) ? k.from(-Infinity) : k.log(v))),
    },
  ),
  hypothesis(
    'slope of log softmax',
    `δ − y·Σⱼ δⱼ is returned, the gradient of the logarithm; ${SUM}`,
    ['softmaxGradient'],
    gradient(
      (_, _y, delta) => delta,
      (k, y, delta, sum) => k.sub(delta, k.mul(y, sum)),
    ),
  ),
  hypothesis(
    'sum added instead of subtracted',
    `y(δ + Σⱼ yⱼδⱼ) is returned; ${SUM}`,
    ['softmaxGradient'],
    gradient(
      (k, y, delta) => k.mul(y, delta),
      (k, y, delta, sum) => k.mul(y, k.add(delta, sum)),
    ),
  ),
  hypothesis(
    'sum of the first row for all',
    'Σⱼ yⱼδⱼ is that of the first row; look at the offset of the row',
    ['softmaxGradient'],
    gradient(
      (k, y, delta) => k.mul(y, delta),
      (k, y, delta, sum) => k.mul(y, k.sub(delta, sum)),
      () => 0,
    ),
  ),
  hypothesis('logarithm left out', `−Σ t·y is returned; ${SUM}`, ['softmaxCrossEntropy'], {
    formula: (k, { x, t }) => {
      let cost = k.zero
      for (const [i, v] of Array.from(softmax(k, { x: x! }).data).entries()) cost = k.sub(cost, k.mul(t!.data[i]!, v))
      return { shape: [], data: [cost] }
    },
  }),
  hypothesis(
    'logarithm of a sum that overflows',
    'log Σeˣ is computed without subtracting the maximum (float32: above 88); use max + log Σe^(x − max)',
    ['softmaxCrossEntropy'],
    { formula: unshifted },
  ),
  hypothesis(
    'scores taken for outputs',
    `x − t is returned, softmax is left out; ${SUM}`,
    ['softmaxCrossEntropyGradient'],
    { formula: (k, { x, t }) => each(k, x!, (v, i) => k.sub(v, t!.data[i]!)) },
  ),
  hypothesis(
    'gradient at the targets alone',
    'classes whose target is 0 have no gradient; look for a test of the target',
    ['softmaxCrossEntropyGradient'],
    {
      formula: (k, { x, t }) =>
        each(k, softmaxCrossEntropyGradient(k, { x: x!, t: t! }), (v, i) =>
          k.greater(t!.data[i]!, k.from(0)) || k.greater(k.from(0), t!.data[i]!) ? v : k.from(0),
        ),
    },
  ),
]
