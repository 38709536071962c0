import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { tensor } from '../../reference/tensor.ts'
import { type Graph, graphModel } from '../target/onnx/model.ts'
import { writeTensorProto } from '../target/onnx/tensorProto.ts'
import { writeNpy } from '../vectors/npy.ts'
import { feedsOf } from './feeds.ts'
import { ModelError, readModel } from './read.ts'

const graph: Graph = {
  name: 'g',
  opset: 13,
  inputs: [{ name: 'x', precision: 'float32', shape: [null, 2] }],
  initializers: [{ name: 'w', value: tensor([2], [3, 4], 'float32') }],
  nodes: [
    {
      opType: 'Constant',
      inputs: [],
      outputs: ['k'],
      attributes: { value: { tensor: tensor([1], [0.5], 'float32') } },
    },
    { opType: 'Constant', inputs: [], outputs: ['n'], attributes: { value_ints: [1, 2] } },
    { opType: 'Mul', inputs: ['x', 'w'], outputs: ['m'] },
    { opType: 'Clip', name: 'limit', inputs: ['m', '', 'k'], outputs: ['y'] },
  ],
  outputs: [{ name: 'y', precision: 'float32' }],
}
const bytes = graphModel(graph)

describe('readModel', () => {
  it('nodes without constants, a name for each, inputs left out as they are', () => {
    const { opset, nodes, constants, inputs, outputs } = readModel(bytes)
    expect([opset, outputs]).toEqual([13, ['y']])
    expect(nodes.map(({ name, inputs: taken }) => [name, taken])).toEqual([
      ['Mul#2', ['x', 'w']],
      ['limit', ['m', '', 'k']],
    ])
    expect(inputs).toEqual([{ name: 'x', type: 1, shape: ['', 2] }])
    expect([...constants.keys()]).toEqual(['w', 'k', 'n'])
    expect(constants.get('n')).toEqual({ shape: [2], data: Float64Array.of(1, 2), was: 'int64' })
  })

  it('an initializer that is an input as well, as before IR version 4, is not fed', () => {
    const old = { ...graph, inputs: [...graph.inputs, { name: 'w', precision: 'float32' as const, shape: [2] }] }
    expect(readModel(graphModel(old)).inputs.map(({ name }) => name)).toEqual(['x'])
  })

  it('a file cut off anywhere is refused in one line', () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => readModel(bytes.subarray(0, length))
      expect(cut, `${length} bytes`).toThrow(ModelError)
      expect(cut, `${length} bytes`).toThrow(/^[^\n]*; [^\n]*$/)
    }
  })

  it('what is no model is refused, and a node whose input nothing gives', () => {
    expect(() => readModel(Buffer.from('PK\x03\x04 not a model at all'))).toThrow(ModelError)
    const [, , mul, clip] = graph.nodes
    expect(() => readModel(graphModel({ ...graph, nodes: [mul!, clip!] }))).toThrow(
      'limit (Clip) takes "k", which nothing',
    )
    expect(() => readModel(graphModel({ ...graph, outputs: [{ name: 'z', precision: 'float32' }] }))).toThrow(
      'the output "z"',
    )
  })

  it('damage of single bytes never ends in anything but a model or a ModelError', () => {
    let refused = 0
    for (let i = 0; i < bytes.length; i++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Uint8Array.from(bytes, (byte, at) => (at === i ? byte ^ flip : byte))
        try {
          readModel(damaged)
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError)
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(bytes.length)
  })
})

describe('feedsOf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'feeds-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const model = { ...readModel(bytes), inputs: [{ name: 'x', type: 1, shape: ['rows', 2] as const }] }
  const feed = (files: string[], dims: [string, number][] = [], seed = 1) =>
    feedsOf(model, { files, dims: new Map(dims), seed }).get('x')!

  it('draws by seed, sizes left open are 1 or given', () => {
    expect(feed([]).shape).toEqual([1, 2])
    expect(feed([], [['rows', 3]]).shape).toEqual([3, 2])
    expect(feed([], [], 5)).toEqual(feed([], [], 5))
    expect(feed([], [], 5)).not.toEqual(feed([], [], 6))
    expect(() => feed([], [['columns', 3]])).toThrow('--dim columns: the model leaves open rows')
  })

  it('reads .npy and .pb, with the name of the input or without', () => {
    const x = tensor([2, 2], [1, 2, 3, 4], 'float32')
    writeFileSync(join(folder, 'x.npy'), writeNpy(x))
    writeFileSync(join(folder, 'x.pb'), writeTensorProto('x', x))
    expect(feed([join(folder, 'x.npy')])).toEqual(x)
    expect(feed([`x=${join(folder, 'x.pb')}`])).toEqual(x)
  })

  it('refuses a file of another shape or type, one that is cut off, and one that is not there', () => {
    const path = (name: string, data: Uint8Array): string => {
      writeFileSync(join(folder, name), data)
      return join(folder, name)
    }
    const npy = writeNpy(tensor([1, 2], [1, 2], 'float32'))
    expect(() => feed([path('s.npy', writeNpy(tensor([2], [1, 2], 'float32')))])).toThrow(
      'shape (2), the input x has (rows,2)',
    )
    expect(() => feed([path('t.npy', writeNpy(tensor([1, 2], [1, 2])))])).toThrow(
      'it holds float64, the input x is float32',
    )
    expect(() => feed([path('c.npy', npy.subarray(0, npy.length - 1))])).toThrow(ModelError)
    expect(() => feed([join(folder, 'none.npy')])).toThrow(/cannot be read.*ENOENT/)
  })
})
