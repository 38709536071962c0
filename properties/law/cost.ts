/** Laws of the costs and their gradients: F10, F12, F21, F22, F30. */
import type { Case } from '../case.ts'
import { formats } from '../format.ts'
import type { Draw } from '../values.ts'
import { finite, withoutBias, withSizes } from './domain.ts'
import { law } from './law.ts'
import {
  asGiven,
  blockSums,
  exact,
  inner,
  minus,
  plus,
  repeated,
  reshaped,
  scalar,
  scaled,
  type Value,
  widened,
} from './value.ts'

/** F21: a sum of squares. */
export const quadraticCostIsLeastAtTarget = law({
  equation: 'E(y,t) ≥ 0, E(t,t) = 0',
  operator: 'quadraticCost',
  draws: finite,
  async claim({ operands: { y, t }, run, equal, atLeast }) {
    atLeast(await run('quadraticCost', { y, t }), scalar(0))
    equal(await run('quadraticCost', { y: t, t }), scalar(0))
  },
})

/** F21, F22: a cost of degree two is half its slope along its argument (Euler's theorem). */
export const quadraticCostIsHalfItsSlope = law({
  equation: '2·E(y,t) = ⟨∂E/∂y, y − t⟩',
  operator: 'quadraticCost',
  uses: ['quadraticCostGradient'],
  draws: finite,
  async claim({ operands: { y, t }, run, equal }) {
    const cost = await run('quadraticCost', { y, t })
    const slope = await run('quadraticCostGradient', { y, t })
    equal(scaled(2, cost), reshaped(inner(slope, minus(y, t)), []))
  },
})

/** Targets that are not negative. */
const natural: readonly Draw[] = ['exact', 'impulse', 'tie', 'real', 'image']

/** F30: −log of what is at most 1. */
export const crossEntropyIsNotNegative = law({
  equation: '−Σ t log softmax(x) ≥ 0 for t ≥ 0',
  operator: 'softmaxCrossEntropy',
  draws: natural,
  async claim({ operands: { x, t }, run, atLeast }) {
    atLeast(await run('softmaxCrossEntropy', { x, t }), scalar(0))
  },
})

/** log of a number is off by no more than 4 ulps, as is asked of every implementation (properties/functionBound.ts). */
const LOG_ROUNDINGS = 8

/** Stands for log 0: e to this is 0 in every precision. */
const LOG_ZERO = -1000

/**
 * F30, Gibbs' inequality: the cost is least where softmax(x) is the distribution of the targets, at x = log t.
 *
 * log t is rounded to z, off by ε at most. The cost there is above the least one by Σt·(log Σ pₖe^εₖ − Σ pₖεₖ) ≤ Σt·ε²/2
 * (Hoeffding's lemma, for a range of 2ε). x is drawn ever closer to constant, where costs differ least.
 */
export const crossEntropyIsLeastAtTarget = law({
  equation: 'E(x,t) ≥ E(log t,t)',
  operator: 'softmaxCrossEntropy',
  draws: ['real', 'image'],
  async claim({ operands: { x, t }, precision, random, rounded, run, atLeast }) {
    const near = exact(
      x.shape,
      x.data.map((v) => v * 2 ** -random.integer(0, 6)),
    )
    const z = exact(
      t.shape,
      t.data.map((v) => (v > 0 ? rounded(Math.log(v)) : LOG_ZERO)),
    )
    const u = formats[precision].u + LOG_ROUNDINGS * formats.float64.u
    const off = u * Math.max(...z.data.map(Math.abs))
    const least = await run('softmaxCrossEntropy', { x: z, t })
    const [total] = blockSums(t, 1).data
    atLeast(await run('softmaxCrossEntropy', { x: near, t }), widened(least, total! * off ** 2))
  },
})

/** Two classes at least. */
const severalClasses = (c: Case): Case => withSizes(c, { k: Math.max(2, c.sizes.k!) })

/** F30: Σ yₖ = 1. Said for each number, so that not all that is compared is 0. */
export const crossEntropyGradientSumsToZero = law({
  equation: 'Σₖ ∂E/∂xₖ = 0, i.e. ∂E/∂xₖ = −the others',
  operator: 'softmaxCrossEntropyGradient',
  draws: finite,
  among: severalClasses,
  async claim({ operands: { x, t }, run, equal }) {
    const gradient = await run('softmaxCrossEntropyGradient', { x, t })
    const N = gradient.shape[0]!
    const sums = repeated(reshaped(blockSums(gradient, N), [N, 1]), gradient.shape)
    equal(minus(gradient, sums), gradient)
  },
})

