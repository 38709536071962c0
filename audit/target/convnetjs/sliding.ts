/**
 * ConvLayer and PoolLayer. Both have one stride and one padding for all sides, no dilation, no groups, and round the
 * output size down. Gradients are read where the layers leave them: in_act.dw, filters[m].dw, biases.dw; those of the
 * parameters add up over the samples, as they do in training.
 */
import type { ConvNet, Layer, PoolLayer } from 'convnetjs'
import {
  type Conv2dAttributes,
  type MaxPool2dAttributes,
  type Operators,
  type Padding,
  type Pair,
  Unsupported,
} from '../../../reference/contract.ts'
import { shapeText, type Tensor } from '../../../reference/tensor.ts'
import { imagesOf, volumesOf } from './volume.ts'

type Sliding =
  | 'conv2d'
  | 'conv2dInputGradient'
  | 'conv2dWeightGradient'
  | 'conv2dBiasGradient'
  | 'maxPool2d'
  | 'maxPool2dGradient'

export function slidingOperators(lib: ConvNet): Pick<Operators, Sliding> {
  return {
    conv2d({ x, w, b }, a) {
      const layer = convLayer(lib, 'conv2d', w.shape, [x.shape[2]!, x.shape[3]!], a)
      layer.filters = volumesOf(lib, w)
      if (b) layer.biases.w.set(b.data)
      return imagesOf(
        volumesOf(lib, x).map((image) => layer.forward(image)),
        'w',
      )
    },
    conv2dInputGradient({ dy, w }, a) {
      const layer = convLayer(lib, 'conv2dInputGradient', w.shape, a.inputSize, a)
      layer.filters = volumesOf(lib, w)
      // The input gradient does not depend on the input: any will do for the forward pass that backward() refers to.
      return inputGradients(lib, layer, zeros([dy.shape[0]!, w.shape[1]!, ...a.inputSize]), dy)
    },
    conv2dWeightGradient({ x, dy }, a) {
      const filters = [dy.shape[1]!, x.shape[1]!, ...a.kernelSize]
      const layer = convLayer(lib, 'conv2dWeightGradient', filters, [x.shape[2]!, x.shape[3]!], a)
      inputGradients(lib, layer, x, dy)
      return imagesOf(layer.filters, 'dw')
    },
    conv2dBiasGradient({ dy }) {
      const [N, M, P, Q] = [dy.shape[0]!, dy.shape[1]!, dy.shape[2]!, dy.shape[3]!]
      const plain: Conv2dAttributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 }
      const layer = convLayer(lib, 'conv2dBiasGradient', [M, 1, 1, 1], [P, Q], plain)
      inputGradients(lib, layer, zeros([N, 1, P, Q]), dy)
      return { shape: [M], data: layer.biases.dw }
    },
    maxPool2d({ x }, a) {
      const layer = poolLayer(lib, 'maxPool2d', x, a)
      return imagesOf(
        volumesOf(lib, x).map((image) => layer.forward(image)),
        'w',
      )
    },
    maxPool2dGradient({ x, dy }, a) {
      return inputGradients(lib, poolLayer(lib, 'maxPool2dGradient', x, a), x, dy)
    },
  }
}

/** For each image: forward, the error term into the output's dw, backward. Returns the input's gradients. */
function inputGradients(lib: ConvNet, layer: Layer, x: Tensor, dy: Tensor): Tensor {
  const errors = volumesOf(lib, dy)
  const images = volumesOf(lib, x)
  for (const [n, image] of images.entries()) {
    layer.forward(image).dw.set(errors[n]!.w)
    layer.backward()
  }
  return imagesOf(images, 'dw')
}

/** A layer for weights of the shape (M,C,R,S) over an input of H×W. Its filters are random until they are set. */
export function convLayer(lib: ConvNet, operator: string, w: readonly number[], [H, W]: Pair, a: Conv2dAttributes) {
  if (a.groups !== 1) throw new Unsupported(`${operator}: ConvLayer has no groups, groups=${a.groups}`)
  return new lib.ConvLayer({
    in_sx: W,
    in_sy: H,
    in_depth: w[1]!,
    sx: w[3]!,
    sy: w[2]!,
    filters: w[0]!,
    ...strideAndPad(operator, 'ConvLayer', a.stride, a.padding, a.dilation),
  })
}

export function poolLayer(lib: ConvNet, operator: string, { shape }: Tensor, a: MaxPool2dAttributes): PoolLayer {
  if (a.ceilMode) throw new Unsupported(`${operator}: PoolLayer rounds the output size down, ceilMode=true`)
  return new lib.PoolLayer({
    in_sx: shape[3]!,
    in_sy: shape[2]!,
    in_depth: shape[1]!,
    sx: a.kernel[1],
    sy: a.kernel[0],
    ...strideAndPad(operator, 'PoolLayer', a.stride, a.padding, a.dilation),
  })
}

function strideAndPad(operator: string, layer: string, stride: Pair, padding: Padding, dilation: Pair) {
  if (dilation[0] !== 1 || dilation[1] !== 1) {
    throw new Unsupported(`${operator}: ${layer} has no dilation, dilation=${shapeText(dilation)}`)
  }
  if (stride[0] !== stride[1]) {
    throw new Unsupported(`${operator}: ${layer} has one stride for both axes, stride=${shapeText(stride)}`)
  }
  if (padding.some((extent) => extent !== padding[0])) {
    throw new Unsupported(`${operator}: ${layer} has one padding for all sides, padding=${shapeText(padding)}`)
  }
  return { stride: stride[0], pad: padding[0] }
}

const zeros = (shape: readonly number[]): Tensor => ({
  shape,
  data: new Float64Array(shape.reduce((size, extent) => size * extent, 1)),
})
