/** Softmax and its cross-entropy in float32, row by row. */
import type { Tensor } from '../../../reference/contract.ts'
import { empty, two } from './tensor.ts'

const f = Math.fround

/** First and one behind the last place of every row. */
export function rowsOf(x: Tensor): (readonly [from: number, to: number])[] {
  const [N, K] = two(x)
  return Array.from({ length: N }, (_, n) => [n * K, (n + 1) * K] as const)
}
export const rowMaximum = (x: Tensor, from: number, to: number): number => {
  let most = -Infinity
  for (let i = from; i < to; i++) if (x.data[i]! > most || Number.isNaN(x.data[i])) most = x.data[i]!
  return most
}

export function softmaxOf(x: Tensor, shift: (x: Tensor, from: number, to: number) => number = rowMaximum): Tensor {
  const y = empty(x.shape)
  for (const [from, to] of rowsOf(x)) {
    const most = shift(x, from, to)
    let sum = 0
    for (let i = from; i < to; i++) {
      y.data[i] = Math.exp(f(x.data[i]! - most))
      sum = f(sum + y.data[i]!)
    }
    for (let i = from; i < to; i++) y.data[i] = y.data[i]! / sum
  }
  return y
}

/** −Σ t·(z − log Σ e^z) with z = x − max, each z changed by `clip` first. */
export function costOf(x: Tensor, t: Tensor, clip: (z: number) => number = (z) => z): number {
  let cost = 0
  for (const [from, to] of rowsOf(x)) {
    const most = rowMaximum(x, from, to)
    let sum = 0
    for (let i = from; i < to; i++) sum = f(sum + f(Math.exp(clip(f(x.data[i]! - most)))))
    const log = f(Math.log(sum))
    for (let i = from; i < to; i++) cost = f(cost - f(t.data[i]! * f(clip(f(x.data[i]! - most)) - log)))
  }
  return cost
}
