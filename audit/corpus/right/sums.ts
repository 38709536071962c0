/** Right programs whose sums run in another order, or in more digits. */
import { type Gemm, gemmOf } from '../base/gemm.ts'
import { biased, conv, spread, transposedExtents, weightGradient } from '../base/im2col.ts'
import { cellsOf, maxGradient, meanBy, pool, properDivisor, unpool } from '../base/pool.ts'
import { backward, blocked, forward, kahan, lanes, pairwise } from '../base/sum.ts'
import { empty, filled, four, transposed, two } from '../base/tensor.ts'
import { type Right, right } from '../entry.ts'

const f = Math.fround
type Sum = (terms: ArrayLike<number>) => number
const products = (left: Float64Array, right: Float64Array): Float64Array => left.map((v, k) => f(v * right[k]!))
const by = (sum: Sum): Gemm => gemmOf((left, right) => sum(products(left, right)))
const fused: Gemm = gemmOf((left, right) => left.reduce((sum, v, k) => f(sum + v * right[k]!), 0))
const wide: Gemm = gemmOf((left, right) => f(left.reduce((sum, v, k) => sum + v * right[k]!, 0)))

/** Terms in an order of their own every call. */
function shuffled(): Sum {
  let state = 5
  return (terms) => {
    const order = Array.from(terms)
    for (let i = order.length - 1; i > 0; i--) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      const j = state % (i + 1)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return forward(order)
  }
}

const convolutions: readonly (readonly [string, string, () => Gemm])[] = [
  ['pairwise', 'halves summed on their own', () => by(pairwise)],
  ['reversed', 'from the last term to the first', () => by(backward)],
  ['Kahan', 'compensated sums', () => by(kahan)],
  ['blocks of 4', 'blocks summed on their own', () => by(blocked(4))],
  ['8 lanes', 'eight partial sums, as AVX has them', () => by(lanes(8))],
  ['16 lanes', 'sixteen partial sums, as AVX-512 has them', () => by(lanes(16))],
  ['fused multiply-add', 'one rounding a term', () => fused],
  ['float64 inside', 'rounded once at the end', () => wide],
  ['random order', 'another order at every call, as atomics give', () => by(shuffled())],
]

export const sums: readonly Right[] = [
  ...convolutions.map(([name, what, gemm]) =>
    right(`conv2d, ${name}`, 'conv2d', what, () => {
      const product = gemm()
      return (o, a) => conv(o, a, { gemm: product })
    }),
  ),
  right('input gradient, pairwise', 'conv2dInputGradient', 'halves summed on their own', () => {
    const product = by(pairwise)
    return ({ dy, w }, a) => spread(dy, w, a, a.inputSize, { gemm: product })
  }),
  right('transposed convolution, 4 lanes', 'convTranspose2d', 'four partial sums', () => {
    const product = by(lanes(4))
    return ({ x, w, b }, a) => {
      const y = spread(x, w, a, transposedExtents(x, w, a), { gemm: product })
      return b ? biased(y, b) : y
    }
  }),
  right('weight gradient in two stages', 'conv2dWeightGradient', 'split sums added afterwards, no atomics', () => {
    const product = by(blocked(8))
    return (o, a) => weightGradient(o, a, { gemm: product })
  }),
  right('convolution through NHWC', 'conv2d', 'transposed to channels last, computed there, and back', () => (o, a) => {
    const x = transposed(transposed(o.x, [0, 2, 3, 1]), [0, 3, 1, 2])
    const y = conv({ ...o, x }, a, { gemm: by(pairwise) })
    return transposed(transposed(y, [0, 2, 3, 1]), [0, 3, 1, 2])
  }),
  right('dense, tree', 'dense', 'partial sums in a tree', () => ({ x, w, b }) => {
    const [[N, I], [O]] = [two(x), two(w)]
    return filled([N, O], (at) => {
      const [n, o] = [Math.floor(at / O), at % O]
      const terms = Float64Array.from({ length: I }, (_, i) => f(x.data[n * I + i]! * w.data[o * I + i]!))
      return pairwise(terms) + (b?.data[o] ?? 0)
    })
  }),
  right('bias gradient, Kahan', 'conv2dBiasGradient', 'compensated sums', () => ({ dy }) => {
    const [N, M, P, Q] = four(dy)
    return filled([M], (m) => {
      const terms: number[] = []
      for (let n = 0; n < N; n++) for (let i = 0; i < P * Q; i++) terms.push(dy.data[(n * M + m) * P * Q + i]!)
      return kahan(terms)
    })
  }),
  right('mean by a reciprocal', 'averagePool2d', 'the sum times 1/n', () => ({ x }, a) => {
    const divisor = properDivisor(a, x.shape[2]!, x.shape[3]!)
    return pool(x, a, (values, p, q) => f(forward(values) * f(1 / divisor(values.length, p, q))))
  }),
  right(
    'mean, columns first',
    'averagePool2d',
    'rows summed on their own, in reverse',
    () =>
      ({ x }, a) =>
        pool(x, a, (values, p, q) => meanBy(properDivisor(a, x.shape[2]!, x.shape[3]!))([...values].reverse(), p, q)),
  ),
  right('gradient of the mean by a reciprocal', 'averagePool2dGradient', 'the error times 1/n', () => ({ dy }, a) => {
    const [H, W] = a.inputSize
    const divisor = properDivisor(a, H, W)
    return unpool(dy, a.inputSize, a, (cells, error, _, p, q) => {
      const inside = cellsOf(a, p, q, H, W).length
      return cells.map((cell) => [cell, f(error * f(1 / divisor(inside, p, q)))] as const)
    })
  }),
  right(
    'gradient of the maximum in any order',
    'maxPool2dGradient',
    'windows add to a cell in another order at every call (https://github.com/torch/cunn/issues/84)',
    () => {
      const sum = shuffled()
      return (o, a) => {
        const dx = empty(o.x.shape)
        const lists: number[][] = Array.from(dx.data, () => [])
        for (let i = 0; i < o.dy.data.length; i++) {
          const one = filled(o.dy.shape, (j) => (i === j ? 1 : 0))
          const hit = maxGradient({ x: o.x, dy: one }, a).data.indexOf(1)
          lists[hit]!.push(o.dy.data[i]!)
        }
        for (const [i, list] of lists.entries()) dx.data[i] = sum(list)
        return dx
      }
    },
  ),
]
