/**
 * model.json of a network in TensorFlow.js' own format, 'layers-model': what of it is read, and nothing else is let through.
 * Source: the doc comments of tf.io.ModelJSON and of the layers in @tensorflow/tfjs-layers 4.22.
 */
import { z } from 'zod'
import { ModelError } from '../onnxModel/read.ts'

const pair = z.tuple([z.int().min(1), z.int().min(1)])
const named = { name: z.string().min(1) }
const last = z.literal('channels_last')

const configs = {
  InputLayer: z.object({ ...named, batch_input_shape: z.array(z.int().nullable()).length(4) }),
  Conv2D: z.object({
    ...named,
    kernel_size: pair,
    strides: pair,
    dilation_rate: pair,
    padding: z.enum(['same', 'valid']),
    data_format: last,
    groups: z.literal(1).default(1),
    activation: z.literal('linear'),
    use_bias: z.boolean(),
  }),
  Activation: z.object({ ...named, activation: z.enum(['linear', 'relu', 'sigmoid', 'tanh']) }),
  Add: z.object(named),
  // The last axis of four are the channels.
  Concatenate: z.object({ ...named, axis: z.union([z.literal(3), z.literal(-1)]) }),
  UpSampling2D: z.object({ ...named, size: pair, data_format: last, interpolation: z.literal('nearest') }),
} as const

const inbound = z.array(z.array(z.tuple([z.string(), z.literal(0), z.literal(0)], z.unknown()))).max(1)
const layerOf = <C extends keyof typeof configs>(className: C) =>
  z.object({ class_name: z.literal(className), ...named, config: configs[className], inbound_nodes: inbound })

const layer = z.discriminatedUnion('class_name', [
  layerOf('InputLayer'),
  layerOf('Conv2D'),
  layerOf('Activation'),
  layerOf('Add'),
  layerOf('Concatenate'),
  layerOf('UpSampling2D'),
])

const ends = z.array(z.tuple([z.string(), z.literal(0), z.literal(0)])).length(1)

const modelJson = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.looseObject({
    model_config: z.object({
      class_name: z.enum(['Functional', 'Model']),
      config: z.object({ layers: z.array(layer).min(1), input_layers: ends, output_layers: ends }),
    }),
  }),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string()).min(1),
        weights: z.array(
          z.object({
            name: z.string(),
            shape: z.array(z.int().min(1)),
            dtype: z.literal('float32'),
            quantization: z.undefined().optional(),
          }),
        ),
      }),
    )
    .min(1),
})

export interface LayersJson extends z.infer<typeof modelJson> {
  /** modelTopology with all that the file has, as tfjs takes it. */
  readonly topology: object
}
export type Layer = z.infer<typeof layer>

/** Throws ModelError that names the place, what stands there and what is read. */
export function parseLayersJson(text: string): LayersJson {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new ModelError(`it is no JSON (${error instanceof Error ? error.message : String(error)}); download it again`)
  }
  const checked = modelJson.safeParse(json)
  if (checked.success) return { ...checked.data, topology: Object(Reflect.get(Object(json), 'modelTopology')) }
  const { path, message } = checked.error.issues[0]!
  const found = path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), json)
  throw new ModelError(
    `${path.join('.') || 'the file'} is ${JSON.stringify(found) ?? 'missing'}: ${message}; ` +
      `layers that are read: ${Object.keys(configs).join(', ')}, in NHWC, float32, one input and one output`,
  )
}
