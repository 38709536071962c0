import { describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { fromWire, toWire } from './wire.ts'

describe('tensors of the pipe protocol', () => {
  it('1 and −2 in float64 are little-endian, in base64', () => {
    // 1 = 0x3ff0…0 and −2 = 0xc00…0, the last byte first.
    const data = Buffer.from('000000000000f03f00000000000000c0', 'hex').toString('base64')
    expect(toWire(tensor([2, 1], [1, -2]))).toEqual({ shape: [2, 1], type: 'float64', data })
    expect(fromWire({ shape: [2, 1], type: 'float64', data })).toEqual(tensor([2, 1], [1, -2]))
  })

  it('1.5 in float32 has four bytes', () => {
    const data = Buffer.from('0000c03f', 'hex').toString('base64')
    expect(toWire(tensor([], [1.5], 'float32'))).toEqual({ shape: [], type: 'float32', data })
    expect(fromWire({ shape: [], type: 'float32', data })).toEqual(tensor([], [1.5], 'float32'))
  })

  it('the example of PIPE.md is 1 and +∞', () => {
    const data = 'AAAAAAAA8D8AAAAAAADwfw=='
    expect(fromWire({ shape: [1, 2], type: 'float64', data })).toEqual(tensor([1, 2], [1, Infinity]))
  })

  it.each(['float32', 'float64'] as const)('NaN, ±∞, −0 and subnormals arrive as they left: %s', (precision) => {
    const tiny = precision === 'float32' ? 2 ** -149 : 2 ** -1074
    const values = [Number.NaN, Infinity, -Infinity, -0, 0, tiny, -3 * tiny]
    const arrived = fromWire(toWire(tensor([7], values, precision)))
    expect([...arrived.data]).toEqual(values)
  })

  it('a view into a larger buffer is sent from its own start', () => {
    const data = new Float64Array([9, 9, 1, 2, 9]).subarray(2, 4)
    expect(fromWire(toWire({ shape: [2], data }))).toEqual(tensor([2], [1, 2]))
  })

  it.each([
    ['too few numbers', [3], toWire(tensor([2], [1, 2])).data, '3 numbers, 24 bytes, and its data holds 16 bytes'],
    ['too many numbers', [1], toWire(tensor([2], [1, 2])).data, '1 numbers, 8 bytes, and its data holds 16 bytes'],
    ['half a number', [1], Buffer.alloc(7).toString('base64'), '8 bytes, and its data holds 7 bytes'],
    ['what is no base64', [1], 'AAAA\nAAAA AAA=', 'in 14 characters of base64'],
  ])('refuses %s', (_, shape, data, message) => {
    expect(() => fromWire({ shape, type: 'float64', data })).toThrow(message)
  })
})
