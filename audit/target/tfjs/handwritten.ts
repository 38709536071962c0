/**
 * Cases with results worked out by hand, so small that a glance checks them: digits in different decimal places show which
 * operand went where. They test the adapters, not tfjs; cases on which tfjs is known to be wrong do not belong here.
 */
import type { Attributes, Implementation, Operands, OperatorName, Padding, Pair } from '../../../reference/contract.ts'
import { type Tensor, tensor } from '../../../reference/tensor.ts'

export interface Handwritten {
  readonly name: string
  readonly operator: OperatorName
  readonly expected: Tensor
  /**
   * The ways that can say it, of those that offer the operator; 'explicit' is the main implementation. A number as padding is
   * listed for square kernels and strides alone: tfjs takes the kernel and stride of the rows for the columns too.
   */
  readonly ways: readonly string[]
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  run(implementation: Implementation): Promise<Tensor>
}

function handwritten<K extends OperatorName>(
  operator: K,
  name: string,
  ways: string,
  operands: Operands<K>,
  attributes: Attributes<K>,
  expected: Tensor,
): Handwritten {
  return {
    name: `${operator}: ${name}`,
    operator,
    expected,
    ways: ways.split(' '),
    operands: { ...operands },
    async run(implementation) {
      const f = implementation.operators[operator]
      if (f === undefined) throw new Error(`${implementation.name} does not offer ${operator}`)
      return f(operands, attributes)
    },
  }
}

const t = (shape: readonly number[], values: readonly number[]): Tensor => tensor(shape, values, 'float32')
const [no, one]: [Padding, Pair] = [[0, 0, 0, 0], [1, 1]] // biome-ignore format: reads as one table
const plain = { stride: one, padding: no, dilation: one, groups: 1 } as const

