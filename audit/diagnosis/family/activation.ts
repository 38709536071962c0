/** Activations and their slopes taken for one another, at the wrong place, or approximated. */

import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { real } from '../../../reference/arithmetic/real.ts'
import type { OperatorName } from '../../../reference/contract.ts'
import { type Hypothesis, hypothesis, slopes } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { each, withNumbers } from '../move.ts'

/** A function of one number in place of the activation; `divides` where it is computed and not picked. */
const instead = (f: <T>(k: Arithmetic<T>, z: T) => T): Mistake => ({
  formula: (k, { x }) => each(k, x!, (z) => f(k, z)),
  divides: true,
})
/** δ times another slope, from the first operand. */
const slope = (f: <T>(k: Arithmetic<T>, y: T) => T): Mistake => ({
  formula: (k, o) => each(k, o.dy!, (delta, i) => k.mul(delta, f(k, (o.y ?? o.x)!.data[i]!))),
  divides: true,
})

const sigma = <T>(k: Arithmetic<T>, z: T): T => k.div(k.one, k.add(k.one, k.exp(k.neg(z))))
const positive = <T>(k: Arithmetic<T>, z: T): boolean => k.greater(z, k.from(0))
const square = <T>(k: Arithmetic<T>, z: T): T => k.mul(z, z)
const clamped = <T>(k: Arithmetic<T>, z: T, low: number, high: number): T =>
  k.greater(k.from(low), z) ? k.from(low) : k.greater(z, k.from(high)) ? k.from(high) : z

const both = ['sigmoid', 'tanh'] as const
const smoothSlopes = ['sigmoidGradient', 'tanhGradient'] as const
const NAME = 'look at which function is called'
const SLOPE = 'look at the formula of the slope'

const leaky = (factor: number): Hypothesis =>
  hypothesis(
    `leaky, slope ${factor}`,
    `below 0 the slope is ${factor} instead of 0; ${NAME}`,
    ['relu', 'reluGradient'],
    (o) =>
      o === 'relu'
        ? instead((k, z) => (positive(k, z) || k.isNaN(z) ? z : k.mul(z, k.from(factor))))
        : {
            formula: (k, { x, dy }) =>
              each(k, dy!, (delta, i) => (positive(k, x!.data[i]!) ? delta : k.mul(delta, k.from(factor)))),
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
  hypothesis('argument cut off', 'the argument is limited to −8…8; look for a clamp before exp', both, {
    operands: (o) => withNumbers(o, 'x', (v) => Math.min(Math.max(v, -8), 8)),
  }),
  leaky(0.01),
  leaky(0.1),
  leaky(0.2),
  hypothesis(
    'identity',
    'negative numbers pass; look at whether the function is called at all',
    ['relu', 'reluGradient'],
    (o) => ({ formula: (k, { x, dy }) => each(k, (o === 'relu' ? x : dy)!, (v) => v) }),
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
  hypothesis(
    'slope 1 at 0',
    'the slope of relu at 0 is taken to be 1; look at the comparison, > or ≥',
    ['reluGradient'],
    { formula: (k, { x, dy }) => each(k, dy!, (delta, i) => (k.greater(k.from(0), x!.data[i]!) ? k.from(0) : delta)) },
  ),
  hypothesis('slope ½ at 0', 'the slope of relu at 0 is taken to be ½; look at the comparison', ['reluGradient'], {
    formula: (k, { x, dy }) =>
      each(k, dy!, (delta, i) =>
        positive(k, x!.data[i]!) ? delta : k.greater(k.from(0), x!.data[i]!) ? k.from(0) : k.div(delta, k.from(2)),
      ),
    divides: true,
  }),
  hypothesis(
    'slope from dy',
    'the sign of dy decides instead of that of x; look at which operand is compared',
    ['reluGradient'],
    { formula: (k, { dy }) => each(k, dy!, (delta) => (positive(k, delta) ? delta : k.from(0))) },
  ),
  hypothesis(
    'operands exchanged',
    'the operands arrive in the wrong order; look at the call',
    [
      'sigmoidGradient',
      'tanhGradient',
      'softmaxGradient',
      'reluGradient',
      'softmaxCrossEntropy',
      'softmaxCrossEntropyGradient',
    ],
    {
      operands: (o) => {
        const [[a, first], [b, second]] = Object.entries(o) as [
          [string, (typeof o)[string]],
          [string, (typeof o)[string]],
        ]
        return { [a]: second, [b]: first }
      },
    },
  ),
  hypothesis(
    'slope of the input instead of the output',
    'the slope is computed as if y were the input z: σ(y)(1−σ(y)), 1−tanh² y; look at which tensor is kept from the forward pass',
    smoothSlopes,
    (o) => ({
      operands: (operands) => withNumbers(operands, 'y', (y) => (o === 'tanhGradient' ? Math.tanh(y) : sigma(real, y))),
      divides: true,
    }),
  ),
  hypothesis('slope without dy', `the slope alone is returned, not δ times it; ${SLOPE}`, slopes, {
    operands: (o) => withNumbers(o, 'dy', () => 1),
  }),
  hypothesis('slope ignored', `dy is returned as it is; ${SLOPE}`, smoothSlopes, {
    formula: (k, { dy }) => each(k, dy!, (v) => v),
  }),
  hypothesis(
    'slope y',
    `y is used for the slope, the factor 1−y is missing; ${SLOPE}`,
    smoothSlopes,
    slope((_, y) => y),
  ),
  hypothesis(
    'slope 1−y',
    `1−y is used for the slope; ${SLOPE}`,
    smoothSlopes,
    slope((k, y) => k.sub(k.one, y)),
  ),
  hypothesis(
    'slope y(1+y)',
    `the sign within y(1−y) is wrong; ${SLOPE}`,
    ['sigmoidGradient'],
    slope((k, y) => k.mul(y, k.add(k.one, y))),
  ),
  hypothesis(
    'slope 1+y²',
    `the sign within 1−y² is wrong; ${SLOPE}`,
    ['tanhGradient'],
    slope((k, y) => k.add(k.one, square(k, y))),
  ),
  hypothesis(
    'slope of tanh',
    `1−y², the slope of tanh, is used; ${SLOPE}`,
    ['sigmoidGradient'],
    slope((k, y) => k.sub(k.one, square(k, y))),
  ),
  hypothesis(
    'slope of sigmoid',
    `y(1−y), the slope of σ, is used; ${SLOPE}`,
    ['tanhGradient'],
    slope((k, y) => k.mul(y, k.sub(k.one, y))),
  ),
]
