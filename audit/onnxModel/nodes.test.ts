/** Every operator that is computed here and not by the textbook, held against ONNX Runtime, and against numbers worked out by hand. */
import { beforeAll, describe, expect, it } from 'vitest'
import { optimized } from '../../optimized/index.ts'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import { type AttributeValue, graphModel } from '../target/onnx/model.ts'
import { type ModelRunner, modelRunners } from '../target/onnx/wholeModel.ts'
import { auditModel } from './auditModel.ts'
import { contenderOf, shareOutcome } from './contender.ts'
import { elementwise } from './elementwise.ts'
import { judgeNode } from './judgeNode.ts'
import { isMapped } from './mapping.ts'
import { moved } from './movement.ts'
import { type NodeCall, Unmapped, type Value } from './node.ts'
import { readModel } from './read.ts'

const count = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 4.7)
  return tensor(shape, values, 'float32')
}
const list = (...values: number[]): Value => ({ shape: [values.length], data: Float64Array.from(values), was: 'int64' })
const scalar = (value: number): Tensor => tensor([], [value], 'float32')
const x = count(2, 3, 4)
const positive = tensor([3], [0.3, 1.7, 2.1], 'float32')
const channel = tensor([3], [0.5, -1.3, 2.7], 'float32')

type Attributes = Readonly<Record<string, AttributeValue>>
type Row = readonly [opType: string, opset: number, attributes: Attributes, inputs: readonly (Value | undefined)[]]

const rows: readonly Row[] = [
  ['Add', 13, {}, [x, count(3, 1)]],
  ['Sub', 13, {}, [x, scalar(0.1)]],
  ['Mul', 13, {}, [count(4), x]],
  ['Div', 13, {}, [x, count(2, 1, 4)]],
  ['Div', 13, {}, [list(-7, 7, 9), list(2, -2, 3)]],
  ['Add', 13, {}, [list(1, 2), list(2 ** 40, 3)]],
  ['Sqrt', 13, {}, [positive]],
  ['Neg', 13, {}, [x]],
  ['Abs', 13, {}, [x]],
  ['Max', 13, {}, [x, scalar(0.5), count(3, 1)]],
  ['Min', 13, {}, [x, scalar(0.5)]],
  ['LeakyRelu', 13, {}, [x]],
  ['LeakyRelu', 13, { alpha: { float: 0.3 } }, [x]],
  ['HardSigmoid', 13, {}, [x]],
  ['Clip', 9, { min: { float: -1 }, max: { float: 2 } }, [x]],
  ['Clip', 9, {}, [x]],
  ['Clip', 13, {}, [x, scalar(-1)]],
  ['Clip', 13, {}, [x, undefined, scalar(2)]],
  ['BatchNormalization', 13, { epsilon: { float: 0.01 } }, [x, channel, positive, channel, positive]],
  ['BatchNormalization', 9, {}, [count(2, 3), channel, positive, channel, positive]],
  ['Identity', 13, {}, [x]],
  ['Dropout', 13, {}, [x]],
  ['Cast', 13, { to: 7 }, [x]],
  ['Cast', 13, { to: 1 }, [list(3, -1, 2 ** 24 + 1)]],
  ['Cast', 13, { to: 9 }, [tensor([3], [0, -0.5, 2], 'float32')]],
  ['Shape', 13, {}, [x]],
  ['Shape', 15, { start: 1, end: -1 }, [x]],
  ['Flatten', 13, {}, [x]],
  ['Flatten', 13, { axis: 0 }, [x]],
  ['Flatten', 13, { axis: -1 }, [x]],
  ['Reshape', 13, {}, [x, list(0, -1, 2)]],
  ['Transpose', 13, {}, [x]],
  ['Transpose', 13, { perm: [1, 0, 2] }, [x]],
  ['Squeeze', 11, {}, [count(1, 3, 1)]],
  ['Squeeze', 11, { axes: [-1] }, [count(1, 3, 1)]],
  ['Squeeze', 13, {}, [count(1, 3, 1), list(0)]],
  ['Unsqueeze', 11, { axes: [0, 3] }, [count(2, 3)]],
  ['Unsqueeze', 13, {}, [count(2, 3), list(-1, 1)]],
  ['Concat', 13, { axis: 1 }, [x, count(2, 1, 4)]],
  ['Concat', 13, { axis: -1 }, [list(1, 2), list(3)]],
  ['Slice', 9, { starts: [1], ends: [100], axes: [1] }, [x]],
  ['Slice', 13, {}, [x, list(1, -1), list(3, -4), list(1, 2), list(1, -2)]],
  ['Slice', 13, {}, [x, list(-1), list(-100), list(1), list(-1)]],
  ['Slice', 13, {}, [x, list(0, 1), list(2 ** 53, 3)]],
  ['Pad', 9, { pads: [0, 1, 0, 0, 0, 2], value: { float: 3 } }, [x]],
  ['Pad', 13, {}, [x, list(0, 0, 2, 1, -1, 0), scalar(0.5)]],
  ['Upsample', 9, { mode: 'nearest' }, [x, tensor([3], [1, 3, 2], 'float32')]],
  ['MatMul', 13, {}, [x, count(4, 5)]],
  ['MatMul', 13, {}, [x, count(2, 4, 5)]],
  ['Softmax', 11, {}, [x]],
  ['Softmax', 11, { axis: 2 }, [x]],
  ['Softmax', 13, { axis: 1 }, [x]],
]

let runner: ModelRunner
beforeAll(async () => {
  runner = await modelRunners['onnxruntime-node']!()
})

