/** Float32 sums in the orders that compilers and machines use. */
const f = Math.fround

export const forward = (terms: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < terms.length; i++) sum = f(sum + terms[i]!)
  return sum
}
export const backward = (terms: ArrayLike<number>): number => {
  let sum = 0
  for (let i = terms.length - 1; i >= 0; i--) sum = f(sum + terms[i]!)
  return sum
}
export function pairwise(terms: ArrayLike<number>, from = 0, to: number = terms.length): number {
  if (to - from <= 1) return to > from ? terms[from]! : 0
  const middle = (from + to) >> 1
  return f(pairwise(terms, from, middle) + pairwise(terms, middle, to))
}
/** As many partial sums as there are lanes, then those. */
export const lanes =
  (L: number) =>
  (terms: ArrayLike<number>): number => {
    const parts = new Float32Array(L)
    for (let i = 0; i < terms.length; i++) parts[i % L] = parts[i % L]! + terms[i]!
    return forward(parts)
  }
/** Blocks of B summed on their own. */
export const blocked =
  (B: number) =>
  (terms: ArrayLike<number>): number => {
    let total = 0
    for (let start = 0; start < terms.length; start += B) {
      let sum = 0
      for (let i = start; i < Math.min(start + B, terms.length); i++) sum = f(sum + terms[i]!)
      total = f(total + sum)
    }
    return total
  }
/** Kahan's compensated sum; what is not finite is added as it is. */
export function kahan(terms: ArrayLike<number>): number {
  let [sum, lost] = [0, 0]
  for (let i = 0; i < terms.length; i++) {
    const next = f(terms[i]! - lost)
    const total = f(sum + next)
    if (!Number.isFinite(total)) return forward(terms)
    lost = f(f(total - sum) - next)
    sum = total
  }
  return sum
}
