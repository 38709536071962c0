/** Each of ONNX's operators that the contract can say, by name. */
import { type MappedCall, type NodeCall, Unmapped } from './node.ts'
import { activation, gemm, matMul, softmax, softmaxCrossEntropyLoss } from './pointwise.ts'
import { averagePool, conv, convTranspose, globalPool, maxPool } from './sliding.ts'

const mappings: Readonly<Record<string, (node: NodeCall) => readonly MappedCall[]>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalMaxPool: (node) => globalPool('maxPool2d', node),
  GlobalAveragePool: (node) => globalPool('averagePool2d', node),
  Gemm: gemm,
  MatMul: matMul,
  Sigmoid: (node) => activation('sigmoid', node),
  Tanh: (node) => activation('tanh', node),
  Relu: (node) => activation('relu', node),
  Softmax: softmax,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropyLoss,
}

/** The calls that a node comes to. Throws Unmapped. */
export function mappedCalls(node: NodeCall): readonly MappedCall[] {
  const mapping = Object.hasOwn(mappings, node.opType) ? mappings[node.opType] : undefined
  if (!mapping) throw new Unmapped(`the contract has no ${node.opType}`)
  return mapping(node)
}

/** Whether an operator is one of the contract's. */
export const isMapped = (opType: string): boolean => Object.hasOwn(mappings, opType)