describe('ONNX Runtime agrees on', () => {
  it.each(rows)('%s, operator set %d, %j', async (opType, opset, attributes, inputs) => {
    const named = inputs.map((value, i) => ({ name: value ? `i${i}` : '', value }))
    const initializers = named.flatMap(({ name, value }) => (value ? [{ name, value }] : []))
    const bytes = graphModel({
      name: opType,
      opset,
      inputs: [],
      initializers,
      // Its type is left to the runtime: that of a node in between.
      nodes: [
        { opType, inputs: named.map(({ name }) => name), outputs: ['m'], attributes },
        { opType: 'Cast', inputs: ['m'], outputs: ['y'], attributes: { to: 1 } },
      ],
      outputs: [{ name: 'y', precision: 'float32' }],
    })
    const options = { endToEnd: true, contenders: [contenderOf(optimized)] }
    const { layers } = await auditModel(bytes, readModel(bytes), new Map(), runner, options)
    const [layer] = layers
    expect(layer?.unjudged).toBeUndefined()
    expect(layer?.verdict?.message).toBeUndefined()
    expect(layer?.verdict?.grade).not.toBe('wrong')
    expect(Object.values(layer!.verdict!.counts).reduce((a, b) => a + b)).toBeGreaterThan(0)
    expect(layer?.drift?.relative).toBeLessThan(1e-6)
    const offered = ['exact', 'accurate', 'tolerable']
    const others = isMapped(opType) ? offered : ['not offered']
    expect(others).toContain(shareOutcome(layer!.beside[0]!))
  })
})

const node = (opType: string, attributes: NodeCall['attributes'], ...inputs: (Value | undefined)[]): NodeCall => ({
  opType,
  opset: 13,
  attributes,
  inputs,
  outputs: [],
})

describe('worked out by hand', () => {
  it('Slice backwards stops before its end', () => {
    const { shape, data } = moved(node('Slice', {}, list(1, 2, 3, 4, 5), list(3), list(0), list(0), list(-2)))
    expect([shape, [...data]]).toEqual([[2], [4, 2]])
  })

  it('Upsample by (1,2,3): each element stands in a block of 2×3', () => {
    const x = tensor([1, 2, 2], [1, 2, 3, 4], 'float32')
    const { shape, data } = moved({ ...node('Upsample', {}, x, tensor([3], [1, 2, 3], 'float32')), opset: 9 })
    expect(shape).toEqual([1, 4, 6])
    expect([...data]).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4])
  })

  it('BatchNormalization: (3 − 1)/√(3 + 1)·5 + 2 = 7, S = 7.5 + 2.5 + 2', () => {
    const operands = [3, 5, 2, 1, 3].map((v) => tensor([1, 1].slice(v === 3 ? 0 : 1), [v], 'float32'))
    const found = elementwise(
      node('BatchNormalization', { epsilon: 1 }, tensor([1, 1], [3], 'float32'), ...operands.slice(1)),
    )
    expect([[...found.value], [...found.scale], found.roundings]).toEqual([[7], [12], 8])
  })

  it('a product may be off by its one rounding and not by two', () => {
    const [a, b] = [tensor([1], [1 + 2 ** -23], 'float32'), tensor([1], [1 + 2 ** -22], 'float32')]
    const judged = (value: number) =>
      judgeNode({ ...node('Mul', {}, a, b), outputs: [tensor([1], [value], 'float32')] }).grade
    expect(judged(1 + 3 * 2 ** -23)).toBe('exact')
    expect(judged(1 + 4 * 2 ** -23)).toBe('wrong')
  })

  it('numbers that only move must be the same, and of the same type', () => {
    const judged = (output: Value) => judgeNode({ ...node('Concat', { axis: 0 }, list(1), list(2)), outputs: [output] })
    expect(judged(list(1, 2)).grade).toBe('exact')
    expect(judged(list(2, 1)).grade).toBe('wrong')
    expect(judged(tensor([2], [1, 2])).message).toContain('int64 are expected')
  })

  it.each([
    [node('Softmax', {}, x), count(2, 4, 3)],
    [node('MatMul', {}, x, count(4, 5)), count(2, 5, 3)],
    [node('MaxPool', { kernel_shape: [1, 1] }, count(1, 1, 2, 2)), count(2, 2)],
    [node('Relu', {}, x), count(24)],
  ])('a result of another shape is wrong, not a fault of ours: %#', (call, output) => {
    expect(judgeNode({ ...call, outputs: [output] })).toMatchObject({ grade: 'wrong', fault: 'shape' })
  })

  it.each([
    [node('Add', {}, x, count(5)), 'do not broadcast'],
    [node('Cast', { to: 3 }, tensor([1], [300], 'float32')), 'beyond int8'],
    [node('Reshape', {}, x, list(5, -1)), 'does not come out even'],
    [node('Pad', { mode: 'reflect' }, x, list(0, 0, 0, 0, 0, 1)), 'mode=reflect'],
    [node('BatchNormalization', { training_mode: 1 }, x), 'training mode'],
    [node('Upsample', { mode: 'linear' }, x, list(1, 1, 2)), 'does more than move numbers'],
    [node('Upsample', {}, x, tensor([3], [1, 1, 1.5], 'float32')), 'whole factors'],
  ])('is not computed, with the reason: %#', (call, why) => {
    const compute = () =>
      call.opType === 'Add' || call.opType === 'BatchNormalization' ? elementwise(call) : moved(call)
    expect(compute).toThrow(Unmapped)
    expect(compute).toThrow(why)
  })
})
