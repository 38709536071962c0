/** Memory read or written in another order of axes. */
import type { OperatorName } from '../../../reference/contract.ts'
import type { Role } from '../geometry.ts'
import { biasGradients, denses, type Hypothesis, hypothesis, layers, pools } from '../hypothesis.ts'
import { misread } from '../move.ts'

const LOOK = 'look at the strides of the axes'

const layout = (
  name: string,
  what: string,
  operators: readonly OperatorName[],
  role: Role,
  order: readonly number[],
): Hypothesis => hypothesis(name, `${what}; ${LOOK}`, operators, (operator) => misread(operator, role, order) ?? {})

const withImage = [...layers, ...pools]
const withMap = [...withImage, 'conv2dBiasGradient'] as const

export const layoutMistakes: readonly Hypothesis[] = [
  layout(
    'weights laid out as IOHW',
    'the weights are read or written with the input channel as the slowest axis',
    layers,
    'w',
    [1, 0, 2, 3],
  ),
  layout(
    'weights laid out as HWIO',
    'the weights are read or written as (R,S,C,M), the layout of TensorFlow',
    layers,
    'w',
    [2, 3, 1, 0],
  ),
  layout('weights laid out as HWOI', 'the weights are read or written as (R,S,M,C)', layers, 'w', [2, 3, 0, 1]),
  layout('weights laid out as OHWI', 'the weights are read or written as (M,R,S,C)', layers, 'w', [0, 2, 3, 1]),
  layout('weights laid out as (I,O)', 'the matrix of weights is read or written transposed', denses, 'w', [1, 0]),
  layout('image laid out as NHWC', 'the memory of the image is taken for channels last', withImage, 'x', [0, 2, 3, 1]),
  layout(
    'image with rows and columns exchanged',
    'the memory of the image is taken for (N,C,W,H)',
    withImage,
    'x',
    [0, 1, 3, 2],
  ),
  layout(
    'image laid out as CNHW',
    'batch and channels of the image are exchanged in memory',
    withImage,
    'x',
    [1, 0, 2, 3],
  ),
  layout(
    'map laid out as NHWC',
    'the memory of the map (y or its error) is taken for channels last',
    withMap,
    'y',
    [0, 2, 3, 1],
  ),
  layout(
    'map with rows and columns exchanged',
    'the memory of the map (y or its error) is taken for (N,M,Q,P)',
    withImage,
    'y',
    [0, 1, 3, 2],
  ),
  layout('map laid out as CNHW', 'batch and channels of the map are exchanged in memory', withMap, 'y', [1, 0, 2, 3]),
  layout('input laid out as (I,N)', 'the matrix x is read or written transposed', denses, 'x', [1, 0]),
  layout(
    'output laid out as (O,N)',
    'the matrix y or its error is read or written transposed',
    [...denses, biasGradients[1]],
    'y',
    [1, 0],
  ),
]
