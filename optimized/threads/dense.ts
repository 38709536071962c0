/** How the fully connected layer and its gradients are cut: rows or columns of the result. */
import type { Operands } from '../../reference/contract.ts'
import { denseInputGradientSizes, denseSizes, denseWeightGradientSizes } from '../../reference/shape/dense.ts'
import { type Cut, type Divisible, laneCut } from './cut.ts'
import type { Slice } from './slice.ts'

const along = (axis: number, from: number, to: number): Slice => ({ axis, from, to })

/** F19. Throws ShapeError. */
export function dense({ x, w, b }: Operands<'dense'>): Divisible {
  const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
  const shapes = { x: x.shape, w: w.shape, ...(b ? { b: b.shape } : {}) }
  const outputs = laneCut(O, (from, to) => ({
    operands: { w: along(0, from, to), b: along(0, from, to) },
    attributes: {},
    result: along(1, from, to),
  }))
  return { shapes, result: [N, O], flops: 2 * N * I * O, cuts: [rows('x', 0, N), outputs] }
}

/** F11. Throws ShapeError. */
export function denseInputGradient({ dy, w }: Operands<'denseInputGradient'>): Divisible {
  const { N, I, O } = denseInputGradientSizes(dy.shape, w.shape)
  const cuts = [rows('dy', 0, N), columns('w', I)]
  return { shapes: { dy: dy.shape, w: w.shape }, result: [N, I], flops: 2 * N * I * O, cuts }
}

/** F12. Throws ShapeError. */
export function denseWeightGradient({ x, dy }: Operands<'denseWeightGradient'>): Divisible {
  const { N, I, O } = denseWeightGradientSizes(x.shape, dy.shape)
  const cuts = [rows('dy', 1, O), columns('x', I)]
  return { shapes: { x: x.shape, dy: dy.shape }, result: [O, I], flops: 2 * N * I * O, cuts }
}

/** Rows of the result, which come from one operand alone. */
const rows = (operand: string, axis: number, units: number): Cut => ({
  units,
  part: (from, to) => ({ operands: { [operand]: along(axis, from, to) }, attributes: {}, result: along(0, from, to) }),
})

/** Columns of the result, lanes of the kernel. */
const columns = (operand: string, extent: number): Cut =>
  laneCut(extent, (from, to) => ({
    operands: { [operand]: along(1, from, to) },
    attributes: {},
    result: along(1, from, to),
  }))
