/**
 * Error of a convolution computed by a fast algorithm, which mixes the terms of all results before it takes them apart
 * again: bounded by norms of the whole operands, not by the terms of one result.
 *
 *   winograd   |ŷ − y| ≤ A·γ(n+8)·max|a|·max|b|·n    A = 36100 for F(4×4,3×3) with the points 0, ±1, ±2
 *   fft        |ŷ − y| ≤ γ(21·log₂L + 3)·‖a‖₂·‖b‖₂    L the length of the padded transform
 *
 * A is (‖Aᵀ‖·‖G‖·‖Bᵀ‖)² in the ∞-norm, (19·1·10)²: every matrix once an axis. Sources: Barabasz et al.,
 * arXiv:1803.10986, theorem 7; Higham 2002 §24.1 with three transforms of at most 7 roundings a stage.
 */
import { roundings } from '../reference/arithmetic/roundings.ts'
import type { Numerics } from '../reference/contract.ts'
import type { AnyOperands, OperatorRow } from '../reference/operators.ts'
import { type FloatFormat, gamma } from './format.ts'

const AMPLIFICATION = (19 * 1 * 10) ** 2

/** One bound for the whole result, or undefined where the operator is no convolution and is summed as usual. */
export function normwiseError(
  row: OperatorRow,
  operands: AnyOperands<number>,
  numerics: Exclude<Numerics, 'sum'>,
  count: ArrayLike<number>,
  { u }: FloatFormat,
): number | undefined {
  const convolves =
    row.family === 'convolution' || row.family === 'transposed' || row.family === 'plane' || row.family === 'sequence'
  if (!convolves) return undefined
  const [a, b] = row.operands.map((name) => operands[name])
  if (!a || !b) return undefined
  let n = 0
  for (let i = 0; i < count.length; i++) n = Math.max(n, roundings.total(count[i]!))
  if (numerics === 'winograd') return AMPLIFICATION * gamma(n + 8, u) * largest(a.data) * largest(b.data) * n
  const length = a.shape.reduce((product, extent, axis) => product * 2 * (extent + (b.shape[axis] ?? 0)), 1)
  return gamma(21 * Math.ceil(Math.log2(length)) + 3, u) * euclidean(a.data) * euclidean(b.data)
}

/** Of the finite ones: where a number that is not finite is read, the result is not finite either and has no bound. */
function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) most = Math.max(most, Math.abs(values[i]!))
  return most
}

function euclidean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) sum += values[i]! ** 2
  return Math.sqrt(sum)
}
