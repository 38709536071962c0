/**
 * Gemm, MatMul, the activations, Softmax and SoftmaxCrossEntropyLoss of ONNX as calls of the contract.
 *
 *   Gemm      α·A′B′ + β·C  is dense with x = α·A′, w = B′ᵀ, b = β·C, a row of C at a time where they differ
 *   Softmax   over an axis is softmax of the rows along it; below operator set 13, over all axes from that one on
 *   MatMul    of stacks is one dense a matrix; where all share the second matrix, one dense of all their rows
 *   Loss      of labels l with weights v is softmaxCrossEntropy with t[n,l[n]] = v[l[n]]/Σv, over Σv for 'mean' alone
 *
 * Source: ONNX operator documentation, https://onnx.ai/onnx/operators/.
 */
import { shapeText, sizeOf, type Tensor, tensor } from '../../reference/tensor.ts'
import { permute, reshape, transpose } from '../target/layout.ts'
import { type MappedCall, type NodeCall, numberOf, present, textOf, Unmapped } from './node.ts'

export function activation(operator: 'sigmoid' | 'tanh' | 'relu', node: NodeCall): readonly MappedCall[] {
  return [{ operator, operands: { x: present(node.inputs, 0) }, attributes: {}, got: present(node.outputs, 0) }]
}

export function softmax(node: NodeCall): readonly MappedCall[] {
  const [x, y] = [present(node.inputs, 0), present(node.outputs, 0)]
  const rank = x.shape.length
  const axis = (numberOf(node, 'axis', node.opset < 13 ? 1 : -1) + rank) % Math.max(1, rank)
  if (node.opset < 13) {
    const K = sizeOf(x.shape.slice(axis))
    const [rows, got] = [x, y].map((t) => reshape(t, [sizeOf(t.shape) / K, K]))
    return [{ operator: 'softmax', operands: { x: rows! }, attributes: {}, got: got! }]
  }
  return [{ operator: 'softmax', operands: { x: rowsAlong(x, axis) }, attributes: {}, got: rowsAlong(y, axis) }]
}

export function matMul(node: NodeCall): readonly MappedCall[] {
  const [a, b, y] = [present(node.inputs, 0), present(node.inputs, 1), present(node.outputs, 0)]
  if (a.shape.length < 2 || b.shape.length < 2) throw new Unmapped('a vector; the contract multiplies matrices')
  const [M, K, N] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!]
  const stack = a.shape.slice(0, -2)
  if (sizeOf(b.shape.slice(0, -2)) === 1 && b.shape.length <= a.shape.length) {
    const rows = M * sizeOf(stack)
    const w = transpose(reshape(b, [K, N]))
    return [
      { operator: 'dense', operands: { x: reshape(a, [rows, K]), w }, attributes: {}, got: reshape(y, [rows, N]) },
    ]
  }
  if (shapeText(stack) !== shapeText(b.shape.slice(0, -2)))
    throw new Unmapped(
      `stacks of ${shapeText(a.shape)} and ${shapeText(b.shape)}; they must agree, or the second be one`,
    )
  return Array.from({ length: sizeOf(stack) }, (_, i) => ({
    operator: 'dense',
    operands: { x: matrix(a, i, [M, K]), w: transpose(matrix(b, i, [K, N])) },
    attributes: {},
    got: matrix(y, i, [M, N]),
  }))
}

