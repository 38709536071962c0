/** Shapes of the fully connected layer: x (N,I), w (O,I), b (O). All throw ShapeError. */
import { ShapeError } from '../contract.ts'
import { shapeText } from '../tensor.ts'
import { checkRank } from './window.ts'

type Shape = readonly number[]

/** N samples, I inputs, O outputs. */
export interface DenseSizes {
  readonly N: number
  readonly I: number
  readonly O: number
}

/** dense: x (N,I), w (O,I), b (O) or none → y (N,O). */
export function denseSizes(x: Shape, w: Shape, b: Shape | undefined): DenseSizes {
  checkRank('dense', 'x', x, ['N', 'I'])
  checkRank('dense', 'w', w, ['O', 'I'])
  agree('dense', `x has ${x[1]} inputs (x.shape[1])`, x[1]!, `w expects ${w[1]} (w.shape[1])`, w[1]!, { x, w })
  if (b !== undefined) {
    checkRank('dense', 'b', b, ['O'])
    agree('dense', `b has ${b[0]} outputs`, b[0]!, `w gives ${w[0]} (w.shape[0])`, w[0]!, { b, w })
  }
  return { N: x[0]!, I: x[1]!, O: w[0]! }
}

/** denseInputGradient: dy (N,O), w (O,I) → dx (N,I). */
export function denseInputGradientSizes(dy: Shape, w: Shape): DenseSizes {
  const operator = 'denseInputGradient'
  checkRank(operator, 'dy', dy, ['N', 'O'])
  checkRank(operator, 'w', w, ['O', 'I'])
  agree(operator, `dy has ${dy[1]} outputs (dy.shape[1])`, dy[1]!, `w gives ${w[0]} (w.shape[0])`, w[0]!, { dy, w })
  return { N: dy[0]!, I: w[1]!, O: w[0]! }
}

/** denseWeightGradient: x (N,I), dy (N,O) → dw (O,I). */
export function denseWeightGradientSizes(x: Shape, dy: Shape): DenseSizes {
  const operator = 'denseWeightGradient'
  checkRank(operator, 'x', x, ['N', 'I'])
  checkRank(operator, 'dy', dy, ['N', 'O'])
  agree(operator, `x has ${x[0]} samples (x.shape[0])`, x[0]!, `dy has ${dy[0]} (dy.shape[0])`, dy[0]!, { x, dy })
  return { N: x[0]!, I: x[1]!, O: dy[1]! }
}

/** denseBiasGradient: dy (N,O) → db (O). */
export function denseBiasGradientShape(dy: Shape): number[] {
  checkRank('denseBiasGradient', 'dy', dy, ['N', 'O'])
  return [dy[1]!]
}

function agree(
  operator: string,
  left: string,
  a: number,
  right: string,
  b: number,
  operands: Record<string, Shape>,
): void {
  if (a === b) return
  const shapes = Object.entries(operands).map(([name, shape]) => `${name}=${shapeText(shape)}`)
  throw new ShapeError(`${operator}: ${left}, ${right}; ${shapes.join(' ')}`)
}
