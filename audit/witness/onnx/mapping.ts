/** Each of ONNX's operators that the contract can say, by name. */
import { type MappedCall, type NodeTest, Unmapped } from './nodeTest.ts'
import { activation, gemm, matMul, softmax, softmaxCrossEntropyLoss } from './pointwise.ts'
import { averagePool, conv, convTranspose, globalPool, maxPool } from './sliding.ts'

const mappings: Readonly<Record<string, (test: NodeTest) => readonly MappedCall[]>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalMaxPool: (test) => globalPool('maxPool2d', test),
  GlobalAveragePool: (test) => globalPool('averagePool2d', test),
  Gemm: gemm,
  MatMul: matMul,
  Sigmoid: (test) => activation('sigmoid', test),
  Tanh: (test) => activation('tanh', test),
  Relu: (test) => activation('relu', test),
  Softmax: softmax,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropyLoss,
}

/** The calls that a node test comes to. Throws Unmapped. */
export function mappedCalls(test: NodeTest): readonly MappedCall[] {
  const [opType = '', ...rest] = test.nodes
  if (rest.length > 0) throw new Unmapped('the data of another test, whose node is written out as several')
  const mapping = mappings[opType]
  if (!mapping) throw new Unmapped(`the contract has no ${opType}`)
  return mapping(test)
}