export function gemm(node: NodeCall): readonly MappedCall[] {
  const [alpha, beta] = [numberOf(node, 'alpha', 1), numberOf(node, 'beta', 1)]
  // By a power of two x is scaled without rounding, wherever the implementation scales.
  if (!Number.isInteger(Math.log2(alpha))) throw new Unmapped(`alpha=${alpha} rounds; a power of two would not`)
  const [a, b, y] = [present(node.inputs, 0), present(node.inputs, 1), present(node.outputs, 0)]
  const x = scaled(numberOf(node, 'transA', 0) === 1 ? transpose(a) : a, alpha)
  const w = numberOf(node, 'transB', 0) === 1 ? b : transpose(b)
  const c = node.inputs[2]
  if (!c) return [{ operator: 'dense', operands: { x, w, b: undefined }, attributes: {}, got: y }]
  const [N, O] = [y.shape[0]!, y.shape[1]!]
  const bias = scaled(broadcast(c, N, O), beta)
  const rowsAgree = bias.data.every((value, i) => value === bias.data[i % O])
  if (rowsAgree) return [{ operator: 'dense', operands: { x, w, b: row(bias, 0, [O]) }, attributes: {}, got: y }]
  return Array.from({ length: N }, (_, n) => ({
    operator: 'dense',
    operands: { x: row(x, n, [1, x.shape[1]!]), w, b: row(bias, n, [O]) },
    attributes: {},
    got: row(y, n, [1, O]),
  }))
}

/** The logarithms of softmax, a second output, have no operator in the contract. */
export function softmaxCrossEntropyLoss(node: NodeCall): readonly MappedCall[] {
  const [scores, labels, loss] = [present(node.inputs, 0), present(node.inputs, 1), present(node.outputs, 0)]
  const weights = node.inputs[2]
  const ignored = node.attributes.ignore_index
  const reduction = textOf(node, 'reduction', 'mean')
  const x = rowsAlong(scores, 1)
  const [N, K] = [x.shape[0]!, x.shape[1]!]
  const t = tensor([N, K], new Float64Array(N * K))
  let sum = 0
  for (const [n, label] of labels.data.entries()) {
    if (label === ignored) continue
    const weight = weights ? weights.data[label]! : 1
    t.data[n * K + label] = weight
    sum += weight
  }
  const operator = 'softmaxCrossEntropy'
  if (reduction === 'none') {
    return Array.from({ length: N }, (_, n) => ({
      operator,
      operands: { x: row(x, n, [1, K]), t: row(t, n, [1, K]) },
      attributes: {},
      got: { shape: [], data: loss.data.subarray(n, n + 1) },
    }))
  }
  return [{ operator, operands: { x, t: scaled(t, reduction === 'mean' ? 1 / sum : 1) }, attributes: {}, got: loss }]
}

/** The axis moved to the end, and all others into one. */
function rowsAlong(x: Tensor, axis: number): Tensor {
  const K = x.shape[axis]!
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis)
  return reshape(permute(x, [...others, axis]), [sizeOf(x.shape) / K, K])
}

/** Matrix i of a stack. */
function matrix({ data }: Tensor, i: number, shape: readonly number[]): Tensor {
  const size = sizeOf(shape)
  return { shape, data: data.slice(i * size, (i + 1) * size) }
}

/** Row n of a matrix, in the shape it is wanted in. */
function row({ shape, data }: Tensor, n: number, wanted: readonly number[]): Tensor {
  const extent = shape[1]!
  return { shape: [...wanted], data: data.slice(n * extent, (n + 1) * extent) }
}

/** In float64, which holds the product of two float32 exactly. */
const scaled = (x: Tensor, factor: number): Tensor =>
  tensor(
    x.shape,
    Float64Array.from(x.data, (value) => factor * value),
  )

/** (), (1), (O), (1,O), (N,1) or (N,O) as (N,O), by ONNX's rule: axes are aligned at the end, an extent of 1 is repeated. */
function broadcast(c: Tensor, N: number, O: number): Tensor {
  const [rows, columns] = [c.shape.at(-2) ?? 1, c.shape.at(-1) ?? 1]
  const values = Array.from({ length: N * O }, (_, i) => {
    const [n, o] = [Math.floor(i / O), i % O]
    return c.data[(rows === 1 ? 0 : n) * columns + (columns === 1 ? 0 : o)]!
  })
  return tensor([N, O], values)
}
