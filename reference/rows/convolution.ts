/** Rows of the convolution layer, its error terms and the transposed convolution: F14, F26–F28. */

import type { Conv2dAttributes } from '../contract.ts'
import { conv2d, conv2dBiasGradient, conv2dInputGradient, conv2dWeightGradient } from '../operator/conv2d.ts'
import { convTranspose2d } from '../operator/convTranspose2d.ts'
import type { AttributeBag, OperatorRow, Sizes } from '../row.ts'
import {
  conv2dBiasGradientShape,
  conv2dInputGradientSizes,
  conv2dSizes,
  conv2dWeightGradientSizes,
  convTranspose2dSizes,
} from '../shape/convolution.ts'
import { outputSize } from '../shape/window.ts'
import { attribute, shape, size } from './read.ts'

const layer = {
  family: 'convolution',
  kind: 'sum',
  sizes: 'nchw mrs',
  attributes: ['stride', 'padding', 'dilation', 'groups'],
  flops,
} satisfies Partial<OperatorRow>

export const convolutionRows: readonly OperatorRow[] = [
  {
    ...layer,
    name: 'conv2d',
    formula: 'F14',
    tex: String.raw`y_{nmpq}=b_m+\sum_c\sum_r\sum_s x_{n,c,\,p s_h-t+r d_h,\,q s_w-l+s d_w}\,w_{mcrs}`,
    source: 'LeCun et al. 1998 §II; Dumoulin & Visin, arXiv:1603.07285',
    operands: ['x', 'w', 'b'],
    optional: 'b',
    linearIn: ['x', 'w'],
    derivatives: { x: 'conv2dInputGradient', w: 'conv2dWeightGradient', b: 'conv2dBiasGradient' },
    textbook: conv2d,
    shapes: (z, a) => ({ x: imageShape(z), w: weightShape(z, a), b: [size(z, 'm')] }),
    resultShape: (x, a) => {
      const { N, M, P, Q } = conv2dSizes(shape(x, 'x'), shape(x, 'w'), x.b, layerAttributes(a))
      return [N, M, P, Q]
    },
    terms: (z, a) => (size(z, 'c') / attribute(a, 'groups')) * size(z, 'r') * size(z, 's') + 1,
  },
  {
    ...layer,
    name: 'conv2dInputGradient',
    formula: 'F26',
    tex: String.raw`\partial E/\partial x_{nchv}=\sum_m\sum_r\sum_s\delta_{nmpq}\,w_{mcrs},\quad p s_h=h+t-r d_h`,
    source: 'Bouvrie 2006 §3; Dumoulin & Visin, arXiv:1603.07285 §4',
    operands: ['dy', 'w'],
    linearIn: ['dy', 'w'],
    textbook: conv2dInputGradient,
    shapes: (z, a) => ({ dy: mapShape('conv2dInputGradient', z, a), w: weightShape(z, a) }),
    terms: (z, a) => (size(z, 'm') / attribute(a, 'groups')) * size(z, 'r') * size(z, 's'),
    resultShape: (x, a) => {
      const inputSize = attribute(a, 'inputSize')
      const sizes = conv2dInputGradientSizes(shape(x, 'dy'), shape(x, 'w'), { ...layerAttributes(a), inputSize })
      return [sizes.N, sizes.C, sizes.H, sizes.W]
    },
    derived: (z) => ({ inputSize: [size(z, 'h'), size(z, 'w')] }),
  },
  {
    ...layer,
    name: 'conv2dWeightGradient',
    formula: 'F27',
    tex: String.raw`\partial E/\partial w_{mcrs}=\sum_n\sum_p\sum_q\delta_{nmpq}\,x_{n,c,\,p s_h-t+r d_h,\,q s_w-l+s d_w}`,
    source: 'Bouvrie 2006 §3',
    operands: ['x', 'dy'],
    linearIn: ['x', 'dy'],
    textbook: conv2dWeightGradient,
    shapes: (z, a) => ({ x: imageShape(z), dy: mapShape('conv2dWeightGradient', z, a) }),
    terms: (z, a) => {
      const [N, , P, Q] = mapShape('conv2dWeightGradient', z, a)
      return N! * P! * Q!
    },
    resultShape: (x, a) => {
      const kernelSize = attribute(a, 'kernelSize')
      const sizes = conv2dWeightGradientSizes(shape(x, 'x'), shape(x, 'dy'), { ...layerAttributes(a), kernelSize })
      return [sizes.M, sizes.Cg, sizes.R, sizes.S]
    },
    derived: (z) => ({ kernelSize: [size(z, 'r'), size(z, 's')] }),
  },
  {
    name: 'conv2dBiasGradient',
    family: 'map',
    kind: 'sum',
    formula: 'F28',
    tex: String.raw`\partial E/\partial b_m=\sum_n\sum_p\sum_q\delta_{nmpq}`,
    source: 'Bouvrie 2006 §3',
    operands: ['dy'],
    sizes: 'nmpq',
    attributes: [],
    linearIn: ['dy'],
    textbook: conv2dBiasGradient,
    shapes: (z) => ({ dy: [size(z, 'n'), size(z, 'm'), size(z, 'p'), size(z, 'q')] }),
    resultShape: (x) => conv2dBiasGradientShape(shape(x, 'dy')),
    terms: (z) => size(z, 'n') * size(z, 'p') * size(z, 'q'),
    flops: (z) => size(z, 'n') * size(z, 'm') * size(z, 'p') * size(z, 'q'),
  },
  {
    name: 'convTranspose2d',
    family: 'transposed',
    kind: 'sum',
    formula: 'F26',
    tex: String.raw`y_{n,c,\,p s_h-t+r d_h,\,q s_w-l+s d_w}\mathrel{+}=x_{nmpq}\,w_{mcrs},\quad y_{nchv}=b_c\text{ at first}`,
    source: 'Dumoulin & Visin, arXiv:1603.07285 §4',
    operands: ['x', 'w', 'b'],
    optional: 'b',
    sizes: 'nmpq crs',
    attributes: ['stride', 'padding', 'dilation', 'groups', 'outputPadding'],
    linearIn: ['x', 'w'],
    derivatives: { b: 'conv2dBiasGradient' },
    textbook: convTranspose2d,
    shapes: (z, a) => ({
      x: [size(z, 'n'), size(z, 'm'), size(z, 'p'), size(z, 'q')],
      w: [size(z, 'm'), size(z, 'c') / attribute(a, 'groups'), size(z, 'r'), size(z, 's')],
      b: [size(z, 'c')],
    }),
    resultShape: (x, a) => {
      const all = { ...layerAttributes(a), outputPadding: attribute(a, 'outputPadding') }
      const { N, C, H, W } = convTranspose2dSizes(shape(x, 'x'), shape(x, 'w'), x.b, all)
      return [N, C, H, W]
    },
    terms: (z, a) => (size(z, 'm') / attribute(a, 'groups')) * size(z, 'r') * size(z, 's') + 1,
    flops: (z, a) =>
      (2 * size(z, 'n') * size(z, 'm') * size(z, 'p') * size(z, 'q') * size(z, 'c') * size(z, 'r') * size(z, 's')) /
      attribute(a, 'groups'),
  },
]

