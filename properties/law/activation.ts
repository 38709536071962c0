/** Laws of the activations and of softmax: F8, F20. */
import { formats } from '../format.ts'
import type { Draw } from '../values.ts'
import { finite, withSizes } from './domain.ts'
import { law } from './law.ts'
import { along, blockSums, exact, minus, plus, range, repeated, reshaped, scaled, type Value } from './value.ts'

/** 1 in the shape of v. */
const one = (v: Value): Value => exact(v.shape, new Float64Array(v.data.length).fill(1))

/** F8. */
export const tanhIsOdd = law({
  equation: 'tanh(−x) = −tanh(x)',
  operator: 'tanh',
  draws: finite,
  async claim({ operands: { x }, run, equal }) {
    equal(await run('tanh', { x: scaled(-1, x) }), scaled(-1, await run('tanh', { x })))
  },
})

/** F8: σ and tanh are one function, scaled. */
export const tanhIsScaledSigmoid = law({
  equation: 'tanh(x) = 2σ(2x) − 1',
  operator: 'tanh',
  uses: ['sigmoid'],
  draws: finite,
  async claim({ operands: { x }, run, equal }) {
    const result = await run('tanh', { x })
    equal(minus(scaled(2, await run('sigmoid', { x: scaled(2, x) })), one(x)), result)
  },
})

/** F8. */
export const sigmoidIsSymmetric = law({
  equation: 'σ(−x) = 1 − σ(x)',
  operator: 'sigmoid',
  draws: finite,
  async claim({ operands: { x }, run, equal }) {
    equal(await run('sigmoid', { x: scaled(-1, x) }), minus(one(x), await run('sigmoid', { x })))
  },
})

/** F8. */
export const reluIsIdempotent = law({
  equation: 'relu(relu(x)) = relu(x)',
  operator: 'relu',
  draws: finite,
  async claim({ operands: { x }, run, equal }) {
    const result = await run('relu', { x })
    equal(await run('relu', { x: result }), result)
  },
})

/** F8: what relu keeps of x and of −x is all of x. */
export const reluSplits = law({
  equation: 'relu(x) − relu(−x) = x',
  operator: 'relu',
  draws: finite,
  async claim({ operands: { x }, run, equal }) {
    equal(minus(await run('relu', { x }), await run('relu', { x: scaled(-1, x) })), x)
  },
})

/** Sums of the other numbers of each row. */
const othersInRow = (y: Value): Value => {
  const N = y.shape[0]!
  return minus(repeated(reshaped(blockSums(y, N), [N, 1]), y.shape), y)
}

/** Two classes at least: with one, softmax is 1 whatever x is. */
const severalClasses = (c: Parameters<typeof withSizes>[0]) => withSizes(c, { k: Math.max(2, c.sizes.k!) })

/** F20. Said for each number, so that not all that is compared is 1. */
export const softmaxSumsToOne = law({
  equation: 'Σₖ softmax(x)ₖ = 1, i.e. softmax(x)ₖ = 1 − the others',
  operator: 'softmax',
  draws: finite,
  among: severalClasses,
  async claim({ operands: { x }, run, equal }) {
    const y = await run('softmax', { x })
    equal(minus(one(y), othersInRow(y)), y)
  },
})

/** Not whole numbers alone: those of `exact` are so far apart that one class takes all. */
const moderate: readonly Draw[] = ['real', 'image', 'negative', 'tie']

/** Constants up to 2¹¹, far above log of the largest number in either precision (89, 710). */
const MOST_ADDED = 2 ** 11
/** Bits before the point, sign aside, that x + c may have, and a few to spare: what is left holds the steps of x. */
const BEFORE_POINT = 16

/** F20. x in steps so wide that adding the constant rounds nothing. */
export const softmaxIgnoresAConstant = law({
  equation: 'softmax(x + c) = softmax(x)',
  operator: 'softmax',
  draws: moderate,
  among: severalClasses,
  async claim({ operands, precision, random, run, equal }) {
    const step = 2 ** (BEFORE_POINT - formats[precision].bits)
    const x = exact(
      operands.x.shape,
      operands.x.data.map((v) => Math.round(v / step) * step),
    )
    const constants = Array.from({ length: x.shape[0]! }, () => random.sign() * random.integer(1, MOST_ADDED))
    const added = repeated(exact([constants.length, 1], constants), x.shape)
    equal(await run('softmax', { x: plus(x, added) }), await run('softmax', { x }))
  },
})

/** F20: each row, brought into the order of its input, rises. */
export const softmaxKeepsOrder = law({
  equation: 'xᵢ ≥ xⱼ ⇒ softmax(x)ᵢ ≥ softmax(x)ⱼ',
  operator: 'softmax',
  draws: finite,
  among: severalClasses,
  async claim({ operands: { x }, run, atLeast }) {
    const y = await run('softmax', { x })
    const [N, K] = [x.shape[0]!, x.shape[1]!]
    for (let n = 0; n < N; n++) {
      const order = range(K).sort((i, j) => x.data[n * K + i]! - x.data[n * K + j]!)
      const rising = along(along(y, 0, [n]), 1, order)
      atLeast(along(rising, 1, range(K - 1, 1)), along(rising, 1, range(K - 1)))
    }
  },
})
