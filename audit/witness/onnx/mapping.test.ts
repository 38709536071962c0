/** What a node test comes to in the contract, on node tests written here. */
import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../../../reference/tensor.ts'
import { type MappedCall, Unmapped } from '../../onnxModel/node.ts'
import { toWire } from '../../pipe/wire.ts'
import { callsOf, type NodeTest, parseNodeTest } from './nodeTest.ts'

const count = (...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    shape,
    Array.from({ length: size }, (_, i) => i + 1),
    'float32',
  )
}

function node(
  opType: string,
  attributes: NodeTest['attributes'],
  inputs: readonly (Tensor | undefined)[],
  output: Tensor = tensor([], [0], 'float32'),
): NodeTest {
  return { name: 'test', nodes: [opType], attributes, inputs, outputs: [output] }
}

const only = (test: NodeTest): MappedCall => {
  const calls = callsOf(test)
  expect(calls).toHaveLength(1)
  return calls[0]!
}
const numbers = (t: Tensor | undefined) => ({ shape: t?.shape, data: Array.from(t?.data ?? []) })

describe('a line of the script', () => {
  it('is a node test; an input left out is undefined, integers say what they were', () => {
    const x = count(1, 2)
    const line = JSON.stringify({
      name: 'test_x',
      nodes: ['Gemm'],
      attributes: { transB: 1 },
      inputs: [toWire(x), null],
      outputs: [{ ...toWire(tensor([1], [3])), was: 'int64' }],
    })
    expect(parseNodeTest(line)).toEqual({
      name: 'test_x',
      nodes: ['Gemm'],
      attributes: { transB: 1 },
      inputs: [{ ...x, was: undefined }, undefined],
      outputs: [{ ...tensor([1], [3]), was: 'int64' }],
    })
    expect(() => parseNodeTest('{"name":"test_x"}')).toThrow('nodes')
  })
})

describe('padding', () => {
  const y = count(1, 1, 3, 2)
  // ⌈5/2⌉ = 3 windows reach over (3−1)·2+2 = 6 of 5 rows; ⌈4/2⌉ = 2 over (2−1)·2+3 = 5 of 4 columns.
  const same = (auto_pad: string) =>
    only(node('Conv', { auto_pad, strides: [2, 2] }, [count(1, 1, 5, 4), count(1, 1, 2, 3)], y)).attributes.padding

  it('SAME_UPPER puts the odd cell behind, SAME_LOWER before, VALID pads nothing', () => {
    expect(same('SAME_UPPER')).toEqual([0, 0, 1, 1])
    expect(same('SAME_LOWER')).toEqual([1, 1, 0, 0])
    expect(same('VALID')).toEqual([0, 0, 0, 0])
  })

  it('SAME of a total below zero does not map: ONNX leaves it open', () => {
    const test = node('Conv', { auto_pad: 'SAME_UPPER', strides: [2, 2] }, [count(1, 1, 4, 4), count(1, 1, 1, 1)], y)
    expect(() => callsOf(test)).toThrow('would pad (-1,-1) in all')
  })

  it('pads are before and behind as in the contract; all that is left out is 1, or 0', () => {
    const call = only(node('Conv', { pads: [1, 2, 3, 4], group: 2 }, [count(1, 2, 3, 3), count(2, 1, 2, 3)], y))
    expect(call.operator).toBe('conv2d')
    expect(call.attributes).toEqual({ stride: [1, 1], dilation: [1, 1], groups: 2, padding: [1, 2, 3, 4] })
  })

  it('one spatial axis is the second of two', () => {
    const { operands, attributes, got } = only(
      node('AveragePool', { kernel_shape: [3], strides: [2], pads: [1, 0] }, [count(1, 2, 4)], count(1, 2, 2)),
    )
    expect(operands.x?.shape).toEqual([1, 2, 1, 4])
    expect(got.shape).toEqual([1, 2, 1, 2])
    const window = { kernel: [1, 3], stride: [1, 2], padding: [0, 1, 0, 0] }
    expect(attributes).toEqual({ ...window, ceilMode: false, countIncludePad: false })
  })

  it('three spatial axes and integers do not map', () => {
    const pool = { kernel_shape: [2, 2, 2] }
    expect(() => callsOf(node('MaxPool', pool, [count(1, 1, 2, 2, 2)]))).toThrow(Unmapped)
    const bytes = { ...count(1, 1, 2, 2), was: 'uint8' }
    expect(() => callsOf(node('MaxPool', { kernel_shape: [2, 2] }, [bytes]))).toThrow('uint8 is no type')
  })
})