const layerAttributes = (a: AttributeBag): Conv2dAttributes => ({
  stride: attribute(a, 'stride'),
  padding: attribute(a, 'padding'),
  dilation: attribute(a, 'dilation'),
  groups: attribute(a, 'groups'),
})

const imageShape = (z: Sizes): number[] => [size(z, 'n'), size(z, 'c'), size(z, 'h'), size(z, 'w')]

const weightShape = (z: Sizes, a: AttributeBag): number[] => [
  size(z, 'm'),
  size(z, 'c') / attribute(a, 'groups'),
  size(z, 'r'),
  size(z, 's'),
]

function mapShape(operator: string, z: Sizes, a: AttributeBag): number[] {
  const window = {
    kernel: [size(z, 'r'), size(z, 's')],
    stride: attribute(a, 'stride'),
    padding: attribute(a, 'padding'),
    dilation: attribute(a, 'dilation'),
  } as const
  return [size(z, 'n'), size(z, 'm'), ...outputSize(operator, [size(z, 'h'), size(z, 'w')], window)]
}

/** 2 · N · M · P · Q · C/G · R · S: one multiplication and one addition a tap, padding counted as taps. */
function flops(z: Sizes, a: AttributeBag): number {
  const [N, M, P, Q] = mapShape('flops', z, a)
  return (2 * N! * M! * P! * Q! * size(z, 'c') * size(z, 'r') * size(z, 's')) / attribute(a, 'groups')
}
