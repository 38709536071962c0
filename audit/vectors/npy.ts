/**
 * NumPy's .npy: a magic string, a version, a header that is a Python literal, and the numbers.
 *
 *   \x93NUMPY 1 0 <length> {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
 *
 * Versions 1, 2 and 3 are read, in both orders of axes and both orders of bytes; version 1, row-major and little-endian is
 * written. Source: numpy.lib.format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
import { shapeText, sizeOf, type Tensor } from '../../reference/tensor.ts'
import { permute } from '../target/layout.ts'

/** A file that cannot be read; the message says what is wrong and, behind a semicolon, the mend. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const MAGIC = '\x93NUMPY'
/** The header ends where the numbers are aligned for every type. */
const ALIGNMENT = 64

export function writeNpy({ shape, data }: Tensor): Uint8Array {
  const descr = data instanceof Float32Array ? '<f4' : '<f8'
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  const before = MAGIC.length + 4
  const padded = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT - before
  const bytes = new Uint8Array(before + padded + data.byteLength)
  const view = new DataView(bytes.buffer)
  bytes.set(Buffer.from(MAGIC, 'latin1'))
  bytes.set([1, 0], MAGIC.length)
  view.setUint16(MAGIC.length + 2, padded, true)
  bytes.set(Buffer.from(`${header.padEnd(padded - 1)}\n`, 'latin1'), before)
  const width = data.BYTES_PER_ELEMENT
  for (let i = 0; i < data.length; i++) {
    const at = before + padded + i * width
    if (width === 4) view.setFloat32(at, data[i]!, true)
    else view.setFloat64(at, data[i]!, true)
  }
  return bytes
}

/** Throws Unreadable for anything but float32 and float64 in as many bytes as the shape asks for. */
export function readNpy(bytes: Uint8Array): Tensor {
  const { header, start } = headerOf(bytes)
  const { precision, little } = typeOf(field(header, 'descr', /'descr'\s*:\s*('[^']*'|\[.*?\])/))
  const fortran = field(header, 'fortran_order', /'fortran_order'\s*:\s*(True|False)/) === 'True'
  const shape = shapeOf(field(header, 'shape', /'shape'\s*:\s*\(([^)]*)\)/))
  const width = precision === 'float32' ? 4 : 8
  const [needed, held] = [sizeOf(shape) * width, bytes.length - start]
  if (held !== needed) {
    throw new Unreadable(
      `the .npy says shape ${shapeText(shape)} of ${precision}, ${needed} bytes, and holds ${held}; it is cut off or was not closed: save it again`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, needed)
  const data = precision === 'float32' ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++)
    data[i] = precision === 'float32' ? view.getFloat32(4 * i, little) : view.getFloat64(8 * i, little)
  if (!fortran) return { shape, data }
  // The first axis is contiguous: the numbers are those of the tensor with its axes turned round.
  const turned = { shape: [...shape].reverse(), data }
  return permute(turned, [...shape.keys()].reverse())
}

function headerOf(bytes: Uint8Array): { header: string; start: number } {
  const version = bytes[MAGIC.length]
  if (Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') !== MAGIC || version === undefined)
    throw new Unreadable('it is no .npy file: the magic string is missing; write it with numpy.save')
  if (version < 1 || version > 3)
    throw new Unreadable(`the .npy has format version ${version}; 1, 2 and 3 are known: write it with numpy.save`)
  const wide = version > 1
  const before = MAGIC.length + (wide ? 6 : 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const length = bytes.length < before ? Infinity : wide ? view.getUint32(8, true) : view.getUint16(8, true)
  if (before + length > bytes.length) throw new Unreadable('the header of the .npy is cut off; save it again')
  return { header: Buffer.from(bytes.subarray(before, before + length)).toString('utf8'), start: before + length }
}

function field(header: string, name: string, pattern: RegExp): string {
  const found = pattern.exec(header)?.[1]
  if (found === undefined) throw new Unreadable(`the header of the .npy has no ${name}; write it with numpy.save`)
  return found
}

/** '<f4', '>f8'; '=' is not written into files. */
function typeOf(descr: string): { precision: 'float32' | 'float64'; little: boolean } {
  const [, order, type] = /^'([<>])(f[48])'$/.exec(descr) ?? []
  if (type !== undefined) return { precision: type === 'f4' ? 'float32' : 'float64', little: order === '<' }
  throw new Unreadable(
    `the .npy holds elements of type ${descr}; save float32 or float64, as y.astype(numpy.float32) in the precision of the manifest`,
  )
}

function shapeOf(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim())
  const extents = parts.at(-1) === '' ? parts.slice(0, -1) : parts
  if (extents.every((part) => /^\d+$/.test(part))) return extents.map(Number)
  throw new Unreadable(`the shape of the .npy is (${text}); extents are whole numbers: write it with numpy.save`)
}
