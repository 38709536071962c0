/** Activations and their slopes taken for one another, at the wrong place, or approximated. */

import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import type { OperatorName } from '../../../reference/contract.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { constant, each, withNumbers } from '../move.ts'
import { positive, sigma, square } from '../scalar.ts'

/** A function of one number in place of the activation; `divides` where it is computed and not picked. */
const instead = (f: <T>(k: Arithmetic<T>, z: T) => T): Mistake => ({
  formula: (k, { x }) => each(k, x!, (z) => f(k, z)),
  divides: true,
})
const clamped = <T>(k: Arithmetic<T>, z: T, low: number, high: number): T =>
  k.greater(k.from(low), z) ? k.from(low) : k.greater(z, k.from(high)) ? k.from(high) : z

/** What float32 cannot hold is ∞. */
const capped = <T>(k: Arithmetic<T>, v: T): T => (k.greater(v, k.from(2 ** 128 - 2 ** 104)) ? k.from(Infinity) : v)

const both = ['sigmoid', 'tanh'] as const
const NAME = 'look at which function is called'

const leaky = (factor: number): Hypothesis =>
  hypothesis(
    `leaky, slope ${factor}`,
    `below 0 the slope is ${factor} instead of 0; ${NAME}`,
    ['relu', 'reluGradient'],
    (o) =>
      o === 'relu'
        ? instead((k, z) => (positive(k, z) || k.isNaN(z) ? z : k.mul(z, constant(k, factor))))
        : {
            formula: (k, { x, dy }) =>
              each(k, dy!, (delta, i) => (positive(k, x!.data[i]!) ? delta : k.mul(delta, constant(k, factor)))),
            divides: true,
          },
  )

const lines: Readonly<Partial<Record<OperatorName, Mistake>>> = {
  sigmoid: instead((k, z) => clamped(k, k.add(k.div(z, k.from(4)), k.from(0.5)), 0, 1)),
  tanh: instead((k, z) => clamped(k, z, -1, 1)),
}

