/**
 * An ONNX model, as the bytes of its file; most have one node. Whether a shape is written down is the caller's choice: left
 * out, one session serves every shape; given, the runtime may plan for it.
 */
import type { Precision } from '../../../reference/tensor.ts'
import { ATTRIBUTE, ELEMENT, ModelProto } from './schema.ts'
import { type Value as TensorValue, tensorProto } from './tensorProto.ts'

/** A number is an int unless it is wrapped: ONNX tells `1` and `1.0` apart, JavaScript does not. */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly tensor: TensorValue }

export interface Value {
  readonly name: string
  readonly precision: Precision
  /** Extents; null where any extent will do. An absent shape leaves even the rank open. */
  readonly shape?: readonly (number | null)[]
}

export interface OneNode {
  readonly opType: string
  /** What is fed at run time, in the order the node takes it. */
  readonly inputs: readonly Value[]
  /** What is part of the model, after the inputs in the order the node takes it: weights, as models ship them. */
  readonly initializers?: readonly { readonly name: string; readonly value: TensorValue }[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** Version of the default operator set; it decides what the operator means. */
  readonly opset: number
  /** IR version of the file, where an older one than the usual is enough. */
  readonly irVersion?: number
}

export interface Node {
  readonly opType: string
  readonly name?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

export interface Graph extends Pick<OneNode, 'inputs' | 'initializers' | 'outputs' | 'opset' | 'irVersion'> {
  readonly name: string
  readonly nodes: readonly Node[]
}

/** IR version 10 is the first that every operator set up to 22 may appear in (ONNX, docs/Versioning.md). */
const IR_VERSION = 10

/** The bytes of the model file. The same node gives the same bytes. */
export function oneNodeModel({ opType, attributes, ...graph }: OneNode): Uint8Array {
  const names = (values: readonly { readonly name: string }[] = []): string[] => values.map(({ name }) => name)
  const inputs = [...names(graph.inputs), ...names(graph.initializers)]
  const node = { opType, name: opType, inputs, outputs: names(graph.outputs), attributes }
  return graphModel({ ...graph, name: opType, nodes: [node] })
}

/** The bytes of a model of several nodes, in an order in which each finds its inputs computed. */
export function graphModel({
  name,
  nodes,
  inputs,
  initializers = [],
  outputs,
  opset,
  irVersion = IR_VERSION,
}: Graph): Uint8Array {
  const model = {
    ir_version: irVersion,
    producer_name: 'cnn-oracle',
    opset_import: [{ domain: '', version: opset }],
    graph: {
      name,
      node: nodes.map((node) => ({
        name: node.name ?? '',
        op_type: node.opType,
        input: node.inputs,
        output: node.outputs,
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attribute(name, value)),
      })),
      initializer: initializers.map(({ name, value }) => tensorProto(name, value)),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  }
  return ModelProto.encode(ModelProto.fromObject(model)).finish()
}

function attribute(name: string, value: AttributeValue): object {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: whole(name, value) }
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: new TextEncoder().encode(value) }
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float }
  if ('tensor' in value) return { name, type: ATTRIBUTE.tensor, t: tensorProto(name, value.tensor) }
  return { name, type: ATTRIBUTE.ints, ints: value.map((v) => whole(name, v)) }
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new TypeError(`ONNX attribute ${name}=${value} is an int; write { float: ${value} } for a float`)
}

function valueInfo({ name, precision, shape }: Value): object {
  const tensorType = {
    elem_type: ELEMENT[precision],
    ...(shape && { shape: { dim: shape.map((extent) => (extent === null ? {} : { dim_value: extent })) } }),
  }
  return { name, type: { tensor_type: tensorType } }
}
