import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layersNetworkJson, layersNetworkWeights } from '../fixtures/layersNetwork.ts'
import type { Implementation } from '../reference/contract.ts'
import { tensor } from '../reference/tensor.ts'
import { Death, usualLimits } from './isolate.ts'
import { readLayersModel } from './layersModel/read.ts'
import { remoteImplementation, remoteLayers, remoteRunner } from './remote.ts'
import { graphModel } from './target/onnx/model.ts'

const folder = mkdtempSync(join(tmpdir(), 'remote-'))
const target = join(folder, 'target.mjs')
writeFileSync(
  target,
  `const plus = ({ x }, by) => ({ shape: x.shape, data: x.data.map((v) => v + by) })
  export default {
    name: 'mine', version: '7', precision: 'float32', numerics: 'winograd',
    operators: {
      relu: (operands) => plus(operands, 1),
      tanh: () => process.exit(3),
      sigmoid: () => { throw Object.assign(new Error('not today'), { name: 'Unsupported' }) },
    },
  }`,
)
const x = tensor([2], [1, -2], 'float32')

describe('an implementation in a process of its own', () => {
  let mine: Implementation
  beforeAll(async () => {
    mine = await remoteImplementation({ target }, usualLimits)
  })
  afterAll(() => {
    void mine.close?.()
    rmSync(folder, { recursive: true })
  })

  it('says what it is, and computes', async () => {
    const { operators, close: _, ...about } = mine
    expect(about).toEqual({ name: 'mine', version: '7', precision: 'float32', numerics: 'winograd' })
    expect(Object.keys(operators).sort()).toEqual(['relu', 'sigmoid', 'tanh'])
    expect(await mine.operators.relu!({ x }, {})).toEqual(tensor([2], [2, -1], 'float32'))
  })

  it('throws by name what is thrown there', async () => {
    await expect(mine.operators.sigmoid!({ x }, {})).rejects.toMatchObject({
      name: 'Unsupported',
      message: 'not today',
    })
  })

  it('that ends rejects with Death, and the next call starts it again', async () => {
    const ended = await Promise.resolve(mine.operators.tanh!({ x }, {})).catch((error: unknown) => error)
    expect(ended).toBeInstanceOf(Death)
    expect(String(ended)).toContain('exit code 3')
    expect(await mine.operators.relu!({ x }, {})).toEqual(tensor([2], [2, -1], 'float32'))
  })

  it('of which there is none is refused with those that there are', async () => {
    const none = remoteImplementation({ target, only: 'theirs' }, usualLimits)
    await expect(none).rejects.toThrow('theirs is not offered; there are mine')
  })
})

describe('a runtime in a process of its own', () => {
  it('runs an ONNX model: what relu leaves of (1, −2) is (1, 0); a model that is none is thrown back', async () => {
    const runner = await remoteRunner('onnxruntime-node', usualLimits)
    try {
      const value = { precision: 'float32' as const, shape: [2] }
      const model = graphModel({
        name: 'relu',
        opset: 13,
        inputs: [{ name: 'x', ...value }],
        outputs: [{ name: 'y', ...value }],
        nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }],
      })
      expect((await runner.run(model, new Map([['x', x]]))).get('y')).toEqual(tensor([2], [1, 0], 'float32'))
      await expect(runner.run(Uint8Array.of(1), new Map())).rejects.toThrow(/protobuf/i)
      expect(runner.version).toMatch(/^\d/)
    } finally {
      runner.close()
    }
  })

  it('runs a layer of a network of TensorFlow.js: relu of (−1, 2, 0) is (0, 2, 0)', async () => {
    const { files } = readLayersModel(layersNetworkJson(), () => layersNetworkWeights())
    const layers = await remoteLayers('wasm', files, usualLimits)
    try {
      const y = await layers.run('r', [tensor([1, 3, 1, 1], [-1, 2, 0], 'float32')])
      expect(y).toEqual(tensor([1, 3, 1, 1], [0, 2, 0], 'float32'))
      await expect(layers.run('none', [tensor([1, 1, 1, 1], [0], 'float32')])).rejects.toThrow('No such layer: none')
    } finally {
      layers.close()
    }
  })
})
