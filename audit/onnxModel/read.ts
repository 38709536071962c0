/**
 * An ONNX model as its file has it: nodes in an order in which each finds its inputs, and every constant, whether it is an
 * initializer or a Constant node. Source: https://github.com/onnx/onnx/blob/main/docs/IR.md.
 */
import { ATTRIBUTE, ModelProto } from '../target/onnx/schema.ts'
import { asObject, decodedTensor, type RawTensor } from '../target/onnx/tensorProto.ts'
import { type AttributeValue, Unmapped, type Value } from './node.ts'

/** A model that cannot be read or run; the message is one line that says why and, behind a semicolon, the mend. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
}

export interface ModelNode {
  /** As the model has it, or made up of operator and position where it has none: "Conv#3". */
  readonly name: string
  readonly opType: string
  /** '' is ONNX's own. */
  readonly domain: string
  /** Names of values; '' where an input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** Attributes that are not read here, subgraphs among them. */
  readonly unread: readonly string[]
}

export interface ModelInput {
  readonly name: string
  /** ONNX's code of the element type. */
  readonly type: number
  /** Extents; a name where the model leaves one open, '' where it does not even name it. */
  readonly shape: readonly (number | string)[]
}

export interface Model {
  readonly opset: number
  /** Without Constant nodes. */
  readonly nodes: readonly ModelNode[]
  readonly constants: ReadonlyMap<string, Value>
  /** What is fed. */
  readonly inputs: readonly ModelInput[]
  readonly outputs: readonly string[]
}

interface RawAttribute {
  readonly name: string
  readonly type: number
  readonly f: number
  readonly i: number
  readonly s: Uint8Array
  readonly t: RawTensor | null
  readonly floats: readonly number[]
  readonly ints: readonly number[]
}
interface RawNode {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name: string
  readonly op_type: string
  readonly domain: string
  readonly attribute: readonly RawAttribute[]
}
interface RawDimension {
  readonly dim_value?: number
  readonly dim_param?: string
}
interface RawValueInfo {
  readonly name: string
  readonly type: {
    readonly tensor_type?: { readonly elem_type: number; readonly shape: { dim: RawDimension[] } | null }
  } | null
}
interface RawGraph {
  readonly node: readonly RawNode[]
  readonly initializer: readonly RawTensor[]
  readonly input: readonly RawValueInfo[]
  readonly output: readonly RawValueInfo[]
}

/** Throws ModelError for what is no model, has no node, or has a node whose input nothing gives. */
export function readModel(bytes: Uint8Array): Model {
  const { graph, opset } = decoded(bytes)
  const constants = new Map<string, Value>()
  try {
    for (const raw of graph.initializer) constants.set(raw.name, decodedTensor(raw))
  } catch (error) {
    throw new ModelError(messageOf(error))
  }
  const nodes: ModelNode[] = []
  for (const [i, raw] of graph.node.entries()) {
    const node = nodeOf(raw, i)
    const constant = constantOf(node)
    if (constant) constants.set(node.outputs[0] ?? '', constant)
    else nodes.push(node)
  }
  // Before IR version 4 initializers were inputs as well.
  const inputs = graph.input.filter(({ name }) => !constants.has(name)).map(inputOf)
  const model = { opset, nodes, constants, inputs, outputs: graph.output.map(({ name }) => name) }
  refuseDangling(model)
  return model
}

