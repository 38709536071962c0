/**
 * Ties and kinks: where the derivative has no one value, whose value is a convention. The textbook gives a tie in a pooling
 * window to the first cell in row-major order and reluGradient 0 at 0; others give it to the last, to all, or share it.
 */
import { real } from '../reference/arithmetic/real.ts'
import { maxPool2dGradient } from '../reference/operator/maxPool2d.ts'
import type { AnyOperands, AttributeBag } from '../reference/operators.ts'
import { attribute } from '../reference/rows/read.ts'
import type { TensorOf } from '../reference/tensor.ts'

export interface TieRule {
  readonly name: string
  /** What each element would be under the rule, and Σ|terms| of it. */
  readonly value: ArrayLike<number>
  readonly scale: ArrayLike<number>
  /** At most how many roundings meet one term. */
  readonly roundings: number
}

/** The other rules of an operator and what each would give; empty where it has no ties. */
export function tieRules(
  operator: string,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
): readonly TieRule[] {
  const { x, dy } = operands
  if (!x || !dy) return []
  if (operator === 'reluGradient')
    return [rule('the slope of relu at 0 is 1', dy, 0, (delta) => reluSlopeOne(x, delta))]
  if (operator !== 'maxPool2dGradient') return []
  const [R, S] = attribute(attributes, 'kernel')
  const cells = R * S
  return [
    rule('a tie goes to the last of the window', dy, cells, (delta) => toLast(x, delta, attributes)),
    rule('a tie goes to every cell that is the maximum', dy, cells, (delta) => toAll(x, delta, attributes, false)),
    rule('a tie is shared evenly', dy, cells + 2, (delta) => toAll(x, delta, attributes, true)),
  ]
}

function rule(
  name: string,
  dy: TensorOf<number>,
  roundings: number,
  apply: (delta: TensorOf<number>) => ArrayLike<number>,
): TieRule {
  const magnitudes = { shape: dy.shape, data: Float64Array.from(dy.data, Math.abs) }
  return { name, value: apply(dy), scale: apply(magnitudes), roundings }
}

const reluSlopeOne = (x: TensorOf<number>, dy: TensorOf<number>): number[] =>
  Array.from(dy.data, (delta, i) => (x.data[i]! >= 0 ? delta : 0))

/** Replaces values by their rank, later positions above earlier equal ones: no ties are left and the last wins. */
function toLast(x: TensorOf<number>, dy: TensorOf<number>, attributes: AttributeBag): ArrayLike<number> {
  const order = Array.from(x.data, (_, i) => i).sort((i, j) => x.data[i]! - x.data[j]! || i - j)
  const ranks = new Float64Array(x.data.length)
  order.forEach((at, rank) => {
    ranks[at] = rank
  })
  return maxPool2dGradient(real, { x: { shape: x.shape, data: ranks }, dy }, poolAttributes(attributes)).data
}

function toAll(
  x: TensorOf<number>,
  dy: TensorOf<number>,
  attributes: AttributeBag,
  shared: boolean,
): ArrayLike<number> {
  const { kernel, stride, padding, dilation } = poolAttributes(attributes)
  const [N, C, H, W] = [x.shape[0]!, x.shape[1]!, x.shape[2]!, x.shape[3]!]
  const [P, Q] = [dy.shape[2]!, dy.shape[3]!]
  const dx = new Float64Array(x.data.length)
  for (let plane = 0; plane < N * C; plane++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++) {
        let best = -Infinity
        let cells: number[] = []
        for (let r = 0; r < kernel[0]; r++)
          for (let s = 0; s < kernel[1]; s++) {
            const h = p * stride[0] - padding[0] + r * dilation[0]
            const w = q * stride[1] - padding[1] + s * dilation[1]
            if (h < 0 || h >= H || w < 0 || w >= W) continue
            const at = (plane * H + h) * W + w
            const value = x.data[at]!
            if (value > best) [best, cells] = [value, []]
            if (value === best) cells.push(at)
          }
        const delta = dy.data[(plane * P + p) * Q + q]!
        for (const at of cells) dx[at] = dx[at]! + (shared ? delta / cells.length : delta)
      }
  return dx
}

const poolAttributes = (a: AttributeBag) => ({
  kernel: attribute(a, 'kernel'),
  stride: attribute(a, 'stride'),
  padding: attribute(a, 'padding'),
  dilation: attribute(a, 'dilation'),
  ceilMode: attribute(a, 'ceilMode'),
})
