/** Rows of the poolings and their error terms: F17, F18, F24, F25. */
import type { AveragePool2dAttributes, MaxPool2dAttributes } from '../contract.ts'
import { averagePool2d, averagePool2dGradient } from '../operator/averagePool2d.ts'
import { maxPool2d, maxPool2dGradient } from '../operator/maxPool2d.ts'
import type { AttributeBag, OperatorRow, Sizes } from '../row.ts'
import {
  averagePool2dGradientSizes,
  averagePool2dSizes,
  maxPool2dGradientSizes,
  maxPool2dSizes,
  type PoolSizes,
} from '../shape/pooling.ts'
import { outputSize } from '../shape/window.ts'
import { attribute, shape, size } from './read.ts'

const pool = { family: 'pooling', sizes: 'nchw', flops, terms } satisfies Partial<OperatorRow>
const maxAttributes = ['kernel', 'stride', 'padding', 'dilation', 'ceilMode'] as const
const averageAttributes = ['kernel', 'stride', 'padding', 'ceilMode', 'countIncludePad'] as const

export const poolingRows: readonly OperatorRow[] = [
  {
    ...pool,
    name: 'maxPool2d',
    kind: 'selection',
    formula: 'F17',
    tex: String.raw`y_{ncpq}=\max_{r,s}x_{n,c,\,p s_h-t+r d_h,\,q s_w-l+s d_w}`,
    source: 'LeCun et al. 1998 §II; Boureau et al. 2010',
    operands: ['x'],
    attributes: maxAttributes,
    linearIn: [],
    derivatives: { x: 'maxPool2dGradient' },
    textbook: maxPool2d,
    shapes: (z) => ({ x: imageShape(z) }),
    resultShape: (x, a) => mapOf(maxPool2dSizes(shape(x, 'x'), maxOf(a))),
  },
  {
    ...pool,
    name: 'maxPool2dGradient',
    kind: 'sum',
    formula: 'F25',
    tex: String.raw`\partial E/\partial x_{nchw}=\sum_{(p,q):\,(h,w)=\arg\max}\delta_{ncpq}`,
    source: 'Bouvrie 2006 §3.2',
    operands: ['x', 'dy'],
    attributes: maxAttributes,
    compared: ['x'],
    linearIn: ['dy'],
    textbook: maxPool2dGradient,
    shapes: (z, a) => ({ x: imageShape(z), dy: mapShape('maxPool2dGradient', z, a) }),
    resultShape: (x, a) => imageOf(maxPool2dGradientSizes(shape(x, 'x'), shape(x, 'dy'), maxOf(a))),
  },
  {
    ...pool,
    name: 'averagePool2d',
    kind: 'mean',
    formula: 'F18',
    tex: String.raw`y_{ncpq}=\frac{1}{|\mathrm{cells}|}\sum_r\sum_s x_{n,c,\,p s_h-t+r,\,q s_w-l+s}`,
    source: 'LeCun et al. 1998 §II',
    operands: ['x'],
    attributes: averageAttributes,
    linearIn: ['x'],
    derivatives: { x: 'averagePool2dGradient' },
    textbook: averagePool2d,
    shapes: (z) => ({ x: imageShape(z) }),
    resultShape: (x, a) => mapOf(averagePool2dSizes(shape(x, 'x'), averageOf(a))),
  },
  {
    ...pool,
    name: 'averagePool2dGradient',
    kind: 'mean',
    formula: 'F24',
    tex: String.raw`\partial E/\partial x_{nchw}=\sum_{(p,q)\ni(h,w)}\delta_{ncpq}/|\mathrm{cells}|`,
    source: 'Bouvrie 2006 §3.2',
    operands: ['dy'],
    attributes: averageAttributes,
    linearIn: ['dy'],
    textbook: averagePool2dGradient,
    shapes: (z, a) => ({ dy: mapShape('averagePool2dGradient', z, a) }),
    resultShape: (x, a) =>
      imageOf(averagePool2dGradientSizes(shape(x, 'dy'), { ...averageOf(a), inputSize: attribute(a, 'inputSize') })),
    derived: (z) => ({ inputSize: [size(z, 'h'), size(z, 'w')] }),
  },
]

const windowOf = (a: AttributeBag) => ({
  kernel: attribute(a, 'kernel'),
  stride: attribute(a, 'stride'),
  padding: attribute(a, 'padding'),
  ceilMode: attribute(a, 'ceilMode'),
})
const maxOf = (a: AttributeBag): MaxPool2dAttributes => ({ ...windowOf(a), dilation: attribute(a, 'dilation') })
const averageOf = (a: AttributeBag): AveragePool2dAttributes => ({
  ...windowOf(a),
  countIncludePad: attribute(a, 'countIncludePad'),
})

const imageOf = ({ N, C, H, W }: PoolSizes): number[] => [N, C, H, W]
const mapOf = ({ N, C, P, Q }: PoolSizes): number[] => [N, C, P, Q]

const imageShape = (z: Sizes): number[] => [size(z, 'n'), size(z, 'c'), size(z, 'h'), size(z, 'w')]

function mapShape(operator: string, z: Sizes, a: AttributeBag): number[] {
  const window = {
    kernel: attribute(a, 'kernel'),
    stride: attribute(a, 'stride'),
    padding: attribute(a, 'padding'),
    dilation: a.dilation ?? ([1, 1] as const),
  }
  const image = [size(z, 'h'), size(z, 'w')] as const
  return [size(z, 'n'), size(z, 'c'), ...outputSize(operator, image, window, attribute(a, 'ceilMode'))]
}

/** The cells of a window, and as many windows at most hold one cell. */
function terms(_z: Sizes, a: AttributeBag): number {
  const [R, S] = attribute(a, 'kernel')
  return R * S
}

/** One comparison or addition a cell of a window. */
function flops(z: Sizes, a: AttributeBag): number {
  const [N, C, P, Q] = mapShape('flops', z, a)
  const [R, S] = attribute(a, 'kernel')
  return N! * C! * P! * Q! * R * S
}
