/**
 * What an implementation is. The textbook, the optimized kernels, an npm package behind an adapter and a program
 * behind a pipe are all this one object. Layout NCHW for data, (out, in / groups, height, width) for weights;
 * padding is [top, left, bottom, right], always explicit, never negative.
 */
import type { Precision, Tensor, TensorOf } from './tensor.ts'

export type { Precision, Tensor } from './tensor.ts'

export type Pair = readonly [height: number, width: number]
export type Padding = readonly [top: number, left: number, bottom: number, right: number]
export type Mode = 'full' | 'same' | 'valid'
/** No attributes: the operator takes an empty object. */
export type None = Readonly<Record<never, never>>

export interface SequenceAttributes {
  readonly mode: Mode
}
export interface Conv2dAttributes {
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  readonly groups: number
}
export interface Conv2dInputGradientAttributes extends Conv2dAttributes {
  readonly inputSize: Pair
}
export interface Conv2dWeightGradientAttributes extends Conv2dAttributes {
  readonly kernelSize: Pair
}
export interface ConvTranspose2dAttributes extends Conv2dAttributes {
  readonly outputPadding: Pair
}
export interface MaxPool2dAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
  readonly ceilMode: boolean
}
export interface AveragePool2dAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly ceilMode: boolean
  readonly countIncludePad: boolean
}
export interface AveragePool2dGradientAttributes extends AveragePool2dAttributes {
  readonly inputSize: Pair
}

/** Operands (over tensors X) and attributes of every operator: the table of contract.md as a type. */
export interface Signatures<X> {
  convolve1d: { operands: { f: X; g: X }; attributes: SequenceAttributes }
  correlate1d: { operands: { f: X; g: X }; attributes: SequenceAttributes }
  convolve2d: { operands: { f: X; g: X }; attributes: SequenceAttributes }
  correlate2d: { operands: { f: X; g: X }; attributes: SequenceAttributes }
  conv2d: { operands: { x: X; w: X; b?: X | undefined }; attributes: Conv2dAttributes }
  conv2dInputGradient: { operands: { dy: X; w: X }; attributes: Conv2dInputGradientAttributes }
  conv2dWeightGradient: { operands: { x: X; dy: X }; attributes: Conv2dWeightGradientAttributes }
  conv2dBiasGradient: { operands: { dy: X }; attributes: None }
  convTranspose2d: { operands: { x: X; w: X; b?: X | undefined }; attributes: ConvTranspose2dAttributes }
  maxPool2d: { operands: { x: X }; attributes: MaxPool2dAttributes }
  maxPool2dGradient: { operands: { x: X; dy: X }; attributes: MaxPool2dAttributes }
  averagePool2d: { operands: { x: X }; attributes: AveragePool2dAttributes }
  averagePool2dGradient: { operands: { dy: X }; attributes: AveragePool2dGradientAttributes }
  dense: { operands: { x: X; w: X; b?: X | undefined }; attributes: None }
  denseInputGradient: { operands: { dy: X; w: X }; attributes: None }
  denseWeightGradient: { operands: { x: X; dy: X }; attributes: None }
  denseBiasGradient: { operands: { dy: X }; attributes: None }
  sigmoid: { operands: { x: X }; attributes: None }
  tanh: { operands: { x: X }; attributes: None }
  relu: { operands: { x: X }; attributes: None }
  sigmoidGradient: { operands: { y: X; dy: X }; attributes: None }
  tanhGradient: { operands: { y: X; dy: X }; attributes: None }
  reluGradient: { operands: { x: X; dy: X }; attributes: None }
  softmax: { operands: { x: X }; attributes: None }
  softmaxGradient: { operands: { y: X; dy: X }; attributes: None }
  quadraticCost: { operands: { y: X; t: X }; attributes: None }
  quadraticCostGradient: { operands: { y: X; t: X }; attributes: None }
  softmaxCrossEntropy: { operands: { x: X; t: X }; attributes: None }
  softmaxCrossEntropyGradient: { operands: { x: X; t: X }; attributes: None }
}

export type OperatorName = keyof Signatures<Tensor>
/** Operands of an operator over numbers of type T, for the textbook. */
export type OperandsOf<K extends OperatorName, T> = Signatures<TensorOf<T>>[K]['operands']
/** Operands of an operator over machine floats, for implementations. */
export type Operands<K extends OperatorName> = Signatures<Tensor>[K]['operands']
export type Attributes<K extends OperatorName> = Signatures<Tensor>[K]['attributes']

export type Operator<K extends OperatorName> = (
  operands: Operands<K>,
  attributes: Attributes<K>,
) => Tensor | Promise<Tensor>

export type Operators = { [K in OperatorName]: Operator<K> }

/** How convolutions are computed: 'sum' is any order of the textbook's products; the others have a normwise bound. */
export type Numerics = 'sum' | 'winograd' | 'fft'

export interface Implementation {
  readonly name: string
  readonly version?: string
  /** Of the results and, by default, of the accumulation. */
  readonly precision: Precision
  readonly numerics?: Numerics
  /** An operator that is left out is reported 'not offered'. */
  readonly operators: Partial<Operators>
  close?(): void | Promise<void>
}

/** Operands whose shapes do not fit together, or attributes out of their range. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** Thrown by an implementation that does not offer a combination of attributes; never counted as wrong. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}
