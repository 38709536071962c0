/** TensorFlow.js with a network of its own format as a contender: a layer is the one that tfjs made of the file. */
import type { Contender } from '../onnxModel/contender.ts'
import type { Model } from '../onnxModel/read.ts'
import type { LayersRunner } from '../target/tfjs/layersModel.ts'

export function layersContender(name: string, { nodes, constants }: Model, runner: LayersRunner): Contender {
  // Parameters stand behind what comes from other layers, and tfjs has them already.
  const taken = new Map(nodes.map((node) => [node.name, node.inputs.filter((input) => !constants.has(input)).length]))
  return {
    name,
    version: runner.version,
    precision: 'float32',
    run: async (layer, { inputs }) =>
      runner.run(
        layer,
        inputs.slice(0, taken.get(layer)).flatMap((input) => input ?? []),
      ),
    whole: async (feed) => runner.run(undefined, [feed]),
  }
}
