/**
 * Tensors as the pipe protocol writes them: shape, element type, and the numbers in base64.
 *
 *   { "shape": [2, 2], "type": "float64", "data": "AAAAAAAA8D8…" }
 *
 * data holds the numbers in row-major order, each little-endian, 4 bytes a float32 and 8 a float64, so that NaN, ±∞, −0 and
 * subnormals arrive as they left; JSON's own numbers have no NaN and no ∞. Padded base64 of RFC 4648 §4, without line breaks.
 */
import { z } from 'zod'
import { type Precision, shapeText, sizeOf, type Tensor } from '../../reference/tensor.ts'

export const wireTensor = z.object({
  shape: z.array(z.int().nonnegative()),
  type: z.enum(['float32', 'float64']),
  data: z.string(),
})
export type WireTensor = z.infer<typeof wireTensor>

const bytesOf: Readonly<Record<Precision, number>> = { float32: 4, float64: 8 }

/** A view into a larger buffer is sent from its own start. */
export function toWire({ shape, data }: Tensor): WireTensor {
  const type = data instanceof Float32Array ? 'float32' : 'float64'
  const bytes = new DataView(new ArrayBuffer(data.length * bytesOf[type]))
  if (type === 'float32') for (let i = 0; i < data.length; i++) bytes.setFloat32(4 * i, data[i]!, true)
  else for (let i = 0; i < data.length; i++) bytes.setFloat64(8 * i, data[i]!, true)
  return { shape: [...shape], type, data: Buffer.from(bytes.buffer).toString('base64') }
}

/** Throws RangeError, with both counts, where data is not as long as shape and type say. */
export function fromWire({ shape, type, data }: WireTensor): Tensor {
  const needed = sizeOf(shape) * bytesOf[type]
  const decoded = Buffer.from(data, 'base64')
  // Node skips what is no base64 instead of refusing it; then the text is longer than its bytes need.
  if (decoded.length !== needed || data.length !== 4 * Math.ceil(needed / 3)) {
    throw new RangeError(
      `shape ${shapeText(shape)} of ${type} is ${sizeOf(shape)} numbers, ${needed} bytes, ` +
        `and its data holds ${decoded.length} bytes in ${data.length} characters of base64`,
    )
  }
  const bytes = new DataView(decoded.buffer, decoded.byteOffset, decoded.length)
  if (type === 'float32')
    return { shape, data: numbers(new Float32Array(sizeOf(shape)), (i) => bytes.getFloat32(4 * i, true)) }
  return { shape, data: numbers(new Float64Array(sizeOf(shape)), (i) => bytes.getFloat64(8 * i, true)) }
}

function numbers<A extends Float32Array | Float64Array>(array: A, at: (i: number) => number): A {
  for (let i = 0; i < array.length; i++) array[i] = at(i)
  return array
}
