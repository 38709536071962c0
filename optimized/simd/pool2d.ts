/**
 * Pooling and its gradients, by their plan (optimized/pooling.ts). Windows of 2×2 side by side halve a plane: rows of windows are staged,
 * pooled and copied out, as many at a time as stay in L1. Others slide (simd/windows.ts). All throw ShapeError, and give undefined
 * where another rung must do it.
 */
import type { Attributes, Operands, Tensor } from '../../reference/contract.ts'
import {
  averagePool2dGradientSizes,
  averagePool2dSizes,
  maxPool2dGradientSizes,
  maxPool2dSizes,
  type PoolSizes,
} from '../../reference/shape/pooling.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { emitHalving, type HalvingName } from '../kernel/halving.ts'
import { planPool } from '../pooling.ts'
import { singles } from './singles.ts'
import { cellsOf, slide, slideBack } from './windows.ts'

/** Numbers of rows staged at a time: 16 KiB. */
const PIECE = 4096

/** F17. x (N,C,H,W) → (N,C,P,Q). */
export function maxPool2d(
  engine: Engine,
  { x }: Operands<'maxPool2d'>,
  a: Attributes<'maxPool2d'>,
): Tensor | undefined {
  const sizes = maxPool2dSizes(x.shape, a)
  const plan = planPool('maxPool2d', sizes, a)
  if (plan?.algorithm === 'halving') return halve(engine, 'max', sizes, { x: singles(x) })
  return plan && slide(engine, plan, sizes, a, singles(x))
}

/** F25. x (N,C,H,W), dy (N,C,P,Q) → like x. */
export function maxPool2dGradient(
  engine: Engine,
  { x, dy }: Operands<'maxPool2dGradient'>,
  a: Attributes<'maxPool2dGradient'>,
): Tensor | undefined {
  const sizes = maxPool2dGradientSizes(x.shape, dy.shape, a)
  const plan = planPool('maxPool2dGradient', sizes, a)
  if (plan?.algorithm === 'halving') return halve(engine, 'maxGradient', sizes, { x: singles(x), dy: singles(dy) })
  return plan && slideBack(engine, plan, sizes, a, singles(dy), { x: singles(x) })
}

/** F18. x (N,C,H,W) → (N,C,P,Q). */
export function averagePool2d(
  engine: Engine,
  { x }: Operands<'averagePool2d'>,
  a: Attributes<'averagePool2d'>,
): Tensor | undefined {
  const sizes = averagePool2dSizes(x.shape, a)
  const plan = planPool('averagePool2d', sizes, a)
  if (plan?.algorithm === 'halving') return halve(engine, 'average', sizes, { x: singles(x) })
  return plan && slide(engine, plan, sizes, a, singles(x), cellsOf(sizes, a))
}

/** F24. dy (N,C,P,Q), inputSize [H,W] → (N,C,H,W). */
export function averagePool2dGradient(
  engine: Engine,
  { dy }: Operands<'averagePool2dGradient'>,
  a: Attributes<'averagePool2dGradient'>,
): Tensor | undefined {
  const sizes = averagePool2dGradientSizes(dy.shape, a)
  const plan = planPool('averagePool2dGradient', sizes, a)
  if (plan?.algorithm === 'halving') return halve(engine, 'averageGradient', sizes, { dy: singles(dy) })
  return plan && slideBack(engine, plan, sizes, a, singles(dy), { cells: cellsOf(sizes, a) })
}

interface Arrays {
  readonly x?: Float32Array
  readonly dy?: Float32Array
}

function halve(engine: Engine, name: HalvingName, sizes: PoolSizes, { x, dy }: Arrays): Tensor | undefined {
  const { N, C, H, W, P, Q } = sizes
  const most = Math.max(1, Math.floor(PIECE / (2 * W)))
  // A last vector reads up to seven numbers beyond its row.
  const at = engine.place({ wide: most * 2 * W + 8, narrow: most * Q + 8, dx: dy ? most * 2 * W : 0 })
  if (at === undefined) return undefined
  const run = engine.kernels(`${name} ${W},${Q}`, () => {
    const module = new Assembler()
    emitHalving(module, name, W, Q)
    return module
  })(name)
  const shape = dy ? [N, C, H, W] : [N, C, P, Q]
  const result = new Float32Array(N * C * (dy ? H * W : P * Q))
  const { view } = engine
  // A last column without a window stays as it is.
  if (dy) view.fill(0, at.dx / 4, at.dx / 4 + most * 2 * W)
  // Planes of an even number of rows lie one behind the other, as one.
  const [planes, rows] = H === 2 * P ? [1, N * C * P] : [N * C, P]
  for (let plane = 0; plane < planes; plane++) {
    for (let p = 0; p < rows; p += most) {
      const some = Math.min(most, rows - p)
      const [from, first] = [plane * H * W + p * 2 * W, plane * P * Q + p * Q]
      if (x) view.set(x.subarray(from, from + some * 2 * W), at.wide / 4)
      if (dy) view.set(dy.subarray(first, first + some * Q), at.narrow / 4)
      if (!dy) run(at.wide, at.narrow, some)
      else if (x) run(at.wide, at.narrow, at.dx, some)
      else run(at.narrow, at.dx, some)
      const [start, length, to] = dy ? [at.dx / 4, some * 2 * W, from] : [at.narrow / 4, some * Q, first]
      result.set(view.subarray(start, start + length), to)
    }
  }
  return { shape, data: result }
}
