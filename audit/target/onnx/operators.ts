/**
 * The contract's operators as ONNX nodes. Layouts agree (NCHW, weights (M,C/G,R,S)), so that only names change. ONNX has
 * no gradients and no costs over soft targets: those operators are not offered.
 *
 * Source: ONNX operator documentation, https://onnx.ai/onnx/operators/.
 */
import {
  type Attributes,
  type AveragePool2dAttributes,
  type Conv2dAttributes,
  type ConvTranspose2dAttributes,
  type MaxPool2dAttributes,
  type Operands,
  type OperatorName,
  type Operators,
  type Pair,
  Unsupported,
} from '../../../reference/contract.ts'
import type { AnyOperands, AttributeBag } from '../../../reference/operators.ts'
import { type Precision, shapeText, type Tensor } from '../../../reference/tensor.ts'
import { type AttributeValue, oneNodeModel, type Value } from './model.ts'
import { missingForward, missingTransposed, type PaddingWay, paddingAttributes } from './padding.ts'
import type { Sessions } from './session.ts'

/** One way to say an operator in ONNX. */
export interface Way {
  /** Stands behind the target's name, as in onnxruntime-node/same; '' for the main way. */
  readonly suffix: string
  readonly precision: Precision
  readonly opset: number
  readonly padding: PaddingWay
  /**
   * Weights fed at run time under open shapes, or part of a model of fixed shapes, as models ship them: only then do the
   * runtime's optimizers repack them.
   */
  readonly weights: 'fed' | 'constant'
  readonly operators: readonly OperatorName[]
}

type Named = Readonly<Record<string, Tensor | undefined>>

/** A call of the contract as a node. */
export interface NodeForm {
  readonly opType: string
  readonly x: Tensor
  readonly weights: Named
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Operators of the contract that ONNX has. */
const inOnnx = [
  'conv2d',
  'convTranspose2d',
  'maxPool2d',
  'averagePool2d',
  'dense',
  'sigmoid',
  'tanh',
  'relu',
  'softmax',
] as const
type InOnnx = (typeof inOnnx)[number]

const forms: { [K in InOnnx]: (way: Way, operands: Operands<K>, attributes: Attributes<K>) => NodeForm } = {
  conv2d: (way, { x, w, b }, a) => form('Conv', x, { w, b }, convAttributes(way, planeOf(x), planeOf(w), a)),
  convTranspose2d: (way, { x, w, b }, a) =>
    form('ConvTranspose', x, { w, b }, convTransposeAttributes(way, planeOf(w), a)),
  maxPool2d: (way, { x }, a) => form('MaxPool', x, {}, maxPoolAttributes(way, planeOf(x), a)),
  averagePool2d: (way, { x }, a) => form('AveragePool', x, {}, averagePoolAttributes(way, planeOf(x), a)),
  dense: (_, { x, w, b }) => form('Gemm', x, { w, b }, { transB: 1 }),
  sigmoid: (_, { x }) => form('Sigmoid', x, {}, {}),
  tanh: (_, { x }) => form('Tanh', x, {}, {}),
  relu: (_, { x }) => form('Relu', x, {}, {}),
  softmax: (_, { x }) => form('Softmax', x, {}, { axis: -1 }),
}

const form = (opType: string, x: Tensor, weights: Named, attributes: NodeForm['attributes']): NodeForm => ({
  opType,
  x,
  weights,
  attributes,
})

/** The node of a call of any operator; undefined where ONNX has none. Throws Unsupported where the way cannot say it. */
export function nodeForm(
  way: Way,
  operator: OperatorName,
  operands: Readonly<Record<string, Tensor | undefined>>,
  attributes: AttributeBag,
): NodeForm | undefined {
  const name = inOnnx.find((known) => known === operator)
  if (name === undefined) return undefined
  // A method's parameters are bivariant, so that one signature serves every row.
  const known: { of(way: Way, operands: AnyOperands<number>, attributes: AttributeBag): NodeForm } = { of: forms[name] }
  return known.of(way, operands, attributes)
}

/** The operators of a way, over the sessions of one runtime. */
export function onnxOperators(sessions: Sessions, way: Way): Partial<Operators> {
  const run =
    <K extends InOnnx>(name: K, refuse: (a: Attributes<K>) => void = () => {}) =>
    async (operands: Operands<K>, attributes: Attributes<K>): Promise<Tensor> => {
      refuse(attributes)
      return runNode(sessions, way, forms[name](way, operands, attributes))
    }
  const all: Partial<Operators> = {
    conv2d: run('conv2d'),
    convTranspose2d: run('convTranspose2d'),
    maxPool2d: run('maxPool2d', (a) => refuseDeep('maxPool2d', way, a)),
    averagePool2d: run('averagePool2d', (a) => refuseDeep('averagePool2d', way, a)),
    dense: run('dense'),
    sigmoid: run('sigmoid'),
    tanh: run('tanh'),
    relu: run('relu'),
    softmax: run('softmax'),
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => way.operators.some((offered) => offered === name)))
}