/** The curvature bounds below hold in spite of the few roundings with which they are computed. */
const SAFETY = 1 + 2 ** -20

/**
 * E(x − s) ≤ E(x) − ⟨∇E,s⟩ + L/2·‖s‖² for every step s, where L is no less than the curvature of E (the descent lemma). With
 * s = ∇E/L the right side is E(x) − ‖∇E‖²/2L: the step lowers the cost. s is the step that rounding left of it, and
 * ∇E may be off by its bound; the inequality holds all the same. Source: Nesterov 2004, §1.2.3.
 */
function descended(cost: Value, gradient: Value, step: Value, curvature: number): Value {
  const slope = reshaped(inner(gradient, step), [])
  return plus(minus(cost, slope), scaled(curvature / 2, reshaped(inner(step, step), [])))
}

/** x − ∇E/L, as the precision holds it. */
const stepped = (x: Value, gradient: Value, curvature: number, rounded: (value: number) => number): Value =>
  exact(
    x.shape,
    x.data.map((v, i) => rounded(v - gradient.data[i]! / curvature)),
  )

/** F13 for the costs by themselves and for a fully connected layer under the quadratic cost. */
export const stepLowersCost = {
  /** The curvature is 1, and a full step would end where the cost is 0: half of it proves more. */
  quadraticCost: law({
    equation: 'E(y − s) ≤ E(y) − ⟨∇E,s⟩ + ½‖s‖², s = ½∇E',
    operator: 'quadraticCost',
    uses: ['quadraticCostGradient'],
    draws: finite,
    async claim({ operands, rounded, run, atLeast }) {
      // Even numbers, so that half a step is a whole number and exact.
      const [y, t] = [scaled(2, operands.y), scaled(2, operands.t)]
      const gradient = await run('quadraticCostGradient', { y, t })
      const next = stepped(y, gradient, 2, rounded)
      const limit = descended(await run('quadraticCost', { y, t }), gradient, minus(y, next), 1)
      atLeast(limit, await run('quadraticCost', { y: next, t }))
    },
  }),
  /** The curvature of a row is Σt·(diag y − yyᵀ); along v that is Σt times the variance of v under y, at most ½Σt·‖v‖². */
  softmaxCrossEntropy: law({
    equation: 'E(x − s) ≤ E(x) − ⟨∇E,s⟩ + L/2·‖s‖², s = ∇E/L, L = ½ max Σₖ t',
    operator: 'softmaxCrossEntropy',
    uses: ['softmaxCrossEntropyGradient'],
    draws: ['tie', 'real', 'image'],
    async claim({ operands: { x, t }, rounded, run, atLeast }) {
      const gradient = await run('softmaxCrossEntropyGradient', { x, t })
      const L = Math.max(0.5 * SAFETY * Math.max(...blockSums(t, t.shape[0]!).data), formats.float32.tiny)
      const next = stepped(x, gradient, L, rounded)
      const limit = descended(await run('softmaxCrossEntropy', { x, t }), gradient, minus(x, next), L)
      atLeast(limit, await run('softmaxCrossEntropy', { x: next, t }))
    },
  }),
  /** The curvature in w is the largest eigenvalue of xᵀx, at most ‖x‖². What y is off by is off by Σ|y−t|β + ½Σβ² in the cost. */
  dense: law({
    equation: 'E(w − s) ≤ E(w) − ⟨∇E,s⟩ + L/2·‖s‖², s = ∇E/L, L = ‖x‖², E = ½‖x·wᵀ − t‖²',
    operator: 'dense',
    uses: ['quadraticCost', 'quadraticCostGradient', 'denseWeightGradient'],
    draws: ['tie'],
    among: withoutBias,
    async claim({ operands: { x, w }, small, rounded, run, atLeast }) {
      const y = await run('dense', { x, w })
      const t = small(y.shape)
      const gradient = await run('denseWeightGradient', { x, dy: await run('quadraticCostGradient', { y, t }) })
      const L = Math.max(SAFETY * inner(x, x).data[0]!, 1)
      const next = stepped(w, gradient, L, rounded)
      const limit = descended(await run('quadraticCost', { y, t }), gradient, minus(w, next), L)
      const after = await run('dense', { x, w: next })
      const cost = await run('quadraticCost', { y: asGiven(after), t })
      const error = exact(y.shape, after.bound)
      const distance = exact(y.shape, minus(asGiven(after), t).data.map(Math.abs))
      const off = inner(distance, error).data[0]! + inner(error, error).data[0]!
      atLeast(limit, widened(cost, SAFETY * off))
    },
  }),
}
