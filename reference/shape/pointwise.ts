/** Shapes of the operators that work element by element or row by row. All throw ShapeError. */
import { ShapeError } from '../contract.ts'
import { shapeText } from '../tensor.ts'
import { checkRank } from './window.ts'

type Shape = readonly number[]

/** Two operands of one shape, whatever it is: sigmoidGradient, tanhGradient, reluGradient → that shape. */
export function sameShape(operator: string, a: string, aShape: Shape, b: string, bShape: Shape): number[] {
  if (aShape.length !== bShape.length || aShape.some((extent, axis) => extent !== bShape[axis])) {
    throw new ShapeError(
      `${operator}: ${a} and ${b} must have one shape, got ${a}=${shapeText(aShape)} ${b}=${shapeText(bShape)}`,
    )
  }
  return [...aShape]
}

/** N rows of K classes. */
export interface RowSizes {
  readonly N: number
  readonly K: number
}

/** softmax: x (N,K) → like x. */
export function rowSizes(operator: string, operand: string, shape: Shape): RowSizes {
  checkRank(operator, operand, shape, ['N', 'K'])
  return { N: shape[0]!, K: shape[1]! }
}

/** Costs and softmaxGradient: two operands (N,K). */
export function rowPairSizes(operator: string, a: string, aShape: Shape, b: string, bShape: Shape): RowSizes {
  const sizes = rowSizes(operator, a, aShape)
  sameShape(operator, a, aShape, b, bShape)
  return sizes
}