function convAttributes(way: Way, input: Pair, kernel: Pair, a: Conv2dAttributes): Record<string, AttributeValue> {
  if (way.padding === 'SAME_UPPER' && a.dilation.some((d) => d !== 1)) {
    throw new Unsupported(
      `conv2d: onnxruntime does not derive padding for a dilated kernel, dilation=${shapeText(a.dilation)}`,
    )
  }
  const missing = missingForward(input, kernel, a.stride, a.dilation)
  return {
    kernel_shape: kernel,
    strides: a.stride,
    dilations: a.dilation,
    group: a.groups,
    ...paddingAttributes(way.padding, { operator: 'conv2d', padding: a.padding, missing }),
  }
}

function convTransposeAttributes(way: Way, kernel: Pair, a: ConvTranspose2dAttributes): Record<string, AttributeValue> {
  const missing = missingTransposed(kernel, a.stride, a.dilation, a.outputPadding)
  return {
    kernel_shape: kernel,
    strides: a.stride,
    dilations: a.dilation,
    group: a.groups,
    output_padding: a.outputPadding,
    ...paddingAttributes(way.padding, { operator: 'convTranspose2d', padding: a.padding, missing }),
  }
}

function maxPoolAttributes(way: Way, input: Pair, a: MaxPool2dAttributes): Record<string, AttributeValue> {
  refuseCeil('maxPool2d', way, a)
  const missing = missingForward(input, a.kernel, a.stride, a.dilation)
  return {
    kernel_shape: a.kernel,
    strides: a.stride,
    dilations: a.dilation,
    ceil_mode: Number(a.ceilMode),
    ...paddingAttributes(way.padding, { operator: 'maxPool2d', padding: a.padding, missing }),
  }
}

function averagePoolAttributes(way: Way, input: Pair, a: AveragePool2dAttributes): Record<string, AttributeValue> {
  refuseCeil('averagePool2d', way, a)
  const missing = missingForward(input, a.kernel, a.stride, [1, 1])
  return {
    kernel_shape: a.kernel,
    strides: a.stride,
    ceil_mode: Number(a.ceilMode),
    count_include_pad: Number(a.countIncludePad),
    ...paddingAttributes(way.padding, { operator: 'averagePool2d', padding: a.padding, missing }),
  }
}

/** onnxruntime refuses padding as large as the kernel, dilated or not (core/providers/cpu/nn/pool_attributes.h). */
function refuseDeep(operator: string, way: Way, a: AveragePool2dAttributes | MaxPool2dAttributes): void {
  if (way.padding !== 'pads' || a.padding.every((extent, i) => extent < a.kernel[i % 2 === 0 ? 0 : 1])) return
  throw new Unsupported(
    `${operator}: onnxruntime pads by less than the kernel, padding=${shapeText(a.padding)} kernel=${shapeText(a.kernel)}`,
  )
}

function refuseCeil(operator: string, way: Way, a: AveragePool2dAttributes | MaxPool2dAttributes): void {
  if (way.padding === 'pads' || !a.ceilMode) return
  throw new Unsupported(
    `${operator}: ONNX derives the output size from auto_pad=${way.padding}, ceil_mode has no say in it`,
  )
}

function runNode(sessions: Sessions, way: Way, node: NodeForm): Promise<Tensor> {
  const { precision, opset, weights } = way
  const { opType, x, attributes } = node
  const given = Object.entries(node.weights).flatMap(([name, value]) => (value ? [{ name, value }] : []))
  const outputs: Value[] = [{ name: 'y', precision }]
  if (weights === 'constant') {
    const inputs: Value[] = [{ name: 'x', precision, shape: x.shape }]
    return sessions.run(oneNodeModel({ opType, inputs, initializers: given, outputs, attributes, opset }), { x })
  }
  const operands: Record<string, Tensor> = { x }
  for (const { name, value } of given) operands[name] = value
  const inputs = Object.entries(operands).map(([name, { shape }]) => ({
    name,
    precision,
    shape: shape.map(() => null),
  }))
  return sessions.run(oneNodeModel({ opType, inputs, outputs, attributes, opset }), operands)
}

/** Height and width, the last two of four axes. */
const planeOf = ({ shape }: Tensor): Pair => [shape[2]!, shape[3]!]
