/** Rows of the fully connected layer and its error terms: F11, F12, F19. */
import { dense, denseBiasGradient, denseInputGradient, denseWeightGradient } from '../operator/dense.ts'
import type { OperatorRow } from '../row.ts'
import { size } from './read.ts'

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
    flops: (z) => size(z, 'n') * size(z, 'o'),
  },
]
