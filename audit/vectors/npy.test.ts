import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { readNpy, writeNpy } from './npy.ts'
import { readNpz, writeNpz } from './npz.ts'

/** A .npy of version 1 with this header, and these bytes as its numbers. */
function npy(header: string, numbers: Uint8Array | Buffer, version = 1): Uint8Array {
  const text = `${header}\n`
  const length = Buffer.alloc(version > 1 ? 4 : 2)
  if (version > 1) length.writeUInt32LE(text.length)
  else length.writeUInt16LE(text.length)
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.from([version, 0]),
    length,
    Buffer.from(text),
    numbers,
  ])
}
const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`
const bytesOf = (data: Float32Array | Float64Array | Int32Array) => Buffer.from(data.buffer)

describe('.npy', () => {
  it('is the magic string, a header padded to 64 bytes, and little-endian numbers', () => {
    const bytes = Buffer.from(writeNpy({ shape: [2], data: Float32Array.of(1, -2) }))
    expect(bytes.length).toBe(128 + 8)
    expect(bytes.subarray(0, 10).toString('hex')).toBe('934e554d505901007600')
    expect(bytes.subarray(10, 128).toString()).toBe(`${header('<f4', '2,').padEnd(117)}\n`)
    expect(bytes.subarray(128).toString('hex')).toBe('0000803f000000c0')
  })

  it.each([[[]], [[3]], [[2, 0]], [[2, 3, 1]]])('shape %j comes back, with NaN, ±∞, −0 and subnormals', (shape) => {
    const values = [Number.NaN, Infinity, -Infinity, -0, 5e-324, 1].slice(
      0,
      shape.reduce((a, b) => a * b, 1),
    )
    const t = tensor(shape, values)
    expect(readNpy(writeNpy(t))).toEqual(t)
  })

  it('a column-major file is turned round', () => {
    const columns = bytesOf(Float64Array.of(1, 4, 2, 5, 3, 6))
    expect(readNpy(npy(header('<f8', '2, 3', 'True'), columns))).toEqual(tensor([2, 3], [1, 2, 3, 4, 5, 6]))
  })

  it('a big-endian file of version 2 is read', () => {
    const big = Buffer.alloc(4)
    big.writeFloatBE(1.5)
    expect(readNpy(npy(header('>f4', '1,'), big, 2))).toEqual(tensor([1], [1.5], 'float32'))
  })

  it.each([
    ['half precision', npy(header('<f2', '1,'), Buffer.alloc(2)), /type '<f2'; save float32 or float64/],
    ['integers', npy(header('<i4', '1,'), bytesOf(Int32Array.of(1))), /type '<i4'/],
    ['records', npy(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`, Buffer.alloc(4)), /type \[/],
    [
      'too few numbers',
      npy(header('<f4', '2, 2'), Buffer.alloc(12)),
      /shape \(2,2\) of float32, 16 bytes, and holds 12/,
    ],
    ['too many numbers', npy(header('<f4', '1,'), Buffer.alloc(8)), /4 bytes, and holds 8/],
    ['a negative extent', npy(header('<f4', '-1,'), Buffer.alloc(4)), /the shape of the .npy is \(-1,\)/],
    ['no shape', npy(`{'descr': '<f4', 'fortran_order': False, }`, Buffer.alloc(4)), /has no shape/],
    ['another version', npy(header('<f4', '1,'), Buffer.alloc(4), 9), /format version 9/],
    ['a header cut off', npy(header('<f4', '1,'), Buffer.alloc(4)).subarray(0, 30), /cut off/],
    ['no .npy at all', Buffer.from('hello'), /magic string/],
    ['nothing', new Uint8Array(), /magic string/],
  ])('%s is refused in one line', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(expect.objectContaining({ name: 'Unreadable' }))
    expect(() => readNpy(bytes)).toThrow(message)
  })
})

describe('.npz', () => {
  it('arrays come back by name, an absent one is left out; the same arrays are the same bytes', () => {
    const x = tensor([2], [1, 2])
    const bytes = writeNpz({ x, b: undefined, y: tensor([], [Number.NaN], 'float32') })
    expect(readNpz(bytes)).toEqual(
      new Map([
        ['x', x],
        ['y', tensor([], [Number.NaN], 'float32')],
      ]),
    )
    expect(writeNpz({ x, y: tensor([], [Number.NaN], 'float32') })).toEqual(bytes)
  })

  it('a cut archive, a flipped bit, and an array that is no .npy are refused, the array by its name', () => {
    const bytes = writeNpz({ x: tensor([2], [1, 2]) })
    expect(() => readNpz(bytes.subarray(0, 100))).toThrow(/no .npz archive that can be read/)
    expect(() => readNpz(zipSync({ 'y.npy': Buffer.from('?') }))).toThrow(/y.npy: it is no .npy file/)
    const flipped = Uint8Array.from(zipSync({ 'x.npy': writeNpy(tensor([2], [1, 2])) }, { level: 0 }))
    flipped[35 + 128] = flipped[35 + 128]! ^ 1
    expect(() => readNpz(flipped)).toThrow(/x.npy: its checksum/)
  })
})