export const activationMistakes: readonly Hypothesis[] = [
  hypothesis(
    'tanh instead of sigmoid',
    `tanh x is returned for σ(x); ${NAME}`,
    ['sigmoid'],
    instead((k, z) => k.tanh(z)),
  ),
  hypothesis('sigmoid instead of tanh', `σ(x) is returned for tanh x; ${NAME}`, ['tanh'], instead(sigma)),
  hypothesis(
    'sigmoid of 2x shifted without the factor 2',
    `σ(2x) is returned where tanh x = 2σ(2x) − 1; ${NAME}`,
    ['tanh'],
    instead((k, z) => sigma(k, k.add(z, z))),
  ),
  hypothesis(
    'argument with the wrong sign',
    'the function is taken of −x; look at the sign in the exponent',
    ['sigmoid', 'tanh', 'relu', 'softmax'],
    { operands: (o) => withNumbers(o, 'x', (v) => -v) },
  ),
  hypothesis('argument doubled', 'the function is taken of 2x; look at the factor in the exponent', both, {
    operands: (o) => withNumbers(o, 'x', (v) => 2 * v),
  }),
  hypothesis('argument halved', 'the function is taken of x/2; look at the factor in the exponent', both, {
    operands: (o) => withNumbers(o, 'x', (v) => v / 2),
  }),
  hypothesis(
    'hard approximation',
    'straight lines are returned: x/4 + ½ within 0…1 for σ, x within −1…1 for tanh; look for a "hard" or "fast" variant',
    both,
    (o) => lines[o] ?? {},
  ),
  hypothesis(
    'hard sigmoid of slope 1/5',
    'x/5 + ½ within 0…1 is returned (the hard sigmoid of Keras and Theano); look for a "hard" variant',
    ['sigmoid'],
    instead((k, z) => clamped(k, k.add(k.div(z, k.from(5)), k.from(0.5)), 0, 1)),
  ),
  hypothesis(
    'hard sigmoid of slope 1/6',
    'x/6 + ½ within 0…1 is returned (PyTorch\'s Hardsigmoid); look for a "hard" variant',
    ['sigmoid'],
    instead((k, z) => clamped(k, k.add(k.div(z, k.from(6)), k.from(0.5)), 0, 1)),
  ),
  hypothesis('softsign', 'x/(1+|x|) is returned, for σ moved to 0…1; look for a "fast" variant', both, (o) => {
    const soft = <T>(k: Arithmetic<T>, z: T): T => k.div(z, k.add(k.one, positive(k, z) ? z : k.neg(z)))
    return instead((k, z) => (o === 'tanh' ? soft(k, z) : k.div(k.add(k.one, soft(k, z)), k.from(2))))
  }),
  hypothesis(
    'rational approximation of tanh',
    'x(27+x²)/(27+9x²) is returned (Padé); look for a "fast" variant',
    ['tanh'],
    instead((k, z) =>
      k.div(k.mul(z, k.add(k.from(27), square(k, z))), k.add(k.from(27), k.mul(k.from(9), square(k, z)))),
    ),
  ),
  hypothesis(
    'rational approximation of tanh, cut off at 3',
    'x(27+x²)/(27+9x²) is returned for |x| < 3 and ±1 beyond (Padé); look for a "fast" variant',
    ['tanh'],
    instead((k, v) => {
      const z = clamped(k, v, -3, 3)
      return k.div(k.mul(z, k.add(k.from(27), square(k, z))), k.add(k.from(27), k.mul(k.from(9), square(k, z))))
    }),
  ),
  hypothesis(
    'sigmoid by a power that overflows',
    'eˣ/(1+eˣ) is computed, NaN where eˣ overflows (float32: above 88); look for 1/(1+e⁻ˣ) where x is positive',
    ['sigmoid'],
    instead((k, z) => {
      const power = capped(k, k.exp(z))
      return k.div(power, k.add(k.one, power))
    }),
  ),
  hypothesis(
    'tanh by a power that overflows',
    '(e²ˣ−1)/(e²ˣ+1) or (eˣ−e⁻ˣ)/(eˣ+e⁻ˣ) is computed, NaN where the power overflows; look for the library function',
    ['tanh'],
    [
      instead((k, z) => {
        const power = capped(k, k.exp(k.add(z, z)))
        return k.div(k.sub(power, k.one), k.add(power, k.one))
      }),
      instead((k, z) => {
        const power = capped(k, k.exp(k.neg(k.add(z, z))))
        return k.div(k.sub(k.one, power), k.add(k.one, power))
      }),
      instead((k, z) => {
        const [power, inverse] = [capped(k, k.exp(z)), capped(k, k.exp(k.neg(z)))]
        return k.div(k.sub(power, inverse), k.add(power, inverse))
      }),
    ],
  ),
  hypothesis('argument cut off', 'the argument is limited to −8…8; look for a clamp before exp', both, {
    operands: (o) => withNumbers(o, 'x', (v) => Math.min(Math.max(v, -8), 8)),
  }),
  leaky(0.01),
  leaky(0.1),
  leaky(0.2),
  hypothesis(
    'identity',
    'the operand is returned as it is; look at whether the function is called at all',
    ['relu', 'reluGradient', 'sigmoid', 'tanh', 'softmax'],
    (o) => ({ formula: (k, { x, dy }) => each(k, (o === 'reluGradient' ? dy : x)!, (v) => v) }),
  ),
  hypothesis(
    'product with a mask',
    'x·(x > 0) is returned: −∞·0 is NaN; look for a product where a choice is meant',
    ['relu'],
    { formula: (k, { x }) => each(k, x!, (z) => k.mul(z, k.from(positive(k, z) ? 1 : 0))) },
  ),
  hypothesis('half of x + |x|', '(x + |x|)/2 is returned: −∞ + ∞ is NaN; look at the formula', ['relu'], {
    formula: (k, { x }) => each(k, x!, (z) => k.div(k.add(z, k.greater(k.from(0), z) ? k.neg(z) : z), k.from(2))),
    divides: true,
  }),
  hypothesis('relu6 instead of relu', `what is above 6 is cut off; ${NAME}`, ['relu'], {
    formula: (k, { x }) => each(k, x!, (z) => clamped(k, z, 0, 6)),
  }),
  hypothesis('multiplied by the argument', `x·σ(x) or x·tanh x is returned (swish); ${NAME}`, both, (o) =>
    instead((k, z) => k.mul(z, o === 'tanh' ? k.tanh(z) : sigma(k, z))),
  ),
  hypothesis(
    'scaled tanh',
    `1.7159·tanh(2x/3) is returned (LeCun 1998); ${NAME}`,
    ['tanh'],
    instead((k, z) => k.mul(constant(k, 1.7159), k.tanh(k.div(k.add(z, z), k.from(3))))),
  ),
  hypothesis(
    'absolute value',
    '|x| is returned; look at what happens below 0',
    ['relu'],
    instead((k, z) => (positive(k, z) ? z : k.neg(z))),
  ),
  hypothesis(
    'NaN becomes 0',
    'a comparison with NaN is false, so that max(0, NaN) gives 0; look for a test of NaN',
    ['relu'],
    { formula: (k, { x }) => each(k, x!, (z) => (positive(k, z) ? z : k.from(0))) },
  ),
]
