import { beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../properties/random.ts'
import { sizeOf, type Tensor } from '../../reference/tensor.ts'
import { type Graph, graphModel, type Node } from '../target/onnx/model.ts'
import { type ModelRunner, modelRunners } from '../target/onnx/wholeModel.ts'
import { auditModel, type ModelReport } from './auditModel.ts'
import { feedsOf } from './feeds.ts'
import { readModel } from './read.ts'
import { deviating, modelDocument, modelText, outcomeOf, outputsDiffer } from './report.ts'

const random = new Random(7)
const drawn = (...shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, () => random.unit() * 2 - 1),
})
const positive = (...shape: number[]): Tensor => {
  const { data } = drawn(...shape)
  return { shape, data: data.map((v) => v + 1.5) }
}

const conv = { w: drawn(3, 2, 3, 3), b: drawn(3) }
const norm = { scale: drawn(3), bias: drawn(3), mean: drawn(3), variance: positive(3) }
const gemm = { v: drawn(4, 27), c: drawn(4) }

/** x (1,2,6,6) → Conv → BatchNormalization → HardSigmoid → Mul → MaxPool → Flatten → Gemm → Softmax */
function network(changed: { pads?: readonly number[]; alpha?: number; extra?: Node } = {}): Uint8Array {
  const initializers: Graph['initializers'] = Object.entries({ ...conv, ...norm, ...gemm }).map(([name, value]) => ({
    name,
    value,
  }))
  const node = (opType: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
    opType,
    name: `the ${opType}`,
    inputs,
    outputs: [output],
    attributes,
  })
  return graphModel({
    name: 'test',
    opset: 13,
    inputs: [{ name: 'x', precision: 'float32', shape: [null, 2, 6, 6] }],
    initializers,
    outputs: [{ name: 'y', precision: 'float32' }],
    nodes: [
      node('Conv', ['x', 'w', 'b'], 'c1', { pads: changed.pads ?? [1, 0, 1, 2] }),
      node('BatchNormalization', ['c1', 'scale', 'bias', 'mean', 'variance'], 'n1'),
      node('HardSigmoid', ['n1'], 'h1', { alpha: { float: changed.alpha ?? 0.25 } }),
      changed.extra ?? node('Mul', ['n1', 'h1'], 'm1'),
      node('MaxPool', ['m1'], 'p1', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Flatten', ['p1'], 'f1'),
      node('Gemm', ['f1', 'v', 'c'], 'g1', { transB: 1 }),
      node('Softmax', ['g1'], 'y'),
    ],
  })
}

const right = network()
let real: ModelRunner
beforeAll(async () => {
  real = await modelRunners['onnxruntime-node']!()
})

/** What runs another model than it is given: `right` with one layer changed. What follows `right` asks for more outputs. */
const faulty = (other: Uint8Array): ModelRunner => ({
  ...real,
  run: (bytes, feeds) => real.run(Buffer.concat([other, bytes.subarray(right.length)]), feeds),
})

function audit(bytes: Uint8Array, runner: ModelRunner, endToEnd = false): Promise<ModelReport> {
  const model = readModel(bytes)
  const feeds = feedsOf(model, { files: [], dims: new Map(), seed: 3 })
  return auditModel(bytes, model, feeds, runner, { endToEnd })
}

describe('auditModel', () => {
  it('no layer of a right model deviates; each is judged, and the error grows slowly', async () => {
    const report = await audit(right, real, true)
    expect(report.layers.map(({ opType, verdict }) => `${opType} ${verdict?.by}`)).toEqual([
      'Conv textbook',
      'BatchNormalization formula',
      'HardSigmoid formula',
      'Mul formula',
      'MaxPool textbook',
      'Flatten to the bit',
      'Gemm textbook',
      'Softmax textbook',
    ])
    expect(deviating(report)).toEqual([])
    expect(outputsDiffer(report)).toBe(false)
    for (const { drift } of report.layers) expect(drift!.relative).toBeLessThan(1e-5)
    expect(report.layers[0]!.drift!.relative).toBeGreaterThan(0)
    expect(report.outputs[0]!.untouched!.relative).toBeLessThan(1e-5)
    expect(modelText('right.onnx', 3, report)).toContain('8 of 8 layers judged')
  })

  it('names the layer that is wrong, and no other: a convolution that pads at the other end', async () => {
    const report = await audit(right, faulty(network({ pads: [1, 2, 1, 0] })), true)
    expect(deviating(report).map(({ node }) => node)).toEqual(['the Conv'])
    expect(report.layers.at(-1)!.drift!.relative).toBeGreaterThan(1e-3)
    const text = modelText('m.onnx', 3, report)
    expect(text).toMatch(/first layer that deviates.*: the Conv \(Conv\) \(1,2,6,6\) \(3,2,3,3\) \(3\) → \(1,3,6,6\)/)
    expect(text).toContain(
      "cnn-oracle replay 'conv2d n1c2h6w6 m3r3s3 pd1x0x1x2 bias @real#1' --target onnxruntime-node",
    )
    expect(modelDocument('m.onnx', 3, report)).toMatchObject({ firstDeviation: 'the Conv' })
  })

  it('names a layer that only a formula judges, by what float32 can tell: α one part in 10⁶ off', async () => {
    const report = await audit(right, faulty(network({ alpha: 0.25 * (1 + 1e-6) })))
    expect(deviating(report).map(({ node }) => node)).toEqual(['the HardSigmoid'])
  })

  it('names a layer that moves numbers, or gives another shape', async () => {
    const shifted: ModelRunner = {
      ...real,
      async run(bytes, feeds) {
        const values = new Map(await real.run(bytes, feeds))
        const f1 = values.get('f1')
        if (f1) values.set('f1', { shape: [27, 1], data: f1.data })
        return values
      },
    }
    const [first] = deviating(await audit(right, shifted))
    expect(first?.node).toBe('the Flatten')
    expect(first?.verdict?.message).toContain('shape (27,1), expected (1,27)')
  })

  it('does not judge what it does not know, and says so; what follows is judged all the same', async () => {
    const elu: Node = { opType: 'Elu', name: 'the Elu', inputs: ['n1'], outputs: ['m1'] }
    const report = await audit(network({ extra: elu }), real, true)
    const unknown = report.layers.filter((layer) => outcomeOf(layer) === 'not judged')
    expect(unknown.map(({ node, unjudged }) => [node, unjudged])).toEqual([['the Elu', 'nothing here computes Elu']])
    expect(deviating(report)).toEqual([])
    expect(report.layers.at(-1)!.drift!.relative).toBeLessThan(1e-5)
    expect(modelText('m.onnx', 3, report)).toContain('7 of 8 layers judged')
  })

  it('an output that is NaN in the model as it is, and a number with every layer visible, is a finding', async () => {
    const fusing: ModelRunner = {
      ...real,
      async run(bytes, feeds) {
        const values = new Map(await real.run(bytes, feeds))
        const y = values.get('y')
        if (bytes.length === right.length && y) values.set('y', { ...y, data: y.data.map(() => NaN) })
        return values
      },
    }
    expect(outputsDiffer(await audit(right, fusing))).toBe(true)
  })

  it('what the runtime refuses is said in one line', async () => {
    const refusing = network({ extra: { opType: 'NoSuch', name: 'n', inputs: ['n1'], outputs: ['m1'] } })
    await expect(audit(refusing, real)).rejects.toThrow(/^onnxruntime-node does not run the model: .*NoSuch/)
  })
})
