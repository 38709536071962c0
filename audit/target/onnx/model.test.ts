import { describe, expect, it } from 'vitest'
import { tensor } from '../../../reference/tensor.ts'
import { oneNodeModel } from './model.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** A length-delimited protobuf field: its tag, its length, its bytes. */
const field = (tag: string, content: string): string =>
  tag + (content.length / 2).toString(16).padStart(2, '0') + content
const text = (value: string): string => Buffer.from(value).toString('hex')

describe('oneNodeModel', () => {
  it('writes the bytes that onnx.proto3 prescribes, put together by hand', () => {
    const model = oneNodeModel({
      opType: 'Relu',
      inputs: [{ name: 'x', precision: 'float32', shape: [2, null] }],
      outputs: [{ name: 'y', precision: 'float64' }],
      attributes: { a: 3, b: [1, 2] },
      opset: 22,
    })
    // Tags are field number · 8 + wire type (0 varint, 2 length-delimited); the domain '' is a default, not written.
    const dims = field('0a', '0802') + field('0a', '')
    const input = field('0a', text('x')) + field('12', field('0a', `0801${field('12', dims)}`))
    const output = field('0a', text('y')) + field('12', field('0a', '080b'))
    const a = `${field('0a', text('a'))}1803a00102`
    const b = `${field('0a', text('b'))}${field('42', '0102')}a00107`
    const node =
      field('0a', text('x')) +
      field('12', text('y')) +
      field('1a', text('Relu')) +
      field('22', text('Relu')) +
      field('2a', a) +
      field('2a', b)
    const graph = field('0a', node) + field('12', text('Relu')) + field('5a', input) + field('62', output)
    expect(hex(model)).toBe(`080a${field('12', text('cnn-oracle'))}${field('3a', graph)}${field('42', '1016')}`)
  })

  it('writes an initializer little-endian, from a view into a larger buffer', () => {
    const data = Float32Array.of(9, 1.5, 9).subarray(1, 2)
    const model = oneNodeModel({
      opType: 'Relu',
      inputs: [],
      initializers: [{ name: 'w', value: { shape: [1], data } }],
      outputs: [],
      attributes: {},
      opset: 22,
    })
    const w = `${field('0a', '01')}1001${field('42', text('w'))}${field('4a', '0000c03f')}`
    expect(hex(model)).toContain(field('2a', w))
  })

  it('refuses a fraction as an int, which ONNX would cut silently', () => {
    const node = { opType: 'X', inputs: [], outputs: [], opset: 22 }
    expect(() => oneNodeModel({ ...node, attributes: { alpha: 0.5 } })).toThrow('write { float: 0.5 }')
    expect(() => oneNodeModel({ ...node, attributes: { pads: [1, 0.5] } })).toThrow('pads=0.5')
  })

  it('refuses an initializer whose shape holds another number of elements', () => {
    const value = { ...tensor([2], [1, 2]), shape: [3] }
    const node = { opType: 'X', inputs: [], outputs: [], attributes: {}, opset: 22 }
    expect(() => oneNodeModel({ ...node, initializers: [{ name: 'w', value }] })).toThrow('shape (3) holds 3, got 2')
  })
})
