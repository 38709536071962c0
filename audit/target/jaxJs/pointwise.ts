/**
 * Sequences, matrices, activations and costs in jax-js. Costs are written as JAX code writes them, there being no named
 * functions for them; their gradients are vjp's. The gradients of sigmoid, tanh and softmax are left out: vjp needs
 * x, the contract gives y.
 */
import type { Array as JaxArray } from '@jax-js/jax'
import { type Operators, Unsupported } from '../../../reference/contract.ts'
import { type Precision, shapeText, sizeOf, type Tensor } from '../../../reference/tensor.ts'
import { evaluate, gradient, type Jax, type JaxFunction, type Way } from './evaluate.ts'

export type Pointwise =
  | 'convolve1d'
  | 'correlate1d'
  | 'dense'
  | 'denseInputGradient'
  | 'denseWeightGradient'
  | 'denseBiasGradient'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'reluGradient'
  | 'softmax'
  | 'quadraticCost'
  | 'quadraticCostGradient'
  | 'softmaxCrossEntropy'
  | 'softmaxCrossEntropyGradient'

export function pointwiseOperators(jax: Jax, way: Way): Pick<Operators, Pointwise> {
  const { numpy, nn } = jax
  const dense: JaxFunction = (x, w, b) => {
    const y = numpy.matmul(x!, w!.transpose())
    return b ? y.add(b) : y
  }
  const quadraticCost: JaxFunction = (y, t) => numpy.sum(numpy.square(t!.sub(y!))).mul(0.5)
  const crossEntropy: JaxFunction = (x, t) => numpy.sum(t!.mul(nn.logSoftmax(x!, -1))).neg()
  const one = tensorOf([], way.precision, 1)

  return {
    async convolve1d({ f, g }, { mode }) {
      refuseShorter('convolve1d', f, g, mode)
      return evaluate(jax, way, (x, y) => numpy.convolve(x!, y!, mode), [f, g])
    },
    async correlate1d({ f, g }, { mode }) {
      refuseShorter('correlate1d', f, g, mode)
      return evaluate(jax, way, (x, y) => numpy.correlate(x!, y!, mode), [f, g])
    },
    async dense({ x, w, b }) {
      return evaluate(jax, way, dense, b ? [x, w, b] : [x, w])
    },
    // Linear in each operand: the gradient does not depend on that operand's value.
    async denseInputGradient({ dy, w }) {
      return gradient(jax, way, dense, 0, [tensorOf([dy.shape[0]!, w.shape[1]!], way.precision, 0), w], dy)
    },
    async denseWeightGradient({ x, dy }) {
      return gradient(jax, way, dense, 1, [x, tensorOf([dy.shape[1]!, x.shape[1]!], way.precision, 0)], dy)
    },
    async denseBiasGradient({ dy }) {
      const add: JaxFunction = (y, b) => y!.add(b!)
      const [y, b] = [tensorOf(dy.shape, way.precision, 0), tensorOf([dy.shape[1]!], way.precision, 0)]
      return gradient(jax, way, add, 1, [y, b], dy)
    },
    sigmoid: ({ x }) => evaluate(jax, way, nn.sigmoid, [x]),
    tanh: ({ x }) => evaluate(jax, way, numpy.tanh, [x]),
    relu: ({ x }) => evaluate(jax, way, nn.relu, [x]),
    reluGradient: ({ x, dy }) => gradient(jax, way, nn.relu, 0, [x], dy),
    softmax: ({ x }) => evaluate(jax, way, (a: JaxArray) => nn.softmax(a, -1), [x]),
    quadraticCost: ({ y, t }) => evaluate(jax, way, quadraticCost, [y, t]),
    quadraticCostGradient: ({ y, t }) => gradient(jax, way, quadraticCost, 0, [y, t], one),
    softmaxCrossEntropy: ({ x, t }) => evaluate(jax, way, crossEntropy, [x, t]),
    softmaxCrossEntropyGradient: ({ x, t }) => gradient(jax, way, crossEntropy, 0, [x, t], one),
  }
}

/** NumPy's 'same' is as long as the longer sequence, ours as long as the first. */
function refuseShorter(operator: string, f: Tensor, g: Tensor, mode: string): void {
  if (mode === 'same' && f.data.length < g.data.length) {
    throw new Unsupported(
      `${operator}: NumPy's 'same' has the length of the longer sequence, f=${shapeText(f.shape)} g=${shapeText(g.shape)}`,
    )
  }
}

function tensorOf(shape: readonly number[], precision: Precision, value: number): Tensor {
  const size = sizeOf(shape)
  return { shape, data: (precision === 'float32' ? new Float32Array(size) : new Float64Array(size)).fill(value) }
}
