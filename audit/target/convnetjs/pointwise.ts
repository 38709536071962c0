/**
 * The layers without neighbours: FullyConnLayer, the activations and the costs, row by row.
 *
 * RegressionLayer's comment says that it penalizes Σ‖x−y‖²; what its backward() returns and the gradient it leaves are
 * taken as they are for our cost ½Σ‖y−t‖² and its gradient. SoftmaxLayer's cost knows class indices only.
 */
import type { ConvNet, FullyConnLayer, Layer, Vol } from 'convnetjs'
import { type Operators, Unsupported } from '../../../reference/contract.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { matrixOf, rowsOf } from './volume.ts'

type Pointwise =
  | 'dense'
  | 'denseInputGradient'
  | 'denseWeightGradient'
  | 'denseBiasGradient'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'sigmoidGradient'
  | 'tanhGradient'
  | 'reluGradient'
  | 'softmax'
  | 'softmaxCrossEntropy'
  | 'softmaxCrossEntropyGradient'
  | 'quadraticCost'
  | 'quadraticCostGradient'

export function pointwiseOperators(lib: ConvNet): Pick<Operators, Pointwise> {
  return {
    dense({ x, w, b }) {
      const layer = denseLayer(lib, w.shape[0]!, w.shape[1]!)
      layer.filters = rowsOf(lib, w)
      if (b) layer.biases.w.set(b.data)
      return matrixOf(
        rowsOf(lib, x).map((row) => layer.forward(row)),
        'w',
      )
    },
    denseInputGradient({ dy, w }) {
      const [N, I] = [dy.shape[0]!, w.shape[1]!]
      const layer = denseLayer(lib, w.shape[0]!, I)
      layer.filters = rowsOf(lib, w)
      return matrixOf(backward(lib, layer, { shape: [N, I], data: new Float64Array(N * I) }, dy), 'dw')
    },
    denseWeightGradient({ x, dy }) {
      const layer = denseLayer(lib, dy.shape[1]!, x.shape[1]!)
      backward(lib, layer, x, dy)
      return matrixOf(layer.filters, 'dw')
    },
    denseBiasGradient({ dy }) {
      const [N, O] = [dy.shape[0]!, dy.shape[1]!]
      const layer = denseLayer(lib, O, 1)
      backward(lib, layer, { shape: [N, 1], data: new Float64Array(N) }, dy)
      return { shape: [O], data: layer.biases.dw }
    },
    sigmoid: ({ x }) => like(x, new lib.SigmoidLayer(size(x.data.length)).forward(flat(lib, x)).w),
    tanh: ({ x }) => like(x, new lib.TanhLayer(size(x.data.length)).forward(flat(lib, x)).w),
    relu: ({ x }) => like(x, new lib.ReluLayer(size(x.data.length)).forward(flat(lib, x)).w),
    sigmoidGradient: ({ y, dy }) => slope(lib, new lib.SigmoidLayer(size(y.data.length)), y, dy),
    tanhGradient: ({ y, dy }) => slope(lib, new lib.TanhLayer(size(y.data.length)), y, dy),
    reluGradient({ x, dy }) {
      const layer = new lib.ReluLayer(size(x.data.length))
      const input = flat(lib, x)
      layer.forward(input).dw.set(dy.data)
      layer.backward()
      return like(x, input.dw)
    },
    softmax({ x }) {
      const layer = new lib.SoftmaxLayer(size(x.shape[1]!))
      return matrixOf(
        rowsOf(lib, x).map((row) => layer.forward(row)),
        'w',
      )
    },
    softmaxCrossEntropy: ({ x, t }) => scalar(crossEntropy(lib, x, t, 'softmaxCrossEntropy').cost),
    softmaxCrossEntropyGradient: ({ x, t }) => crossEntropy(lib, x, t, 'softmaxCrossEntropyGradient').gradient,
    quadraticCost: ({ y, t }) => scalar(regression(lib, y, t).cost),
    quadraticCostGradient: ({ y, t }) => regression(lib, y, t).gradient,
  }
}

/** For each row: forward, the error term into the output's dw, backward. Returns the inputs with their gradients. */
function backward(lib: ConvNet, layer: Layer, x: Tensor, dy: Tensor): Vol[] {
  const errors = rowsOf(lib, dy)
  const rows = rowsOf(lib, x)
  for (const [n, row] of rows.entries()) {
    layer.forward(row).dw.set(errors[n]!.w)
    layer.backward()
  }
  return rows
}

/** Sigmoid and tanh: their backward() reads the output y alone, which is set as the forward pass would leave it. */
function slope(lib: ConvNet, layer: Layer, y: Tensor, dy: Tensor): Tensor {
  layer.in_act = new lib.Vol(1, 1, y.data.length, 0)
  layer.out_act = flat(lib, y)
  layer.out_act.dw.set(dy.data)
  layer.backward()
  return like(y, layer.in_act.dw)
}

/** Cost and gradient by SoftmaxLayer. Throws Unsupported for a target that is no single class. */
function crossEntropy(lib: ConvNet, x: Tensor, t: Tensor, operator: string): { cost: number; gradient: Tensor } {
  const K = x.shape[1]!
  const layer = new lib.SoftmaxLayer(size(K))
  let cost = 0
  const rows = rowsOf(lib, x)
  for (const [n, row] of rows.entries()) {
    const target = t.data.subarray(n * K, (n + 1) * K)
    const label = target.indexOf(1)
    if (label < 0 || target.some((value, k) => value !== Number(k === label))) {
      throw new Unsupported(
        `${operator}: SoftmaxLayer takes the index of one class, row ${n} of t is (${target.join(',')})`,
      )
    }
    layer.forward(row)
    cost += layer.backward(label)
  }
  return { cost, gradient: matrixOf(rows, 'dw') }
}

/** Cost and gradient by RegressionLayer. */
function regression(lib: ConvNet, y: Tensor, t: Tensor): { cost: number; gradient: Tensor } {
  const K = y.shape[1]!
  const layer = new lib.RegressionLayer(size(K))
  let cost = 0
  const rows = rowsOf(lib, y)
  for (const [n, row] of rows.entries()) {
    layer.forward(row)
    cost += layer.backward(Array.from(t.data.subarray(n * K, (n + 1) * K)))
  }
  return { cost, gradient: matrixOf(rows, 'dw') }
}

export const denseLayer = (lib: ConvNet, O: number, I: number): FullyConnLayer =>
  new lib.FullyConnLayer({ ...size(I), num_neurons: O })

const size = (depth: number) => ({ in_sx: 1, in_sy: 1, in_depth: depth })

/** Any tensor as one volume of 1×1×(its elements). */
function flat({ Vol }: ConvNet, { data }: Tensor): Vol {
  const volume = new Vol(1, 1, data.length, 0)
  volume.w.set(data)
  return volume
}

const like = ({ shape }: Tensor, data: Float64Array): Tensor => ({ shape, data })
const scalar = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) })
