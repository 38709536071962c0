/**
 * The idx format of MNIST: two zero bytes, the element type (8: unsigned byte), the number of axes, each extent as a big-endian
 * uint32, then the bytes, last axis fastest. Source: LeCun, Cortes & Burges, The MNIST database.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Data, or a checkpoint, that cannot be used; the message is one line that names the file and the mend. */
export class DataError extends Error {
  override readonly name = 'DataError'
}

export interface Idx {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/** Images (count, 28·28) of bytes and a class each. */
export interface Dataset {
  readonly images: Uint8Array
  readonly labels: Uint8Array
  readonly count: number
}

/** Reads idx bytes. `name` is what messages call them. Throws DataError. */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  if (bytes.length < 4) throw new DataError(`${name}: ${bytes.length} bytes hold no idx header of 4; fetch it again`)
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8)
    throw new DataError(
      `${name}: begins ${[...bytes.subarray(0, 3)].join(' ')}, an idx file of unsigned bytes 0 0 8; give such a file`,
    )
  const axes = bytes[3]!
  const header = 4 + 4 * axes
  if (bytes.length < header)
    throw new DataError(
      `${name}: ${axes} axes need a header of ${header} bytes, there are ${bytes.length}; fetch it again`,
    )
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((a, b) => a * b, 1)
  if (bytes.length !== header + size)
    throw new DataError(
      `${name}: (${shape.join(',')}) needs ${size} bytes after the header, there are ${bytes.length - header}; fetch it again`,
    )
  return { shape, data: bytes.subarray(header) }
}

/** `part` of a folder that holds the four files of MNIST or Fashion-MNIST, compressed with gzip. Throws DataError. */
export function readDataset(folder: string, part: 'train' | 't10k'): Dataset {
  const images = readIdx(join(folder, `${part}-images-idx3-ubyte.gz`))
  const labels = readIdx(join(folder, `${part}-labels-idx1-ubyte.gz`))
  const [count = 0, H, W] = images.shape
  if (images.shape.length !== 3 || H !== 28 || W !== 28 || count === 0)
    throw new DataError(`${folder}: ${part} images are (${images.shape.join(',')}), (N,28,28) is expected`)
  if (labels.shape.length !== 1 || labels.shape[0] !== count)
    throw new DataError(
      `${folder}: ${part} has ${count} images and (${labels.shape.join(',')}) labels; give one an image`,
    )
  const odd = labels.data.findIndex((label) => label > 9)
  if (odd >= 0) throw new DataError(`${folder}: ${part} label ${odd} is ${labels.data[odd]}; classes are 0 to 9`)
  return { images: images.data, labels: labels.data, count }
}

/** The last `held` images apart from those before them: [those before, the last]. Throws DataError where nothing would be left. */
export function holdOut({ images, labels, count }: Dataset, held: number): [learned: Dataset, held: Dataset] {
  const rest = count - held
  if (rest < 1)
    throw new DataError(`--validation ${held} leaves none of ${count} training images; give at most ${count - 1}`)
  const part = (from: number, to: number): Dataset => ({
    images: images.subarray(from * 784, to * 784),
    labels: labels.subarray(from, to),
    count: to - from,
  })
  return [part(0, rest), part(rest, count)]
}

function readIdx(path: string): Idx {
  let bytes: Uint8Array
  try {
    bytes = gunzipSync(readFileSync(path))
  } catch (error) {
    throw new DataError(
      `${path}: ${error instanceof Error ? error.message : String(error)}; give --data a folder with it`,
    )
  }
  return parseIdx(bytes, path)
}
