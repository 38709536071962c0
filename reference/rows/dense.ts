/** Rows of the fully connected layer and its error terms: F11, F12, F19. */
import { dense, denseBiasGradient, denseInputGradient, denseWeightGradient } from '../operator/dense.ts'
import type { OperatorRow } from '../row.ts'
import {
  denseBiasGradientShape,
  denseInputGradientSizes,
  denseSizes,
  denseWeightGradientSizes,
} from '../shape/dense.ts'
import { shape, size } from './read.ts'

const layer = {
  family: 'dense',
  kind: 'sum',
  source: 'Bouvrie 2006 §2; Rumelhart et al. 1986',
  sizes: 'nio',
  attributes: [],
  flops: (z) => 2 * size(z, 'n') * size(z, 'i') * size(z, 'o'),
} satisfies Partial<OperatorRow>

export const denseRows: readonly OperatorRow[] = [
  {
    ...layer,
    name: 'dense',
    formula: 'F19',
    tex: String.raw`y_{no}=b_o+\sum_i x_{ni}\,w_{oi}`,
    operands: ['x', 'w', 'b'],
    optional: 'b',
    linearIn: ['x', 'w'],
    derivatives: { x: 'denseInputGradient', w: 'denseWeightGradient', b: 'denseBiasGradient' },
    textbook: dense,
    shapes: (z) => ({ x: [size(z, 'n'), size(z, 'i')], w: [size(z, 'o'), size(z, 'i')], b: [size(z, 'o')] }),
    resultShape: (x) => {
      const { N, O } = denseSizes(shape(x, 'x'), shape(x, 'w'), x.b)
      return [N, O]
    },
    terms: (z) => size(z, 'i') + 1,
  },
  {
    ...layer,
    name: 'denseInputGradient',
    formula: 'F11',
    tex: String.raw`\partial E/\partial x_{ni}=\sum_o\delta_{no}\,w_{oi}`,
    operands: ['dy', 'w'],
    linearIn: ['dy', 'w'],
    textbook: denseInputGradient,
    shapes: (z) => ({ dy: [size(z, 'n'), size(z, 'o')], w: [size(z, 'o'), size(z, 'i')] }),
    resultShape: (x) => {
      const { N, I } = denseInputGradientSizes(shape(x, 'dy'), shape(x, 'w'))
      return [N, I]
    },
    terms: (z) => size(z, 'o'),
  },
  {
    ...layer,
    name: 'denseWeightGradient',
    formula: 'F12',
    tex: String.raw`\partial E/\partial w_{oi}=\sum_n\delta_{no}\,x_{ni}`,
    operands: ['x', 'dy'],
    linearIn: ['x', 'dy'],
    textbook: denseWeightGradient,
    shapes: (z) => ({ x: [size(z, 'n'), size(z, 'i')], dy: [size(z, 'n'), size(z, 'o')] }),
    resultShape: (x) => {
      const { O, I } = denseWeightGradientSizes(shape(x, 'x'), shape(x, 'dy'))
      return [O, I]
    },
    terms: (z) => size(z, 'n'),
  },
  {
    name: 'denseBiasGradient',
    family: 'matrix',
    kind: 'sum',
    formula: 'F12',
    tex: String.raw`\partial E/\partial b_o=\sum_n\delta_{no}`,
    source: 'Bouvrie 2006 §2',
    operands: ['dy'],
    sizes: 'no',
    attributes: [],
    linearIn: ['dy'],
    textbook: denseBiasGradient,
    shapes: (z) => ({ dy: [size(z, 'n'), size(z, 'o')] }),
    resultShape: (x) => denseBiasGradientShape(shape(x, 'dy')),
    terms: (z) => size(z, 'n'),
    flops: (z) => size(z, 'n') * size(z, 'o'),
  },
]
