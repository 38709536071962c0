/**
 * One layer of a network as data, and what it does forward and backward. Everything a convolutional network learns by is
 * one of these rules: F14, F17–F20 forward; F11, F12, F24–F28 backward.
 */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import {
  type AveragePool2dAttributes,
  type Conv2dAttributes,
  type MaxPool2dAttributes,
  type Pair,
  ShapeError,
} from '../contract.ts'
import { averagePool2d, averagePool2dGradient } from '../operator/averagePool2d.ts'
import { conv2d, conv2dBiasGradient, conv2dInputGradient, conv2dWeightGradient } from '../operator/conv2d.ts'
import { dense, denseBiasGradient, denseInputGradient, denseWeightGradient } from '../operator/dense.ts'
import { maxPool2d, maxPool2dGradient } from '../operator/maxPool2d.ts'
import { softmax, softmaxGradient } from '../operator/softmax.ts'
import { checkRank } from '../shape/window.ts'
import { sizeOf, type TensorOf } from '../tensor.ts'
import { type ActivationName, activations } from './activation.ts'

/** w and b of a layer, or their gradients: of one shape. */
export interface Parameters<T> {
  readonly w: TensorOf<T>
  readonly b: TensorOf<T>
}

export type Layer<T> =
  | ({ readonly kind: 'conv2d'; readonly attributes: Conv2dAttributes } & Parameters<T>)
  | ({ readonly kind: 'dense' } & Parameters<T>)
  | { readonly kind: 'maxPool2d'; readonly attributes: MaxPool2dAttributes }
  | { readonly kind: 'averagePool2d'; readonly attributes: AveragePool2dAttributes }
  | { readonly kind: 'activation'; readonly f: ActivationName }
  /** (N,C,H,W) → (N,C·H·W), row-major. */
  | { readonly kind: 'flatten' }
  | { readonly kind: 'softmax' }

/** What a layer passes down, and what it learns itself. */
export interface LayerBackward<T> {
  /** ∂E/∂x, like x. */
  readonly dx: TensorOf<T>
  /** ∂E/∂w and ∂E/∂b, of a layer that has them. */
  readonly gradients?: Parameters<T>
}

/** The output y of a layer for N samples x. Throws ShapeError. */
export function layerForward<T>(k: Arithmetic<T>, layer: Layer<T>, x: TensorOf<T>): TensorOf<T> {
  switch (layer.kind) {
    case 'conv2d':
      return conv2d(k, { x, w: layer.w, b: layer.b }, layer.attributes)
    case 'dense':
      return dense(k, { x, w: layer.w, b: layer.b })
    case 'maxPool2d':
      return maxPool2d(k, { x }, layer.attributes)
    case 'averagePool2d':
      return averagePool2d(k, { x }, layer.attributes)
    case 'activation':
      return activations[layer.f].forward(k, x)
    case 'flatten':
      if (x.shape.length === 0) throw new ShapeError(`flatten: x=() has no samples; give at least the axis N`)
      return { shape: [x.shape[0]!, sizeOf(x.shape.slice(1))], data: x.data }
    case 'softmax':
      return softmax(k, { x })
  }
}

/** From dy = ∂E/∂y of a layer to ∂E/∂x and the gradients of its parameters; x and y are those of the forward pass. Throws ShapeError. */
export function layerBackward<T>(
  k: Arithmetic<T>,
  layer: Layer<T>,
  x: TensorOf<T>,
  y: TensorOf<T>,
  dy: TensorOf<T>,
): LayerBackward<T> {
  switch (layer.kind) {
    case 'conv2d': {
      const { w, attributes } = layer
      return {
        dx: conv2dInputGradient(k, { dy, w }, { ...attributes, inputSize: planeOf('conv2d', x) }),
        gradients: {
          w: conv2dWeightGradient(k, { x, dy }, { ...attributes, kernelSize: planeOf('conv2d', w) }),
          b: conv2dBiasGradient(k, { dy }),
        },
      }
    }
    case 'dense':
      return {
        dx: denseInputGradient(k, { dy, w: layer.w }),
        gradients: { w: denseWeightGradient(k, { x, dy }), b: denseBiasGradient(k, { dy }) },
      }
    case 'maxPool2d':
      return { dx: maxPool2dGradient(k, { x, dy }, layer.attributes) }
    case 'averagePool2d':
      return {
        dx: averagePool2dGradient(k, { dy }, { ...layer.attributes, inputSize: planeOf('averagePool2d', x) }),
      }
    case 'activation':
      return { dx: activations[layer.f].backward(k, x, y, dy) }
    case 'flatten':
      return { dx: { shape: x.shape, data: dy.data } }
    case 'softmax':
      return { dx: softmaxGradient(k, { y, dy }) }
  }
}

/** The last two of four extents. */
function planeOf<T>(operator: string, x: TensorOf<T>): Pair {
  checkRank(operator, 'x', x.shape, ['N', 'C', 'H', 'W'])
  return [x.shape[2]!, x.shape[3]!]
}
