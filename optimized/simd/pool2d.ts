/**
 * Pooling with windows of 2×2 side by side, which halves a plane: rows of windows are staged, pooled and copied out, as many at a time as
 * stay in L1. Of other windows the maximum is found by simd/maxPool2d.ts, means and gradients stay with the rung below. All throw
 * ShapeError, and give undefined where another rung must do it.
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
import { slidingMaximum } from './maxPool2d.ts'
import { singles } from './singles.ts'

/** Numbers of rows staged at a time: 16 KiB. */
const PIECE = 4096

/** F17. x (N,C,H,W) → (N,C,P,Q). */
export function maxPool2d(
  engine: Engine,
  { x }: Operands<'maxPool2d'>,
  a: Attributes<'maxPool2d'>,
): Tensor | undefined {
  const sizes = maxPool2dSizes(x.shape, a)
  if (dilated(a) || !halves(sizes, a)) return slidingMaximum(engine, singles(x), sizes, a)
  return halve(engine, 'max', sizes, a, { x: singles(x) })
}

/** F25. x (N,C,H,W), dy (N,C,P,Q) → like x. */
export function maxPool2dGradient(
  engine: Engine,
  { x, dy }: Operands<'maxPool2dGradient'>,
  a: Attributes<'maxPool2dGradient'>,
): Tensor | undefined {
  const sizes = maxPool2dGradientSizes(x.shape, dy.shape, a)
  return dilated(a) ? undefined : halve(engine, 'maxGradient', sizes, a, { x: singles(x), dy: singles(dy) })
}

/** F18. x (N,C,H,W) → (N,C,P,Q). */
export function averagePool2d(
  engine: Engine,
  { x }: Operands<'averagePool2d'>,
  a: Attributes<'averagePool2d'>,
): Tensor | undefined {
  return halve(engine, 'average', averagePool2dSizes(x.shape, a), a, { x: singles(x) })
}

/** F24. dy (N,C,P,Q), inputSize [H,W] → (N,C,H,W). */
export function averagePool2dGradient(
  engine: Engine,
  { dy }: Operands<'averagePool2dGradient'>,
  a: Attributes<'averagePool2dGradient'>,
): Tensor | undefined {
  return halve(engine, 'averageGradient', averagePool2dGradientSizes(dy.shape, a), a, { dy: singles(dy) })
}

const dilated = ({ dilation: [dh, dw] }: Attributes<'maxPool2d'>): boolean => dh !== 1 || dw !== 1

type Window = Pick<Attributes<'averagePool2d'>, 'kernel' | 'stride' | 'padding'>

/** Whether all windows are 2×2, whole and side by side: none reaches into padding or beyond an edge. */
const halves = ({ H, W, P, Q }: PoolSizes, { kernel, stride, padding }: Window): boolean =>
  [...kernel, ...stride].every((extent) => extent === 2) &&
  padding.every((extent) => extent === 0) &&
  2 * P <= H &&
  2 * Q <= W

interface Arrays {
  readonly x?: Float32Array
  readonly dy?: Float32Array
}

function halve(engine: Engine, name: HalvingName, sizes: PoolSizes, a: Window, { x, dy }: Arrays): Tensor | undefined {
  if (!halves(sizes, a)) return undefined
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