function decoded(bytes: Uint8Array): { graph: RawGraph; opset: number } {
  let raw: { graph: RawGraph | null; opset_import: readonly { domain: string; version: number }[] }
  try {
    raw = ModelProto.toObject(ModelProto.decode(bytes), asObject) as typeof raw
  } catch (error) {
    throw new ModelError(`it is no ONNX model, or is cut off (${messageOf(error)}); export or download it again`)
  }
  const { graph } = raw
  if (!graph || graph.node.length === 0)
    throw new ModelError(
      'the file has no graph with nodes in it: it is empty, cut off, or no ONNX model; export it again',
    )
  const opset = raw.opset_import.find(({ domain }) => isOwn(domain))?.version
  if (opset === undefined)
    throw new ModelError('the model does not say which operator set it uses (opset_import); export it again')
  return { graph, opset }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isOwn = (domain: string): boolean => domain === '' || domain === 'ai.onnx'

function nodeOf(raw: RawNode, i: number): ModelNode {
  const attributes: Record<string, AttributeValue> = {}
  const unread: string[] = []
  for (const attribute of raw.attribute) {
    const value = attributeOf(attribute)
    if (value === undefined) unread.push(attribute.name)
    else attributes[attribute.name] = value
  }
  const { op_type: opType, input: inputs, output: outputs } = raw
  const domain = isOwn(raw.domain) ? '' : raw.domain
  return { name: raw.name || `${opType}#${i}`, opType, domain, inputs, outputs, attributes, unread }
}

/** undefined for types of attributes that nothing here computes with. */
function attributeOf({ type, f, i, s, t, floats, ints }: RawAttribute): AttributeValue | undefined {
  if (type === ATTRIBUTE.float) return f
  if (type === ATTRIBUTE.int) return i
  if (type === ATTRIBUTE.string) return Buffer.from(s).toString('utf8')
  if (type === ATTRIBUTE.floats) return floats
  if (type === ATTRIBUTE.ints) return ints
  if (type !== ATTRIBUTE.tensor || !t) return undefined
  try {
    return decodedTensor(t)
  } catch (error) {
    throw new ModelError(messageOf(error))
  }
}

/** What a Constant node holds, in the forms that hold numbers. */
function constantOf({ opType, domain, attributes }: ModelNode): Value | undefined {
  if (opType !== 'Constant' || domain !== '') return undefined
  const { value, value_float: float, value_int: int, value_floats: floats, value_ints: ints } = attributes
  if (typeof value === 'object' && 'data' in value) return value
  if (typeof float === 'number') return { shape: [], data: Float32Array.of(float) }
  if (typeof int === 'number') return { shape: [], data: Float64Array.of(int), was: 'int64' }
  if (Array.isArray(floats)) return { shape: [floats.length], data: Float32Array.from(floats) }
  if (Array.isArray(ints)) return { shape: [ints.length], data: Float64Array.from(ints), was: 'int64' }
  return undefined
}

function inputOf({ name, type }: RawValueInfo): ModelInput {
  const tensor = type?.tensor_type
  if (!tensor?.shape)
    throw new ModelError(`the input ${name} is no tensor of a known rank; give it a shape and export again`)
  const shape = tensor.shape.dim.map(({ dim_value: extent, dim_param: named }) => extent || named || '')
  return { name, type: tensor.elem_type, shape }
}

function refuseDangling({ nodes, constants, inputs, outputs }: Model): void {
  const given = new Set([...constants.keys(), ...inputs.map(({ name }) => name)])
  for (const node of nodes) {
    const missing = node.inputs.find((name) => name !== '' && !given.has(name))
    if (missing !== undefined)
      throw new ModelError(
        `${node.name} (${node.opType}) takes ${JSON.stringify(missing)}, which nothing before it gives; the file is damaged or cut off: export it again`,
      )
    for (const name of node.outputs) given.add(name)
  }
  const missing = outputs.find((name) => !given.has(name))
  if (missing !== undefined || outputs.length === 0)
    throw new ModelError(
      `no node gives the output ${JSON.stringify(missing ?? '')}; the file is damaged or cut off: export it again`,
    )
}

/** The node's operator must be ONNX's own, and all of its attributes read. Throws Unmapped. */
export function refuseForeign({ opType, domain, unread }: ModelNode): void {
  if (domain !== '') throw new Unmapped(`${domain}.${opType} is no operator of ONNX's own set`)
  if (unread.length > 0) throw new Unmapped(`its attribute ${unread.join(', ')} is of a type that is not read here`)
}
