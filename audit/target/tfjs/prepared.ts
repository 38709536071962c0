/**
 * TensorFlow.js, one thread (its WebAssembly package has threads in browsers alone): NHWC tensors are made once, kernels run
 * synchronously, and results stay in the backend's memory and are disposed of. Gradients that tfjs reaches by tf.grad alone are
 * left out: it would run the layer as well.
 */
import { convTranspose2dSizes } from '../../../reference/shape/convolution.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { nchwToNhwc, nhwcToNchw, transpose } from '../layout.ts'
import { byForm, type Forms, type Prepare } from '../prepared.ts'
import { start } from '../tfjs.ts'
import { enter, type Tf, type TfTensor } from './bridge.ts'
import { type Held, heldConv2d, heldTransposed } from './convolution.ts'
import { averaging, pooled } from './pooling.ts'

export async function prepareTfjs(backend: 'cpu' | 'wasm'): Promise<Prepare> {
  const tf = await start(backend)
  const forms = formsOf(tf)
  return (asked) => {
    const { call, own } = byForm(`tfjs-${backend}`, forms, asked)
    return {
      run: () => call().dispose(),
      result: () => {
        const y = call()
        const t = { shape: y.shape, data: Float32Array.from(y.dataSync()) }
        y.dispose()
        return y.rank === 4 ? nhwcToNchw(t) : t
      },
      close: () => {
        for (const tensor of own) tensor?.dispose()
      },
    }
  }
}

function formsOf(tf: Tf): Forms<Held> {
  const overImage = (x: Tensor, f: (x: TfTensor) => TfTensor): Held => {
    const data = enter(tf, x.shape.length === 4 ? nchwToNhwc(x) : x)
    return { call: () => f(data), own: [data] }
  }
  return {
    conv2d: (operands, a) => heldConv2d(tf, operands, a),
    convTranspose2d: (operands, a) => {
      const { H, W } = convTranspose2dSizes(operands.x.shape, operands.w.shape, operands.b?.shape, a)
      return heldTransposed(tf, 'convTranspose2d', operands, [H, W], a)
    },
    conv2dInputGradient: ({ dy, w }, a) => heldTransposed(tf, 'conv2dInputGradient', { x: dy, w }, a.inputSize, a),
    maxPool2d: ({ x }, a) => overImage(x, pooled(tf, 'max', 'maxPool2d', x, a)),
    averagePool2d: ({ x }, a) => overImage(x, pooled(tf, 'avg', 'averagePool2d', x, averaging('averagePool2d', a))),
    // As tf.layers.dense calls it, with weights (I,O).
    dense: ({ x, w, b }) => {
      const [data, weights, bias] = [enter(tf, x), enter(tf, transpose(w)), b && enter(tf, b)]
      const call = () => tf.fused.matMul({ a: data, b: weights, ...(bias && { bias }) })
      return { call, own: [data, weights, bias] }
    },
    relu: ({ x }) => overImage(x, (data) => tf.relu(data)),
    softmax: ({ x }) => overImage(x, (data) => tf.softmax(data)),
  }
}
