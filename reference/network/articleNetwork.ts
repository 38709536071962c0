import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { fill } from '../operator/fill.ts'
import { softmax } from '../operator/softmax.ts'
import { sizeOf, type TensorOf } from '../tensor.ts'
import type { ActivationName } from './activation.ts'
import type { Layer } from './layer.ts'
import { type CostName, forwardNetwork } from './layeredNetwork.ts'

/**
 * The network of the article's figure, on images (N,1,28,28).
 *
 *   convolution 5×5, 4 maps   (N,4,24,24)      pooling 2×2   (N,4,12,12)
 *   convolution 5×5, 12 maps  (N,12,8,8)       pooling 2×2   (N,12,4,4) = (N,192)
 *   fully connected, 40       (N,40)           fully connected, 10   (N,10)
 *
 * The figure fixes the order of the layers and the 4 maps; the 5×5 kernels and the halvings 28→24→12→8→4 are those of
 * LeCun et al. 1998, and the 12 maps those of its small sibling LeNet-1; 40 hidden units are our choice.
 */
export interface ArticleNetwork<T> {
  readonly layers: readonly Layer<T>[]
  readonly cost: CostName
}

/**
 * 'mean': mean pooling, sigmoid after every weighted layer, quadratic cost (F18, F8, F21): the network of Bouvrie 2006.
 * 'max': max pooling, relu, softmax with cross-entropy (F17, F8, F30).
 */
export type ArticleVariant = 'mean' | 'max'

const MAPS = 4
const MORE_MAPS = 12
const HIDDEN = 40
const CLASSES = 10
const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false } as const

/**
 * The network with its first weights. `random` gives numbers in [0,1), is called once a weight, layer by layer, w before
 * b, row-major; a weight is (2·random − 1)/√(inputs of its unit), so that sums start near the middle of the sigmoid.
 */
export function articleNetwork<T>(k: Arithmetic<T>, variant: ArticleVariant, random: () => number): ArticleNetwork<T> {
  const weights = (shape: readonly number[]) => {
    const units = shape[0]!
    const inputs = sizeOf(shape) / units
    const draw = () => k.from((2 * random() - 1) / Math.sqrt(inputs))
    return { w: fill(k, shape, draw), b: fill(k, [units], draw) }
  }
  const f: ActivationName = variant === 'mean' ? 'sigmoid' : 'relu'
  const activation: Layer<T> = { kind: 'activation', f }
  const convolution = (M: number, C: number): Layer<T> => ({
    kind: 'conv2d',
    ...weights([M, C, 5, 5]),
    attributes: { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  })
  const pooling: Layer<T> =
    variant === 'mean'
      ? { kind: 'averagePool2d', attributes: { ...window, countIncludePad: false } }
      : { kind: 'maxPool2d', attributes: { ...window, dilation: [1, 1] } }
  const connected = (O: number, I: number): Layer<T> => ({ kind: 'dense', ...weights([O, I]) })

  const layers: Layer<T>[] = [
    convolution(MAPS, 1),
    activation,
    pooling,
    convolution(MORE_MAPS, MAPS),
    activation,
    pooling,
    { kind: 'flatten' },
    connected(HIDDEN, MORE_MAPS * 4 * 4),
    activation,
    connected(CLASSES, HIDDEN),
  ]
  return variant === 'mean'
    ? { layers: [...layers, activation], cost: 'quadratic' }
    : { layers, cost: 'softmaxCrossEntropy' }
}

/** What the network answers for x (N,1,28,28): (N,10), through the softmax where that is part of the cost. Throws ShapeError. */
export function predict<T>(k: Arithmetic<T>, { layers, cost }: ArticleNetwork<T>, x: TensorOf<T>): TensorOf<T> {
  const y = forwardNetwork(k, layers, x).at(-1)!
  return cost === 'softmaxCrossEntropy' ? softmax(k, { x: y }) : y
}
