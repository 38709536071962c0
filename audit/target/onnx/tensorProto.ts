/** Tensors in ONNX's form: initializers of a model, values of attributes, and the .pb files of its tests. */
import { shapeText, sizeOf, type Tensor } from '../../../reference/tensor.ts'
import { ELEMENT, type ElementType, TensorProto } from './schema.ts'

/** A tensor; one that is not of floats has its numbers as float64, and `was` then is its type. */
export interface Value extends Tensor {
  readonly was?: string | undefined
}

/** What a decoded TensorProto holds. */
export interface RawTensor {
  readonly name: string
  readonly dims: readonly number[]
  readonly data_type: number
  readonly float_data: readonly number[]
  readonly int32_data: readonly number[]
  readonly int64_data: readonly number[]
  readonly double_data: readonly number[]
  readonly raw_data: Uint8Array
  readonly data_location: number
}

/** A TensorProto that cannot be read; the message names the tensor and the mend. */
class TensorProtoError extends Error {
  override readonly name = 'TensorProtoError'
}

/** raw_data is little-endian whatever the machine; only little-endian machines run Node today. */
export function tensorProto(name: string, { shape, data, was }: Value): object {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `ONNX initializer ${name}: shape ${shapeText(shape)} holds ${sizeOf(shape)}, got ${data.length}`,
    )
  }
  if (was !== undefined && was !== 'int64') throw new TypeError(`ONNX initializer ${name}: ${was} is not written`)
  if (was === 'int64') return { name, dims: shape, data_type: ELEMENT.int64, int64_data: [...data] }
  return {
    name,
    dims: shape,
    data_type: data instanceof Float32Array ? ELEMENT.float32 : ELEMENT.float64,
    raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

/** The bytes of a .pb file. */
export const writeTensorProto = (name: string, value: Tensor): Uint8Array =>
  TensorProto.encode(TensorProto.fromObject(tensorProto(name, value))).finish()

/** Throws TensorProtoError for what is no TensorProto of numbers. */
export function readTensorProto(bytes: Uint8Array): { name: string; value: Value } {
  let raw: RawTensor
  try {
    raw = TensorProto.toObject(TensorProto.decode(bytes), asObject) as RawTensor
  } catch (error) {
    throw new TensorProtoError(`it is no TensorProto (${error instanceof Error ? error.message : String(error)})`)
  }
  return { name: raw.name, value: decodedTensor(raw) }
}

/** How messages become plain objects: every field is there. */
export const asObject = { longs: Number, defaults: true, arrays: true } as const

const typeNames = new Map<number, ElementType>(
  Object.entries(ELEMENT).map(([name, code]) => [code, name as ElementType]),
)

/** Name of an element type; undefined for one that nothing here computes with. */
const elementType = (code: number): ElementType | undefined => typeNames.get(code)

/** Throws TensorProtoError for a tensor of other types, one in another file, and one that holds too few numbers. */
export function decodedTensor(raw: RawTensor): Value {
  const what = `the tensor ${JSON.stringify(raw.name)}`
  const type = elementType(raw.data_type)
  if (type === undefined)
    throw new TensorProtoError(
      `${what} has ONNX's element type ${raw.data_type}; ${Object.keys(ELEMENT).join(', ')} are read`,
    )
  if (raw.data_location !== 0)
    throw new TensorProtoError(`${what} lies in another file; save the model with its data inside`)
  const shape = [...raw.dims]
  const numbers = raw.raw_data.length > 0 ? unpacked(raw.raw_data, type, what) : fieldOf(raw, type)
  if (numbers.length !== sizeOf(shape))
    throw new TensorProtoError(
      `${what} of shape ${shapeText(shape)} needs ${sizeOf(shape)} numbers and holds ${numbers.length}; write it again`,
    )
  if (type === 'float32') return { shape, data: Float32Array.from(numbers) }
  const data = Float64Array.from(numbers)
  return type === 'float64' ? { shape, data } : { shape, data, was: type }
}

function fieldOf(raw: RawTensor, type: ElementType): readonly number[] {
  if (type === 'float32') return raw.float_data
  if (type === 'float64') return raw.double_data
  return type === 'int64' ? raw.int64_data : raw.int32_data
}

const widths: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
}

function unpacked(bytes: Uint8Array, type: ElementType, what: string): number[] {
  const width = widths[type]
  if (bytes.length % width !== 0)
    throw new TensorProtoError(`${what}: ${bytes.length} bytes are no whole number of ${type}; write it again`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const read: Readonly<Record<ElementType, (at: number) => number>> = {
    float32: (at) => view.getFloat32(at, true),
    float64: (at) => view.getFloat64(at, true),
    int64: (at) => Number(view.getBigInt64(at, true)),
    int32: (at) => view.getInt32(at, true),
    int8: (at) => view.getInt8(at),
    uint8: (at) => view.getUint8(at),
    bool: (at) => view.getUint8(at),
  }
  return Array.from({ length: bytes.length / width }, (_, i) => read[type](i * width))
}
