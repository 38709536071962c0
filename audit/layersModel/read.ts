/**
 * A network in TensorFlow.js' own format as a list of nodes in the terms of ONNX, in which layouts are the contract's, so that
 * what judges the nodes of an ONNX model judges these:
 *
 *   Conv2D       Conv, SAME_UPPER or no padding; (R,S,C,M) → (M,C,R,S)
 *   Activation   Identity, Relu, Sigmoid, Tanh
 *   Add          Add, of two
 *   Concatenate  Concat of the channels
 *   UpSampling2D Upsample by whole factors, nearest
 */
import { sizeOf } from '../../reference/tensor.ts'
import type { AttributeValue, Value } from '../onnxModel/node.ts'
import { type Model, ModelError, type ModelNode } from '../onnxModel/read.ts'
import { hwioToOihw } from '../target/layout.ts'
import { ELEMENT } from '../target/onnx/schema.ts'
import type { LayersFiles } from '../target/tfjs/layersModel.ts'
import { type Layer, type LayersJson, parseLayersJson } from './format.ts'

export interface LayersModel {
  readonly model: Model
  /** The same as tfjs takes it. */
  readonly files: LayersFiles
}

/** `file` gives the bytes of the weights by the name that model.json has for them. Throws ModelError. */
export function readLayersModel(json: string, file: (path: string) => Uint8Array): LayersModel {
  const parsed = parseLayersJson(json)
  const specs = parsed.weightsManifest.flatMap(({ weights }) => weights)
  const bytes = Buffer.concat(parsed.weightsManifest.flatMap(({ paths }) => paths.map(file)))
  const needed = 4 * specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  if (bytes.length !== needed)
    throw new ModelError(
      `the weights are ${bytes.length} bytes, ${needed} are expected; the file is cut off or of another model`,
    )
  const weights = new Map<string, Value>()
  let at = 0
  for (const { name, shape } of specs) {
    const size = 4 * sizeOf(shape)
    weights.set(name, { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(at, at + size)).buffer) })
    at += size
  }
  return {
    model: modelOf(parsed, weights),
    files: { topology: parsed.topology, weightSpecs: specs, weights: bytes },
  }
}

function modelOf({ modelTopology }: LayersJson, weights: ReadonlyMap<string, Value>): Model {
  const { layers, input_layers: inputs, output_layers: outputs } = modelTopology.model_config.config
  const constants = new Map<string, Value>()
  const given = new Set<string>()
  const nodes: ModelNode[] = []
  for (const layer of layers) {
    const { name } = layer.config
    // By the one name tfjs finds a layer, by the other its weights; where they differ it waits for ever.
    if (layer.name !== name)
      throw new ModelError(`the layer ${layer.name} is ${name} in its config; the names must agree: download it again`)
    if (layer.class_name !== 'InputLayer') nodes.push(nodeOf(layer, given, weights, constants))
    given.add(name)
  }
  const [input, output] = [inputs[0]![0], outputs[0]![0]]
  const source = layers.find((layer) => layer.class_name === 'InputLayer' && layer.config.name === input)
  if (source?.class_name !== 'InputLayer') throw new ModelError(`no layer is the input ${input}; download it again`)
  if (!given.has(output)) throw new ModelError(`no layer gives the output ${output}; download it again`)
  const [n, h, w, c] = source.config.batch_input_shape.map((extent) => extent ?? '')
  return {
    opset: 9,
    nodes,
    constants,
    inputs: [{ name: input, type: ELEMENT.float32, shape: [n!, c!, h!, w!] }],
    outputs: [output],
  }
}

/** Adds the parameters of the layer to `constants`. */
function nodeOf(
  layer: Exclude<Layer, { class_name: 'InputLayer' }>,
  given: ReadonlySet<string>,
  weights: ReadonlyMap<string, Value>,
  constants: Map<string, Value>,
): ModelNode {
  const { name } = layer.config
  const taken = layer.inbound_nodes.flatMap((calls) => calls.map(([from]) => from))
  const missing = taken.find((from) => !given.has(from))
  const fits =
    layer.class_name === 'Add' ? taken.length === 2 : taken.length === 1 || layer.class_name === 'Concatenate'
  if (missing !== undefined || taken.length === 0 || !fits)
    throw new ModelError(
      `${name} (${layer.class_name}) takes ${JSON.stringify(taken)}; each must stand before it, two for Add, one for other layers but Concatenate`,
    )
  const parameter = (what: string, change: (value: Value) => Value = (value) => value): string => {
    const value = weights.get(`${name}/${what}`)
    if (!value) throw new ModelError(`there are no weights ${name}/${what}; the files are not of one model`)
    constants.set(`${name}/${what}`, change(value))
    return `${name}/${what}`
  }
  const node = (
    opType: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
    more: readonly string[] = [],
  ): ModelNode => ({
    name,
    opType,
    domain: '',
    inputs: [...taken, ...more],
    outputs: [name],
    attributes,
    unread: [],
  })
  switch (layer.class_name) {
    case 'Conv2D': {
      const { kernel_size, strides, dilation_rate: dilations, padding, use_bias } = layer.config
      const auto_pad = padding === 'same' ? 'SAME_UPPER' : 'VALID'
      const parameters = [parameter('kernel', hwioToOihw), ...(use_bias ? [parameter('bias')] : [])]
      return node('Conv', { kernel_shape: kernel_size, strides, dilations, auto_pad }, parameters)
    }
    case 'Activation':
      return node(activations[layer.config.activation])
    case 'Add':
      return node('Add')
    case 'Concatenate':
      return node('Concat', { axis: 1 })
    case 'UpSampling2D':
      return node('Upsample', { mode: 'nearest', scales: [1, 1, ...layer.config.size] })
  }
}

const activations = { linear: 'Identity', relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const