describe('ConvTranspose', () => {
  const [x, w, y] = [count(1, 1, 3, 3), count(1, 2, 3, 3), count(1, 2, 1, 1)]
  const attributes = (given: NodeTest['attributes']) => only(node('ConvTranspose', given, [x, w], y)).attributes

  it('SAME_UPPER makes P·sh rows: of (3−1)·2+3 = 7 it cuts one, behind', () => {
    expect(attributes({ auto_pad: 'SAME_UPPER', strides: [2, 2] })).toMatchObject({
      padding: [0, 0, 1, 1],
      outputPadding: [0, 0],
    })
    expect(attributes({ auto_pad: 'SAME_LOWER', strides: [2, 2] })).toMatchObject({ padding: [1, 1, 0, 0] })
  })

  it('SAME adds behind what the windows do not reach: of 3·2 rows (3−1)·2+1 = 5', () => {
    const given = { auto_pad: 'SAME_UPPER', strides: [2, 2], kernel_shape: [1, 1] }
    expect(only(node('ConvTranspose', given, [x, count(1, 2, 1, 1)], y)).attributes).toMatchObject({
      padding: [0, 0, 0, 0],
      outputPadding: [1, 1],
    })
  })

  it('pads cut as in the contract', () => {
    expect(attributes({ pads: [1, 2, 0, 1], dilations: [2, 1] })).toEqual({
      stride: [1, 1],
      dilation: [2, 1],
      groups: 1,
      padding: [1, 2, 0, 1],
      outputPadding: [0, 0],
    })
  })

  it('output_shape cuts what is too much, the odd row before, and adds behind what is missing', () => {
    // (3−1)·3+3 = 9 rows, one short of 10; (3−1)·2+3 = 7 columns, three more than 4.
    expect(attributes({ output_shape: [10, 4], strides: [3, 2] })).toMatchObject({
      padding: [0, 2, 0, 1],
      outputPadding: [1, 0],
    })
    // With output_padding there are 10 and 8, of which output_shape cuts nothing.
    expect(attributes({ output_shape: [10, 8], output_padding: [1, 1], strides: [3, 2] })).toMatchObject({
      padding: [0, 0, 0, 0],
      outputPadding: [1, 1],
    })
  })
})

it('a global pooling has the image for its window', () => {
  const call = only(node('GlobalMaxPool', {}, [count(1, 2, 3, 4)], count(1, 2, 1, 1)))
  expect(call.operator).toBe('maxPool2d')
  expect(call.attributes).toMatchObject({ kernel: [3, 4], stride: [1, 1], padding: [0, 0, 0, 0] })
})

