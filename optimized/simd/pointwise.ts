/** F8. Activations and their slopes, in pieces that stay in L1. All throw ShapeError. */
import type { Operands, Tensor } from '../../reference/contract.ts'
import { sameShape } from '../../reference/shape/pointwise.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { emitPointwise, type PointwiseName } from '../kernel/pointwise.ts'
import { singles } from './singles.ts'

/** Numbers of a piece: two operands and the result are 24 KiB. */
const PIECE = 2048

type Unary = 'relu' | 'sigmoid' | 'tanh'

/** x (any) → like x; undefined where memory holds nothing. */
export function pointwise(engine: Engine, name: Unary, { x }: Operands<Unary>): Tensor | undefined {
  return piecewise(engine, name, x.shape, [singles(x)])
}

/** x and dy, or y and dy, of one shape → the same shape. */
export function pointwiseGradient(
  engine: Engine,
  name: 'reluGradient' | 'sigmoidGradient' | 'tanhGradient',
  operand: 'x' | 'y',
  given: Tensor,
  dy: Tensor,
): Tensor | undefined {
  sameShape(name, operand, given.shape, 'dy', dy.shape)
  return piecewise(engine, name, given.shape, [singles(given), singles(dy)])
}

function piecewise(
  engine: Engine,
  name: PointwiseName,
  shape: readonly number[],
  [first, second]: readonly [Float32Array, Float32Array?],
): Tensor | undefined {
  const at = engine.place({ first: PIECE, second: PIECE, to: PIECE })
  if (at === undefined) return undefined
  const run = engine.kernels(name, () => {
    const module = new Assembler()
    emitPointwise(module, name)
    return module
  })(name)
  const data = new Float32Array(first.length)
  const { view } = engine
  const to = at.to / 4
  for (let from = 0; from < data.length; from += PIECE) {
    const end = Math.min(data.length, from + PIECE)
    view.set(first.subarray(from, end), at.first / 4)
    if (second) view.set(second.subarray(from, end), at.second / 4)
    run(at.first, at.second, at.to, Math.ceil((end - from) / 4))
    data.set(view.subarray(to, to + end - from), from)
  }
  return { shape: [...shape], data }
}
