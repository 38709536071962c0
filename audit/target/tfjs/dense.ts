/**
 * F19 and F12 through tf.matMul and its automatic derivatives. Three ways: weights turned to (I,O) first, as
 * tf.layers keeps them; weights as they are with transposeB; tf.fused.matMul, which adds the bias itself.
 */
import type { Operators } from '../../../reference/contract.ts'
import {
  denseBiasGradientShape,
  denseInputGradientSizes,
  denseSizes,
  denseWeightGradientSizes,
} from '../../../reference/shape/dense.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { transpose } from '../layout.ts'
import { enter, evaluate, rank2, type Tf, type TfTensor, zeros } from './bridge.ts'

export type DenseWay = 'matMul' | 'transposeB' | 'fused'
type Dense = Pick<Operators, 'dense' | 'denseInputGradient' | 'denseWeightGradient' | 'denseBiasGradient'>

export function denseLayer(tf: Tf, way: DenseWay): Dense {
  const keepsRows = way === 'transposeB'
  const enterWeights = (w: Tensor): TfTensor => enter(tf, keepsRows ? w : transpose(w))
  const layer = (x: TfTensor, w: TfTensor, b?: TfTensor): TfTensor => {
    if (way === 'fused') return tf.fused.matMul({ a: x, b: w, ...(b === undefined ? {} : { bias: b }) })
    const y = tf.matMul(rank2(x), rank2(w), false, keepsRows)
    return b === undefined ? y : tf.add(y, b)
  }
  return {
    dense({ x, w, b }) {
      denseSizes(x.shape, w.shape, b?.shape)
      return evaluate(tf, () => layer(enter(tf, x), enterWeights(w), b === undefined ? undefined : enter(tf, b)))
    },
    denseInputGradient({ dy, w }) {
      const { N, I } = denseInputGradientSizes(dy.shape, w.shape)
      return evaluate(tf, () => {
        const weights = enterWeights(w)
        return tf.grad((x) => layer(x, weights))(zeros(tf, [N, I]), enter(tf, dy))
      })
    },
    denseWeightGradient({ x, dy }) {
      const { I, O } = denseWeightGradientSizes(x.shape, dy.shape)
      const dw = evaluate(tf, () => {
        const data = enter(tf, x)
        return tf.grad((w) => layer(data, w))(zeros(tf, keepsRows ? [O, I] : [I, O]), enter(tf, dy))
      })
      return keepsRows ? dw : transpose(dw)
    },
    denseBiasGradient({ dy }) {
      denseBiasGradientShape(dy.shape)
      const [N, O] = [dy.shape[0]!, dy.shape[1]!]
      return evaluate(tf, () => {
        const [x, w] = [zeros(tf, [N, 1]), zeros(tf, keepsRows ? [O, 1] : [1, O])]
        return tf.grad((b) => layer(x, w, b))(zeros(tf, [O]), enter(tf, dy))
      })
    },
  }
}