describe('Gemm', () => {
  const [a, b] = [count(2, 3), count(3, 2)]
  it('is dense with w = Bᵀ, x = α·A and b = β·C', () => {
    const y = count(2, 2)
    const { operands, got } = only(node('Gemm', { alpha: 0.5, beta: 3 }, [a, b, tensor([1, 2], [1, 10])], y))
    expect(numbers(operands.x)).toEqual({ shape: [2, 3], data: [0.5, 1, 1.5, 2, 2.5, 3] })
    expect(numbers(operands.w)).toEqual({ shape: [2, 3], data: [1, 3, 5, 2, 4, 6] })
    expect(numbers(operands.b)).toEqual({ shape: [2], data: [3, 30] })
    expect(got).toBe(y)
  })

  it('transposes what it is told to', () => {
    const { operands } = only(node('Gemm', { transA: 1, transB: 1 }, [count(3, 2), count(2, 3)], count(2, 2)))
    expect(numbers(operands.x)).toEqual({ shape: [2, 3], data: [1, 3, 5, 2, 4, 6] })
    expect(numbers(operands.w)).toEqual({ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] })
    expect(operands.b).toBeUndefined()
  })

  it('is one dense a row where the rows of C differ', () => {
    const calls = callsOf(node('Gemm', {}, [a, b, tensor([2, 2], [1, 2, 3, 4])], count(2, 2)))
    expect(calls.map(({ operands }) => [operands.x, operands.b].map((t) => [...t!.data]))).toEqual([
      [
        [1, 2, 3],
        [1, 2],
      ],
      [
        [4, 5, 6],
        [3, 4],
      ],
    ])
    expect(calls.map(({ got }) => [...got.data])).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it.each([
    [[], [7], [[7, 7]]],
    [[1], [7], [[7, 7]]],
    [[2], [7, 8], [[7, 8]]],
    [
      [2, 1],
      [7, 8],
      [
        [7, 7],
        [8, 8],
      ],
    ],
  ])('broadcasts C of shape (%s)', (shape, values, expected) => {
    const calls = callsOf(node('Gemm', {}, [a, b, tensor(shape, values)], count(2, 2)))
    expect(calls.map(({ operands }) => [...operands.b!.data])).toEqual(expected)
  })

  it('by an alpha that rounds does not map, nor do stacks of matrices that differ', () => {
    expect(() => callsOf(node('Gemm', { alpha: 0.3 }, [a, b], count(2, 2)))).toThrow(Unmapped)
    expect(() => callsOf(node('MatMul', {}, [count(2, 2, 3), count(3, 3, 2)]))).toThrow(Unmapped)
  })
})

describe('MatMul of stacks', () => {
  it('with one second matrix is dense of all rows', () => {
    const y = count(2, 2, 2)
    const { operands, got } = only(node('MatMul', {}, [count(2, 2, 3), count(3, 2)], y))
    expect(operands.x?.shape).toEqual([4, 3])
    expect(numbers(got)).toEqual({ shape: [4, 2], data: [...y.data] })
  })

  it('of as many matrices each is one dense a pair', () => {
    const calls = callsOf(node('MatMul', {}, [count(2, 1, 2), count(2, 2, 1)], count(2, 1, 1)))
    expect(calls.map(({ operands, got }) => [operands.x, operands.w, got].map((t) => [...t!.data]))).toEqual([
      [[1, 2], [1, 2], [1]],
      [[3, 4], [3, 4], [2]],
    ])
  })
})

it('softmax over an axis is softmax of the rows along it', () => {
  const x = count(2, 3, 2)
  const along = (axis: number) => numbers(only(node('Softmax', { axis }, [x], x)).operands.x)
  expect(along(1)).toEqual({ shape: [4, 3], data: [1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12] })
  expect(along(-1)).toEqual({ shape: [6, 2], data: [...x.data] })
})

describe('SoftmaxCrossEntropyLoss', () => {
  const loss = (attributes: NodeTest['attributes'], weights?: Tensor) =>
    callsOf(node('SoftmaxCrossEntropyLoss', attributes, [count(3, 2), tensor([3], [1, 0, 1]), weights]))
  const targets = (attributes: NodeTest['attributes'], weights?: Tensor) =>
    loss(attributes, weights).map(({ operands }) => [...operands.t!.data])

  it('is over one-hot targets, weighted, divided by the sum of the weights for the mean alone', () => {
    const weights = tensor([2], [2, 3])
    expect(targets({ reduction: 'sum' })).toEqual([[0, 1, 1, 0, 0, 1]])
    expect(targets({})).toEqual([[0, 1 / 3, 1 / 3, 0, 0, 1 / 3]])
    expect(targets({}, weights)).toEqual([[0, 3 / 8, 2 / 8, 0, 0, 3 / 8]])
    expect(targets({ ignore_index: 0 }, weights)).toEqual([[0, 0.5, 0, 0, 0, 0.5]])
  })

  it('of no reduction is a cost a sample', () => {
    const [scores, labels, costs] = [count(2, 2), tensor([2], [1, 0]), tensor([2], [5, 6], 'float32')]
    const calls = callsOf(node('SoftmaxCrossEntropyLoss', { reduction: 'none' }, [scores, labels], costs))
    expect(calls.map(({ operands }) => [operands.x, operands.t].map((t) => [...t!.data]))).toEqual([
      [
        [1, 2],
        [0, 1],
      ],
      [
        [3, 4],
        [1, 0],
      ],
    ])
    expect(calls.map(({ got }) => numbers(got))).toEqual([
      { shape: [], data: [5] },
      { shape: [], data: [6] },
    ])
  })

  it('of images has a row a cell', () => {
    const test = node('SoftmaxCrossEntropyLoss', {}, [count(1, 2, 3), tensor([1, 3], [0, 1, 1])])
    const { operands } = only(test)
    expect(numbers(operands.x)).toEqual({ shape: [3, 2], data: [1, 4, 2, 5, 3, 6] })
    expect([...operands.t!.data]).toEqual([1 / 3, 0, 0, 1 / 3, 0, 1 / 3])
  })
})

it('what the contract has no operator for does not map, nor what is written out as several nodes', () => {
  expect(() => callsOf(node('LSTM', {}, []))).toThrow('the contract has no LSTM')
  const expanded = { ...node('Softmax', {}, []), nodes: ['Exp', 'Div'] }
  expect(() => callsOf(expanded)).toThrow('written out as several')
})
