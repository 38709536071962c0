/**
 * Convolutions and poolings in jax-js. Layouts agree with ours (NCHW, OIHW). lax.convGeneralDilated pads in pairs a side,
 * lax.convTranspose takes the padding of the convolution it transposes, lax.reduceWindow does not pad. A bias
 * is an addition that broadcasts, which is how JAX code writes it. Gradients are vjp's.
 */
import type { Array as JaxArray } from '@jax-js/jax'
import {
  type AveragePool2dAttributes,
  type Conv2dAttributes,
  type ConvTranspose2dAttributes,
  type MaxPool2dAttributes,
  type Operators,
  type Pair,
  Unsupported,
} from '../../../reference/contract.ts'
import { type Precision, shapeText, sizeOf, type Tensor } from '../../../reference/tensor.ts'
import { evaluate, gradient, type Jax, type JaxFunction, type Way } from './evaluate.ts'

type Pairs = [number, number][]
export type Sliding =
  | 'conv2d'
  | 'conv2dInputGradient'
  | 'conv2dWeightGradient'
  | 'conv2dBiasGradient'
  | 'convTranspose2d'
  | 'maxPool2d'
  | 'maxPool2dGradient'
  | 'averagePool2d'
  | 'averagePool2dGradient'

export function slidingOperators(jax: Jax, way: Way): Pick<Operators, Sliding> {
  const { numpy } = jax
  return {
    async conv2d({ x, w, b }, a) {
      const f = withBias(convolution(jax, way, 'conv2d', planeOf(x), planeOf(w), a))
      return evaluate(jax, way, f, b ? [x, w, b] : [x, w])
    },
    // A convolution is linear in each operand: its gradient does not depend on the value of that operand, only on its shape.
    async conv2dInputGradient({ dy, w }, a) {
      const x = zeros([dy.shape[0]!, w.shape[1]! * a.groups, ...a.inputSize], way.precision)
      const f = convolution(jax, way, 'conv2dInputGradient', a.inputSize, planeOf(w), a)
      return gradient(jax, way, f, 0, [x, w], dy)
    },
    async conv2dWeightGradient({ x, dy }, a) {
      const w = zeros([dy.shape[1]!, x.shape[1]! / a.groups, ...a.kernelSize], way.precision)
      const f = convolution(jax, way, 'conv2dWeightGradient', planeOf(x), a.kernelSize, a)
      return gradient(jax, way, f, 1, [x, w], dy)
    },
    async conv2dBiasGradient({ dy }) {
      const f: JaxFunction = (y, b) => addBias(y!, b!)
      return gradient(jax, way, f, 1, [zeros(dy.shape, way.precision), zeros([dy.shape[1]!], way.precision)], dy)
    },
    async convTranspose2d({ x, w, b }, a) {
      return evaluate(jax, way, withBias(transposed(jax, a)), b ? [x, w, b] : [x, w])
    },
    async maxPool2d({ x }, a) {
      return evaluate(jax, way, pool(jax, 'maxPool2d', numpy.max, a), [x])
    },
    async maxPool2dGradient({ x, dy }, a) {
      return gradient(jax, way, pool(jax, 'maxPool2dGradient', numpy.max, a), 0, [x], dy)
    },
    async averagePool2d({ x }, a) {
      return evaluate(jax, way, pool(jax, 'averagePool2d', numpy.mean, a), [x])
    },
    async averagePool2dGradient({ dy }, a) {
      const x = zeros([dy.shape[0]!, dy.shape[1]!, ...a.inputSize], way.precision)
      return gradient(jax, way, pool(jax, 'averagePool2dGradient', numpy.mean, a), 0, [x], dy)
    },
  }
}

function convolution(
  { lax }: Jax,
  way: Way,
  operator: string,
  input: Pair,
  kernel: Pair,
  a: Conv2dAttributes,
): JaxFunction {
  const pairs = pairsOf(a)
  if (way.padding !== 'pairs') {
    const derived = way.padding === 'VALID' ? '0,0,0,0' : String(samePairs(input, kernel, a))
    if (derived !== String(pairs)) {
      throw new Unsupported(`${operator}: '${way.padding}' pads (${derived}) in pairs, the case asks for (${pairs})`)
    }
  }
  const padding = way.padding === 'pairs' ? pairs : way.padding
  const options = { rhsDilation: [...a.dilation], featureGroupCount: a.groups }
  return (x, w) => lax.convGeneralDilated(x!, w!, [...a.stride], padding, options)
}

/**
 * SAME as XLA defines it: ⌈H/sh⌉ windows, what they reach beyond the input split in two, the rest of an odd total at the end.
 * Source: jax.lax.padtype_to_pads.
 */
function samePairs(input: Pair, kernel: Pair, { stride, dilation }: Conv2dAttributes): Pairs {
  return ([0, 1] as const).map((i) => {
    const reach = (Math.ceil(input[i] / stride[i]) - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1
    const missing = Math.max(0, reach - input[i])
    return [Math.floor(missing / 2), Math.ceil(missing / 2)]
  })
}

/** transposeKernel makes it the input gradient of the convolution with the same weights (M,C,R,S), which is ours. */
function transposed({ lax }: Jax, a: ConvTranspose2dAttributes): JaxFunction {
  if (a.groups !== 1) throw new Unsupported(`convTranspose2d: lax.convTranspose has no groups, groups=${a.groups}`)
  if (a.outputPadding.some((extent) => extent !== 0)) {
    throw new Unsupported(
      `convTranspose2d: lax.convTranspose has no output padding, outputPadding=${shapeText(a.outputPadding)}`,
    )
  }
  const options = { rhsDilation: [...a.dilation], transposeKernel: true }
  return (x, w) => lax.convTranspose(x!, w!, [...a.stride], pairsOf(a), options)
}

function pool(
  { lax }: Jax,
  operator: string,
  reduce: (window: JaxArray) => JaxArray,
  a: AveragePool2dAttributes | MaxPool2dAttributes,
): JaxFunction {
  if (a.padding.some((extent) => extent !== 0)) {
    throw new Unsupported(`${operator}: lax.reduceWindow does not pad, padding=${shapeText(a.padding)}`)
  }
  if (a.ceilMode) throw new Unsupported(`${operator}: lax.reduceWindow rounds the output size down, ceilMode=true`)
  if ('dilation' in a && a.dilation.some((d) => d !== 1)) {
    throw new Unsupported(`${operator}: lax.reduceWindow has no dilation, dilation=${shapeText(a.dilation)}`)
  }
  return (x) => lax.reduceWindow(x!, reduce, [...a.kernel], [...a.stride])
}

const withBias =
  (f: JaxFunction): JaxFunction =>
  (x, w, b) =>
    b ? addBias(f(x!, w!), b) : f(x!, w!)

/** y (N,M,P,Q) + b (M) */
const addBias = (y: JaxArray, b: JaxArray): JaxArray => y.add(b.reshape([1, b.shape[0]!, 1, 1]))

const pairsOf = ({ padding: [t, l, b, r] }: Conv2dAttributes): Pairs => [
  [t, b],
  [l, r],
]

const planeOf = ({ shape }: Tensor): Pair => [shape[2]!, shape[3]!]

function zeros(shape: readonly number[], precision: Precision): Tensor {
  const size = sizeOf(shape)
  return { shape, data: precision === 'float32' ? new Float32Array(size) : new Float64Array(size) }
}
