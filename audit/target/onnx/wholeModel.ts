/**
 * A whole ONNX model in an ONNX runtime, with the values between its nodes where they are asked for. Values that leave the
 * model cannot be fused away: the runtime then runs each node by itself, which it does not do in the model as it is.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { sessionOptions, webRuntime } from '../onnxruntime.ts'
import { packageVersion } from '../packageVersion.ts'
import { ELEMENT, ModelProto } from './schema.ts'
import type { Runtime } from './session.ts'
import type { Value } from './tensorProto.ts'

/** What holds a model: hands out each of its outputs, undefined for one of an element type that is not read here. */
export interface ModelRunner {
  readonly name: string
  readonly version: string | undefined
  run(model: Uint8Array, feeds: ReadonlyMap<string, Value>): Promise<ReadonlyMap<string, Value | undefined>>
}

export const modelRunners: Readonly<Record<string, () => Promise<ModelRunner>>> = {
  'onnxruntime-node': async () => runnerOf('onnxruntime-node', await import('onnxruntime-node'), 'cpu'),
  'onnxruntime-web': async () => runnerOf('onnxruntime-web', await webRuntime(), 'wasm'),
}

/**
 * The model with more outputs. Two protobuf messages one after the other are their union, lists appended, so that
 * everything else in the file stays as it is. Source: https://protobuf.dev/programming-guides/encoding/#last-one-wins.
 */
export function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const more = ModelProto.encode(ModelProto.fromObject({ graph: { output: names.map((name) => ({ name })) } })).finish()
  const bytes = new Uint8Array(model.length + more.length)
  bytes.set(model)
  bytes.set(more, model.length)
  return bytes
}

function runnerOf(name: string, { InferenceSession, Tensor }: Runtime, provider: 'cpu' | 'wasm'): ModelRunner {
  return {
    name,
    version: packageVersion(name),
    async run(model, feeds) {
      const session: InferenceSession = await InferenceSession.create(model, sessionOptions(provider))
      try {
        const given: Record<string, OrtTensor> = {}
        for (const [input, value] of feeds) given[input] = fed(Tensor, value)
        const outputs = await session.run(given)
        return new Map(Object.entries(outputs).map(([output, tensor]) => [output, taken(tensor)]))
      } finally {
        await session.release()
      }
    },
  }
}

function fed(Tensor: Runtime['Tensor'], { shape, data, was }: Value): OrtTensor {
  if (was === 'int64') return new Tensor('int64', BigInt64Array.from(data, BigInt), shape)
  if (was === 'int32') return new Tensor('int32', Int32Array.from(data), shape)
  if (was !== undefined) throw new TypeError(`an input of ${was} is not fed`)
  return data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('float64', data, shape)
}

/** A copy: what the runtime hands out is its own. Integers become float64. */
function taken({ type, data, dims }: OrtTensor): Value | undefined {
  const shape = [...dims]
  if (data instanceof Float32Array) return { shape, data: data.slice() }
  if (data instanceof Float64Array) return { shape, data: data.slice() }
  if (!(type in ELEMENT) || Array.isArray(data)) return undefined
  return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number), was: type }
}