const convolution: readonly Handwritten[] = [
  handwritten(
    'conv2d',
    'left padding alone, kernel 1×2 not turned',
    'explicit fused nchw',
    { x: t([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), w: t([1, 1, 1, 2], [1, 10]) },
    { ...plain, padding: [0, 1, 0, 0] },
    t([1, 1, 2, 3], [10, 21, 32, 40, 54, 65]),
  ),
  handwritten(
    'conv2d',
    'top padding and stride along the columns alone',
    'explicit fused nchw',
    { x: t([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), w: t([1, 1, 2, 1], [1, 10]) },
    { ...plain, padding: [1, 0, 0, 0], stride: [1, 2] },
    t([1, 1, 2, 2], [10, 30, 41, 63]),
  ),
  handwritten(
    'conv2d',
    'two images, two channels, three filters, a bias each',
    'explicit number valid same fused fused-same nchw',
    {
      x: t([2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
      w: t([3, 2, 1, 1], [1, 0, 0, 1, 1, 100]),
      b: t([3], [0, 10, 1000]),
    },
    plain,
    t([2, 3, 1, 2], [1, 2, 13, 14, 1301, 1402, 5, 6, 17, 18, 1705, 1806]),
  ),
  handwritten(
    'conv2d',
    'depthwise with multiplier 2: filters 0, 1 read channel 0, filters 2, 3 channel 1',
    'explicit valid',
    { x: t([1, 2, 1, 2], [1, 2, 3, 4]), w: t([4, 1, 1, 2], [1, 0, 0, 1, 1, 10, 10, 1]), b: t([4], [0, 0, 0, 100]) },
    { ...plain, groups: 2 },
    t([1, 4, 1, 1], [1, 2, 43, 134]),
  ),
  handwritten(
    'conv2d',
    'one cell of padding all around, stride 2',
    'explicit number fused nchw',
    { x: t([1, 1, 2, 2], [1, 2, 3, 4]), w: t([1, 1, 2, 2], [1, 10, 100, 1000]) },
    { ...plain, padding: [1, 1, 1, 1], stride: [2, 2] },
    t([1, 1, 2, 2], [1000, 200, 30, 4]),
  ),
  handwritten(
    'conv2d',
    "the odd cell of 'same' padding comes last",
    'explicit same fused fused-same nchw',
    { x: t([1, 1, 1, 4], [1, 2, 3, 4]), w: t([1, 1, 1, 2], [1, 10]) },
    { ...plain, padding: [0, 0, 0, 1] },
    t([1, 1, 1, 4], [21, 32, 43, 4]),
  ),
  handwritten(
    'conv2d',
    'dilation of the rows',
    'explicit valid fused nchw',
    { x: t([1, 1, 3, 2], [1, 2, 3, 4, 5, 6]), w: t([1, 1, 2, 1], [1, 10]) },
    { ...plain, dilation: [2, 1] },
    t([1, 1, 1, 2], [51, 62]),
  ),
  handwritten(
    'conv2dInputGradient',
    'each δ lays down the kernel, left padding cut away, stride 2',
    'explicit fused nchw',
    { dy: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 1, 2], [2, 3]) },
    { ...plain, padding: [0, 1, 0, 0], stride: [1, 2], inputSize: [1, 4] },
    t([1, 1, 1, 4], [3, 20, 30, 0]),
  ),
  handwritten(
    'conv2dInputGradient',
    'summed over the maps, not over the channels',
    'explicit number valid same fused fused-same nchw',
    { dy: t([1, 2, 1, 1], [1, 10]), w: t([2, 2, 1, 1], [1, 2, 3, 4]) },
    { ...plain, inputSize: [1, 1] },
    t([1, 2, 1, 1], [31, 42]),
  ),
  handwritten(
    'conv2dInputGradient',
    'depthwise with multiplier 2',
    'explicit valid',
    { dy: t([1, 4, 1, 1], [1, 10, 100, 1000]), w: t([4, 1, 1, 2], [1, 0, 0, 1, 1, 2, 3, 4]) },
    { ...plain, groups: 2, inputSize: [1, 2] },
    t([1, 2, 1, 2], [1, 10, 3100, 4200]),
  ),
  handwritten(
    'conv2dWeightGradient',
    'δ against the moved input, left padding',
    'explicit fused nchw',
    { x: t([1, 1, 1, 2], [1, 2]), dy: t([1, 1, 1, 2], [1, 10]) },
    { ...plain, padding: [0, 1, 0, 0], kernelSize: [1, 2] },
    t([1, 1, 1, 2], [10, 21]),
  ),
  handwritten(
    'conv2dWeightGradient',
    'every map meets every channel, summed over two images',
    'explicit number valid same fused fused-same nchw',
    { x: t([2, 2, 1, 1], [1, 10, 100, 1000]), dy: t([2, 3, 1, 1], [1, 2, 3, 1, 0, 0]) },
    { ...plain, kernelSize: [1, 1] },
    t([3, 2, 1, 1], [101, 1010, 2, 20, 3, 30]),
  ),
  handwritten(
    'conv2dWeightGradient',
    'depthwise with multiplier 2',
    'explicit number valid same fused-same',
    { x: t([1, 2, 1, 1], [1, 10]), dy: t([1, 4, 1, 1], [1, 2, 3, 4]) },
    { ...plain, groups: 2, kernelSize: [1, 1] },
    t([4, 1, 1, 1], [1, 2, 30, 40]),
  ),
  handwritten(
    'conv2dBiasGradient',
    'summed over images and positions',
    'explicit fused nchw',
    { dy: t([2, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
    {},
    t([2], [14, 22]),
  ),
  handwritten(
    'convTranspose2d',
    'stride 2 along the columns, one more column, a bias',
    'explicit valid',
    { x: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 1, 2], [2, 3]), b: t([1], [5]) },
    { ...plain, stride: [1, 2], outputPadding: [0, 1] },
    t([1, 1, 1, 5], [7, 8, 25, 35, 5]),
  ),
  handwritten(
    'convTranspose2d',
    'left padding cuts the first column away',
    'explicit',
    { x: t([1, 1, 1, 2], [1, 10]), w: t([1, 1, 1, 2], [2, 3]) },
    { ...plain, stride: [1, 2], padding: [0, 1, 0, 0], outputPadding: [0, 0] },
    t([1, 1, 1, 3], [3, 20, 30]),
  ),
  handwritten(
    'convTranspose2d',
    'two channels in, three out',
    'explicit number valid same',
    { x: t([1, 2, 1, 1], [1, 10]), w: t([2, 3, 1, 1], [1, 2, 3, 4, 5, 6]) },
    { ...plain, outputPadding: [0, 0] },
    t([1, 3, 1, 1], [41, 52, 63]),
  ),
]

const pool = { kernel: [1, 2], stride: one, padding: no, ceilMode: false } as const
const max = { ...pool, dilation: one } as const
const mean = { ...pool, countIncludePad: false } as const
const pooling: readonly Handwritten[] = [
  handwritten(
    'maxPool2d',
    'left padding is absent, not zero',
    'explicit pool',
    { x: t([1, 1, 2, 3], [-1, -2, -3, -4, -5, -6]) },
    { ...max, kernel: [2, 2], padding: [0, 1, 0, 0] },
    t([1, 1, 1, 3], [-1, -1, -2]),
  ),
  handwritten(
    'maxPool2d',
    'channels apart, stride along the columns',
    'explicit valid same pool pool-valid pool-same',
    { x: t([1, 2, 1, 4], [1, 2, 4, 3, 5, 6, 8, 7]) },
    { ...max, stride: [1, 2] },
    t([1, 2, 1, 2], [2, 4, 6, 8]),
  ),
  handwritten(
    'maxPool2d',
    'a square window with one cell of padding all around',
    'explicit number pool pool-number',
    { x: t([1, 1, 2, 2], [1, 2, 3, 4]) },
    { ...max, kernel: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1] },
    t([1, 1, 2, 2], [1, 2, 3, 4]),
  ),
  handwritten(
    'maxPool2d',
    'dilation skips a column',
    'pool pool-valid',
    { x: t([1, 1, 1, 4], [5, 9, 7, 2]) },
    { ...max, dilation: [1, 2] },
    t([1, 1, 1, 2], [7, 9]),
  ),
  handwritten(
    'maxPool2dGradient',
    'overlapping windows add up',
    'explicit valid pool pool-valid',
    { x: t([1, 1, 1, 4], [1, 5, 3, 2]), dy: t([1, 1, 1, 3], [1, 10, 100]) },
    max,
    t([1, 1, 1, 4], [0, 11, 100, 0]),
  ),
  handwritten(
    'maxPool2dGradient',
    'channels apart',
    'explicit valid pool pool-valid',
    { x: t([1, 2, 1, 2], [1, 2, 4, 3]), dy: t([1, 2, 1, 1], [1, 10]) },
    max,
    t([1, 2, 1, 2], [0, 1, 10, 0]),
  ),
  handwritten(
    'maxPool2dGradient',
    'one of four cells takes it all',
    'explicit number valid same pool pool-number pool-valid pool-same',
    { x: t([1, 1, 2, 2], [1, 2, 4, 3]), dy: t([1, 1, 1, 1], [7]) },
    { ...max, kernel: [2, 2], stride: [2, 2] },
    t([1, 1, 2, 2], [0, 0, 7, 0]),
  ),
  handwritten(
    'averagePool2d',
    'a window half in the padding is divided by its one cell inside',
    'explicit pool',
    { x: t([1, 1, 1, 3], [1, 2, 6]) },
    { ...mean, stride: [1, 2], padding: [0, 1, 0, 0] },
    t([1, 1, 1, 2], [1, 4]),
  ),
  handwritten(
    'averagePool2d',
    'a square window with one cell of padding all around',
    'explicit number pool pool-number',
    { x: t([1, 1, 2, 2], [1, 2, 3, 4]) },
    { ...mean, kernel: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1] },
    t([1, 1, 2, 2], [1, 2, 3, 4]),
  ),
  handwritten(
    'averagePool2d',
    'channels apart; without padding countIncludePad says nothing',
    'explicit valid pool pool-valid',
    { x: t([1, 2, 1, 2], [1, 3, 10, 20]) },
    { ...mean, countIncludePad: true },
    t([1, 2, 1, 1], [2, 15]),
  ),
  handwritten(
    'averagePool2dGradient',
    'each cell of a window takes its share',
    'explicit valid same pool pool-valid pool-same',
    { dy: t([1, 2, 1, 2], [2, 10, 4, 20]) },
    { ...mean, stride: [1, 2], inputSize: [1, 4] },
    t([1, 2, 1, 4], [1, 1, 5, 5, 2, 2, 10, 10]),
  ),
  handwritten(
    'averagePool2dGradient',
    'four cells take a quarter each',
    'explicit number valid same pool pool-number pool-valid pool-same',
    { dy: t([1, 1, 1, 1], [4]) },
    { ...mean, kernel: [2, 2], stride: [2, 2], inputSize: [2, 2] },
    t([1, 1, 2, 2], [1, 1, 1, 1]),
  ),
]

const three = Math.log(3)
const denseWays = 'explicit fused transposed'
const rest: readonly Handwritten[] = [
  handwritten(
    'dense',
    'row o of w meets x',
    denseWays,
    { x: t([1, 2], [1, 10]), w: t([3, 2], [1, 2, 3, 4, 5, 6]), b: t([3], [100, 200, 300]) },
    {},
    t([1, 3], [121, 243, 365]),
  ),
  handwritten(
    'denseInputGradient',
    'column i of w meets δ',
    denseWays,
    { dy: t([1, 3], [1, 10, 100]), w: t([3, 2], [1, 2, 3, 4, 5, 6]) },
    {},
    t([1, 2], [531, 642]),
  ),
  handwritten(
    'denseWeightGradient',
    'δ times x, summed over the samples',
    denseWays,
    { x: t([2, 2], [1, 2, 3, 4]), dy: t([2, 3], [1, 2, 0, 10, 20, 1]) },
    {},
    t([3, 2], [31, 42, 62, 84, 3, 4]),
  ),
  handwritten('denseBiasGradient', 'Σₙ δ', denseWays, { dy: t([2, 2], [1, 2, 10, 20]) }, {}, t([2], [11, 22])),
  handwritten('sigmoid', 'σ(ln 3) = ¾', 'explicit', { x: t([1, 2], [0, three]) }, {}, t([1, 2], [0.5, 0.75])),
  handwritten('tanh', 'tanh(ln 3) = ⅘', 'explicit', { x: t([2, 1], [0, three]) }, {}, t([2, 1], [0, 0.8])),
  handwritten('relu', 'below zero is zero', 'explicit', { x: t([3], [-1, 0, 2]) }, {}, t([3], [0, 0, 2])),
  handwritten(
    'reluGradient',
    'δ where x > 0, 0 at 0',
    'explicit',
    { x: t([3], [-1, 0, 2]), dy: t([3], [5, 6, 7]) },
    {},
    t([3], [0, 0, 7]),
  ),
  handwritten(
    'softmax',
    'over the last axis',
    'explicit',
    { x: t([2, 2], [0, three, 5, 5]) },
    {},
    t([2, 2], [0.25, 0.75, 0.5, 0.5]),
  ),
  handwritten(
    'quadraticCost',
    '½·(1 + 4 + 0 + 4), neither a mean nor without its ½',
    'explicit',
    { y: t([2, 2], [1, 2, 3, 4]), t: t([2, 2], [0, 4, 3, 2]) },
    {},
    t([], [4.5]),
  ),
  handwritten(
    'quadraticCostGradient',
    'y − t',
    'explicit',
    { y: t([2, 2], [1, 2, 3, 4]), t: t([2, 2], [0, 4, 3, 2]) },
    {},
    t([2, 2], [1, -2, 0, 2]),
  ),
  handwritten(
    'softmaxCrossEntropy',
    '−ln ¾ − ln ¼, a sum over the samples',
    'explicit',
    { x: t([2, 2], [0, three, 0, three]), t: t([2, 2], [0, 1, 1, 0]) },
    {},
    t([], [-Math.log(3 / 16)]),
  ),
  handwritten(
    'softmaxCrossEntropyGradient',
    'softmax − t',
    'explicit',
    { x: t([2, 2], [0, three, 0, three]), t: t([2, 2], [0, 1, 1, 0]) },
    {},
    t([2, 2], [0.25, -0.25, -0.75, 0.75]),
  ),
]

export const cases: readonly Handwritten[] = [...convolution, ...pooling, ...rest]
