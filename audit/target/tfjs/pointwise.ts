/**
 * F8, F20–F22, F30 through tf.sigmoid, tf.tanh, tf.relu, tf.softmax and tf.losses. The costs are sums, Reduction.SUM; the ½ of
 * the quadratic cost is the `weights` of tf.losses.meanSquaredError.
 *
 * Left out: the gradients that the contract states in terms of y (sigmoid, tanh, softmax). tfjs takes x, and recovering x
 * from a rounded y would add an error that is not its own.
 */
import { type Operators, Unsupported } from '../../../reference/contract.ts'
import { rowPairSizes, rowSizes, sameShape } from '../../../reference/shape/pointwise.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { enter, evaluate, type Tf, type TfTensor } from './bridge.ts'

type Pointwise = Pick<
  Operators,
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'reluGradient'
  | 'softmax'
  | 'quadraticCost'
  | 'quadraticCostGradient'
  | 'softmaxCrossEntropy'
  | 'softmaxCrossEntropyGradient'
>

export function pointwise(tf: Tf): Pointwise {
  const squares = (y: TfTensor, t: TfTensor): TfTensor =>
    tf.losses.meanSquaredError(t, y, tf.scalar(0.5), tf.Reduction.SUM)
  const entropy = (x: TfTensor, t: TfTensor): TfTensor =>
    tf.losses.softmaxCrossEntropy(t, x, undefined, 0, tf.Reduction.SUM)
  return {
    sigmoid: ({ x }) => evaluate(tf, () => tf.sigmoid(enter(tf, x))),
    tanh: ({ x }) => evaluate(tf, () => tf.tanh(enter(tf, x))),
    relu: ({ x }) => evaluate(tf, () => tf.relu(enter(tf, x))),

    reluGradient({ x, dy }) {
      sameShape('reluGradient', 'x', x.shape, 'dy', dy.shape)
      return evaluate(tf, () => tf.grad((z) => tf.relu(z))(enter(tf, x), enter(tf, dy)))
    },

    softmax({ x }) {
      rowSizes('softmax', 'x', x.shape)
      return evaluate(tf, () => tf.softmax(enter(tf, x)))
    },

    quadraticCost({ y, t }) {
      rowPairSizes('quadraticCost', 'y', y.shape, 't', t.shape)
      return evaluate(tf, () => squares(enter(tf, y), enter(tf, t)))
    },

    quadraticCostGradient({ y, t }) {
      rowPairSizes('quadraticCostGradient', 'y', y.shape, 't', t.shape)
      return evaluate(tf, () => {
        const target = enter(tf, t)
        return tf.grad((output) => squares(output, target))(enter(tf, y))
      })
    },

    softmaxCrossEntropy({ x, t }) {
      rowPairSizes('softmaxCrossEntropy', 'x', x.shape, 't', t.shape)
      return evaluate(tf, () => entropy(enter(tf, x), enter(tf, t)))
    },

    softmaxCrossEntropyGradient({ x, t }) {
      rowPairSizes('softmaxCrossEntropyGradient', 'x', x.shape, 't', t.shape)
      refuseImproperTargets(t)
      return evaluate(tf, () => {
        const target = enter(tf, t)
        return tf.grad((logits) => entropy(logits, target))(enter(tf, x))
      })
    },
  }
}

/**
 * tfjs on softmaxCrossEntropy: "All that is required is that each row of labels is a valid probability distribution. If they
 * are not, the computation of the gradient will be incorrect." A row of K rounded float32 numbers sums to 1 within K·2⁻²⁴.
 */
function refuseImproperTargets(t: Tensor): void {
  const K = t.shape[1]!
  for (let n = 0; n < t.shape[0]!; n++) {
    const row = Array.from(t.data.subarray(n * K, (n + 1) * K))
    const sum = row.reduce((total, label) => total + label, 0)
    if (row.some((label) => label < 0) || !(Math.abs(sum - 1) <= K * 2 ** -24)) {
      throw new Unsupported(
        `softmaxCrossEntropyGradient: tfjs documents its gradient for targets that are a probability distribution; row ${n} sums to ${sum}`,
      )
    }
  }
}
