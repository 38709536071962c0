/**
 * A network in the format of TensorFlow.js, as its users load it (tf.loadLayersModel), layer by layer. Each layer is the
 * object that tfjs itself made of the file, so that what it makes of padding='same' and of layouts is held as well.
 */
import type { Tensor } from '../../../reference/tensor.ts'
import { nchwToNhwc, nhwcToNchw } from '../layout.ts'
import { packageVersion } from '../packageVersion.ts'
import { start } from '../tfjs.ts'
import { enter, evaluate, rank4, type TfTensor } from './bridge.ts'

/** What the files of a network hold: the topology of model.json, and its weights one after the other. */
export interface LayersFiles {
  readonly topology: object
  readonly weightSpecs: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly dtype: 'float32'
  }[]
  readonly weights: Uint8Array
}

export interface LayersRunner {
  readonly version: string
  /** The layer of that name on data in NCHW, or the network from end to end where none is named. */
  run(layer: string | undefined, inputs: readonly Tensor[]): Tensor | Promise<Tensor>
}

export async function layersRunner(backend: 'cpu' | 'wasm', files: LayersFiles): Promise<LayersRunner> {
  const tf = await start(backend)
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: files.topology,
      weightSpecs: files.weightSpecs.map((spec) => ({ ...spec, shape: [...spec.shape] })),
      weightData: Uint8Array.from(files.weights).buffer,
    }),
  )
  return {
    version: packageVersion('@tensorflow/tfjs'),
    run(layer, inputs) {
      const call = (given: TfTensor[]): TfTensor => {
        const one = given.length === 1 ? given[0]! : given
        const result = layer === undefined ? model.predict(one) : model.getLayer(layer).apply(one)
        if (result instanceof tf.Tensor) return rank4(result)
        throw new Error(`${layer ?? 'the network'} gives no single tensor`)
      }
      return nhwcToNchw(evaluate(tf, () => call(inputs.map((x) => enter(tf, nchwToNhwc(x))))))
    },
  }
}
