/** Pictures as tensors (1,3,H,W) of 0…255, and the other way round; what lies between whole numbers is rounded, beyond 0…255 clipped. */
import { convertIndexedToRgb, type DecodedPng, decode, encode } from 'fast-png'
import { shapeText, type Tensor, type TensorOf } from '../../reference/tensor.ts'

/** A picture that cannot be used; the message is one line with the mend. */
class PictureError extends Error {
  override readonly name = 'PictureError'
}

/** Alpha is dropped, grey becomes three equal channels. Throws PictureError. */
export function readPicture(bytes: Uint8Array): Tensor {
  const png = decoded(bytes)
  const { width: W, height: H } = png
  if (png.depth !== 8) throw new PictureError(`it has ${png.depth} bits a channel; save it with 8`)
  const pixels = png.palette ? convertIndexedToRgb(png) : png.data
  const channels = pixels.length / (W * H)
  const data = new Float32Array(3 * H * W)
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < H * W; i++) data[c * H * W + i] = pixels[i * channels + (channels < 3 ? 0 : c)]!
  return { shape: [1, 3, H, W], data }
}

function decoded(bytes: Uint8Array): DecodedPng {
  try {
    return decode(bytes)
  } catch (error) {
    throw new PictureError(`it is no PNG (${error instanceof Error ? error.message : String(error)}); save it as one`)
  }
}

/** The square of that many pixels in the middle, or the whole where it is smaller. */
export function middle(x: Tensor, size: number): Tensor {
  const [H, W] = [x.shape[2]!, x.shape[3]!]
  const [P, Q] = [Math.min(size, H), Math.min(size, W)]
  const [top, left] = [Math.floor((H - P) / 2), Math.floor((W - Q) / 2)]
  const data = new Float32Array(3 * P * Q)
  for (let c = 0; c < 3; c++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++) data[(c * P + p) * Q + q] = x.data[(c * H + top + p) * W + left + q]!
  return { shape: [1, 3, P, Q], data }
}

export function writePicture(x: TensorOf<number>): Uint8Array {
  const [, C, H, W] = x.shape
  if (x.shape.length !== 4 || C !== 3) throw new PictureError(`a picture is (1,3,H,W), not ${shapeText(x.shape)}`)
  return encode({ width: W!, height: H!, channels: 3, depth: 8, data: pixelsOf(x) })
}

/** H·W·3, channels last. */
function pixelsOf({ shape, data }: TensorOf<number>): Uint8Array {
  const size = shape[2]! * shape[3]!
  // Uint8ClampedArray clips, and rounds halves to even; NaN becomes 0.
  const pixels = new Uint8ClampedArray(3 * size)
  for (let c = 0; c < 3; c++) for (let i = 0; i < size; i++) pixels[i * 3 + c] = data[c * size + i]!
  return new Uint8Array(pixels.buffer)
}

export interface Difference {
  /** |a − b|, times `factor`. */
  readonly picture: Tensor
  /** What makes the largest difference white; 1 where there is none. */
  readonly factor: number
  readonly largest: number
  /** Numbers of the pictures, clipped and rounded, that are not the same. */
  readonly unlike: number
}

/** How two pictures of one shape differ. Where one alone is a number the difference is white. */
export function difference(a: TensorOf<number>, b: TensorOf<number>): Difference {
  const apart = Float64Array.from(a.data, (v, i) => (Object.is(v, b.data[i]) ? 0 : Math.abs(v - b.data[i]!)))
  const largest = apart.reduce((most, d) => (Number.isFinite(d) ? Math.max(most, d) : most), 0)
  const factor = largest > 0 ? 255 / largest : 1
  const data = Float32Array.from(apart, (d) => (Number.isNaN(d) ? 255 : d * factor))
  const [p, q] = [pixelsOf(a), pixelsOf(b)]
  const unlike = p.reduce((count, value, i) => count + (value === q[i] ? 0 : 1), 0)
  return { picture: { shape: a.shape, data }, factor, largest, unlike }
}
