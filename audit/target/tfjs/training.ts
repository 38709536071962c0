/**
 * One training step of the article's network as tfjs's own users write it: tf.conv2d, pooling, matMul, tf.variableGrads and
 * momentum, in NHWC. For benchmarks: tensors stay in the backend's memory, nothing is copied but images and cost. The layers API,
 * model.trainOnBatch, takes as long: 0.83 s of a core a step of 32 images, 0.86 this way, nearly all of it in Conv2DBackpropFilter.
 */
import { shapeText } from '../../../reference/tensor.ts'
import { packageVersion } from '../packageVersion.ts'
import { start } from '../tfjs.ts'
import { rank2, rank4, type TfTensor } from './bridge.ts'

/** Kernels of the derivatives that the network needs, as tfjs-core names them. */
const GRADIENT_KERNELS = {
  mean: ['Conv2DBackpropInput', 'Conv2DBackpropFilter', 'AvgPoolGrad'],
  max: ['Conv2DBackpropInput', 'Conv2DBackpropFilter', 'MaxPoolGrad'],
} as const

export interface TrainingPeer {
  readonly version: string
  /** Kernels that the backend lacks; when there are any, `step` throws. */
  readonly missing: readonly string[]
  /** x (N,28,28,1), t (N,10); returns the cost a sample before the step. */
  step(x: Float32Array, t: Float32Array): number
}

export async function tfjsTraining(
  backend: 'cpu' | 'wasm',
  build: 'node' | 'es2017',
  variant: 'mean' | 'max',
  rate: number,
  momentum: number,
): Promise<TrainingPeer> {
  const tf = await start(backend, build)
  const drawn = (...shape: number[]) =>
    tf.variable(tf.randomUniform(shape, -0.1, 0.1, 'float32', shape.length + shape[0]!))
  const [w1, b1, w2, b2] = [drawn(5, 5, 1, 4), drawn(4), drawn(5, 5, 4, 12), drawn(12)]
  const [w3, b3, w4, b4] = [drawn(192, 40), drawn(40), drawn(40, 10), drawn(10)]
  const optimizer = tf.train.momentum(rate, momentum)
  const f = variant === 'mean' ? tf.sigmoid : tf.relu
  const pool = (y: TfTensor) =>
    variant === 'mean' ? tf.avgPool(rank4(y), 2, 2, 'valid') : tf.maxPool(rank4(y), 2, 2, 'valid')
  return {
    version: `tfjs-${backend} ${packageVersion('@tensorflow/tfjs')} (${build})`,
    missing: GRADIENT_KERNELS[variant].filter((kernel) => tf.getKernel(kernel, backend) === undefined),
    step(xs, ts) {
      const N = ts.length / 10
      if (xs.length !== N * 784)
        throw new RangeError(`tfjsTraining: ${xs.length} pixels for t=${shapeText([N, 10])}; give 784 an image`)
      const x = tf.tensor4d(xs, [N, 28, 28, 1])
      const t = tf.tensor2d(ts, [N, 10])
      const E = optimizer.minimize(() => {
        const first = pool(f(tf.add(tf.conv2d(x, rank4(w1), 1, 'valid'), b1)))
        const second = pool(f(tf.add(tf.conv2d(rank4(first), rank4(w2), 1, 'valid'), b2)))
        const hidden = f(tf.add(tf.matMul(rank2(second.reshape([N, 192])), rank2(w3)), b3))
        const y = tf.add(tf.matMul(rank2(hidden), rank2(w4)), b4)
        const cost =
          variant === 'mean'
            ? tf.squaredDifference(t, tf.sigmoid(y)).sum().mul(0.5)
            : tf.mul(t, tf.logSoftmax(y)).sum().neg()
        return cost.div(N).asScalar()
      }, true)
      const cost = E?.dataSync()[0] ?? Number.NaN
      tf.dispose([x, t, ...(E ? [E] : [])])
      return cost
    },
  }
}
