/** Rows of the activations, softmax and the costs: F8, F20–F22, F30. */

import type { OperatorName } from '../contract.ts'
import { quadraticCost, quadraticCostGradient } from '../operator/quadraticCost.ts'
import { relu, reluGradient } from '../operator/relu.ts'
import { sigmoid, sigmoidGradient } from '../operator/sigmoid.ts'
import { softmax, softmaxGradient } from '../operator/softmax.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from '../operator/softmaxCrossEntropy.ts'
import { tanh, tanhGradient } from '../operator/tanh.ts'
import type { OperatorRow, Sizes } from '../row.ts'
import { sameShape } from '../shape/pointwise.ts'
import { shape, size } from './read.ts'

/** Operators that take any shape are exercised on four axes, some of them 1. */
const anyShape = (z: Sizes): number[] => [size(z, 'n'), size(z, 'c'), size(z, 'h'), size(z, 'w')]
const elements = (z: Sizes): number => anyShape(z).reduce((a, b) => a * b)
const matrix = (z: Sizes): number[] => [size(z, 'n'), size(z, 'k')]
const cells = (z: Sizes): number => size(z, 'n') * size(z, 'k')

const pointwise = { family: 'pointwise', sizes: 'nchw', attributes: [], terms: () => 1 } satisfies Partial<OperatorRow>
const activation = {
  ...pointwise,
  operands: ['x'],
  linearIn: [],
  shapes: (z) => ({ x: anyShape(z) }),
  resultShape: (x) => [...shape(x, 'x')],
  flops: elements,
} satisfies Partial<OperatorRow>
const slope = (name: OperatorName) =>
  ({
    ...pointwise,
    name,
    operands: ['y', 'dy'],
    linearIn: ['dy'],
    kind: 'sum',
    shapes: (z) => ({ y: anyShape(z), dy: anyShape(z) }),
    resultShape: (x) => sameShape(name, 'y', shape(x, 'y'), 'dy', shape(x, 'dy')),
    flops: (z) => 3 * elements(z),
  }) satisfies Partial<OperatorRow>
const rows = { family: 'rows', sizes: 'nk', attributes: [], terms: (z) => size(z, 'k') } satisfies Partial<OperatorRow>
const cost = {
  ...rows,
  source: 'Bouvrie 2006 §2',
  operands: ['y', 't'],
  kind: 'sum',
  shapes: (z) => ({ y: matrix(z), t: matrix(z) }),
  terms: cells,
  flops: (z) => 3 * cells(z),
} satisfies Partial<OperatorRow>
const crossEntropy = {
  ...rows,
  formula: 'F30',
  source: 'Bridle 1990; Goodfellow et al. 2016 §6.2.2',
  operands: ['x', 't'],
  kind: 'function',
  shapes: (z) => ({ x: matrix(z), t: matrix(z) }),
  flops: (z) => 5 * cells(z),
} satisfies Partial<OperatorRow>

export const pointwiseRows: readonly OperatorRow[] = [
  {
    ...activation,
    name: 'sigmoid',
    kind: 'function',
    formula: 'F8',
    tex: String.raw`\sigma(z)=1/(1+e^{-z})`,
    source: 'Rumelhart et al. 1986',
    derivatives: { x: 'sigmoidGradient' },
    textbook: sigmoid,
  },
  {
    ...activation,
    name: 'tanh',
    kind: 'function',
    formula: 'F8',
    tex: String.raw`\tanh z=(e^z-e^{-z})/(e^z+e^{-z})`,
    source: 'LeCun et al. 1998 §II',
    derivatives: { x: 'tanhGradient' },
    textbook: tanh,
  },
  {
    ...activation,
    name: 'relu',
    kind: 'selection',
    formula: 'F8',
    tex: String.raw`\mathrm{relu}(z)=\max(z,0)`,
    source: 'Nair & Hinton 2010',
    derivatives: { x: 'reluGradient' },
    textbook: relu,
  },
  {
    ...slope('sigmoidGradient'),
    formula: 'F8',
    tex: String.raw`\delta\,y(1-y)`,
    source: 'Bouvrie 2006 §2',
    textbook: sigmoidGradient,
  },
  {
    ...slope('tanhGradient'),
    formula: 'F8',
    tex: String.raw`\delta\,(1-y^2)`,
    source: 'Bouvrie 2006 §2',
    textbook: tanhGradient,
  },
  {
    ...slope('reluGradient'),
    kind: 'selection',
    formula: 'F8',
    tex: String.raw`\delta\,[x>0]`,
    source: 'Nair & Hinton 2010',
    operands: ['x', 'dy'],
    compared: ['x'],
    textbook: reluGradient,
    shapes: (z) => ({ x: anyShape(z), dy: anyShape(z) }),
    resultShape: (x) => sameShape('reluGradient', 'x', shape(x, 'x'), 'dy', shape(x, 'dy')),
  },
  {
    ...rows,
    name: 'softmax',
    kind: 'function',
    formula: 'F20',
    tex: String.raw`y_k=e^{x_k-\max x}/\sum_j e^{x_j-\max x}`,
    source: 'Bridle 1990',
    operands: ['x'],
    linearIn: [],
    derivatives: { x: 'softmaxGradient' },
    textbook: softmax,
    shapes: (z) => ({ x: matrix(z) }),
    resultShape: (x) => [...shape(x, 'x')],
    flops: (z) => 4 * cells(z),
  },
  {
    ...rows,
    name: 'softmaxGradient',
    kind: 'sum',
    formula: 'F20',
    tex: String.raw`y_k(\delta_k-\textstyle\sum_j y_j\delta_j)`,
    source: 'Bridle 1990',
    operands: ['y', 'dy'],
    linearIn: ['dy'],
    textbook: softmaxGradient,
    resultShape: (x) => sameShape('softmaxGradient', 'y', shape(x, 'y'), 'dy', shape(x, 'dy')),
    shapes: (z) => ({ y: matrix(z), dy: matrix(z) }),
    flops: (z) => 4 * cells(z),
  },
  {
    ...cost,
    name: 'quadraticCost',
    formula: 'F21',
    tex: String.raw`\tfrac12\sum_n\sum_k(t^n_k-y^n_k)^2`,
    linearIn: [],
    derivatives: { y: 'quadraticCostGradient' },
    textbook: quadraticCost,
    resultShape: () => [],
  },
  {
    ...cost,
    name: 'quadraticCostGradient',
    formula: 'F10',
    tex: 'y^n_k-t^n_k',
    linearIn: [],
    textbook: quadraticCostGradient,
    resultShape: (x) => sameShape('quadraticCostGradient', 'y', shape(x, 'y'), 't', shape(x, 't')),
  },
  {
    ...crossEntropy,
    name: 'softmaxCrossEntropy',
    tex: String.raw`-\sum_n\sum_k t^n_k\log\mathrm{softmax}(x^n)_k`,
    linearIn: ['t'],
    derivatives: { x: 'softmaxCrossEntropyGradient' },
    textbook: softmaxCrossEntropy,
    resultShape: () => [],
  },
  {
    ...crossEntropy,
    name: 'softmaxCrossEntropyGradient',
    tex: String.raw`y_k\textstyle\sum_j t_j-t_k`,
    linearIn: ['t'],
    textbook: softmaxCrossEntropyGradient,
    resultShape: (x) => sameShape('softmaxCrossEntropyGradient', 'x', shape(x, 'x'), 't', shape(x, 't')),
  },
]
