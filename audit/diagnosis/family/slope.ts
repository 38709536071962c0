/** Slopes of activations taken from the wrong tensor, of the wrong function, or at the kink. */
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { real } from '../../../reference/arithmetic/real.ts'
import { type Hypothesis, hypothesis, slopes } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { each, withNumbers } from '../move.ts'
import { positive, sigma, square } from '../scalar.ts'

/** δ times another slope, from the first operand. */
const slope = (f: <T>(k: Arithmetic<T>, y: T) => T): Mistake => ({
  formula: (k, o) => each(k, o.dy!, (delta, i) => k.mul(delta, f(k, (o.y ?? o.x)!.data[i]!))),
  divides: true,
})

const smoothSlopes = ['sigmoidGradient', 'tanhGradient'] as const
const SLOPE = 'look at the formula of the slope'

export const slopeMistakes: readonly Hypothesis[] = [
  hypothesis(
    'slope 1 at 0',
    'the slope of relu at 0 is taken to be 1; look at the comparison, > or ≥',
    ['reluGradient'],
    [
      {
        formula: (k, { x, dy }) => each(k, dy!, (delta, i) => (k.greater(k.from(0), x!.data[i]!) ? k.from(0) : delta)),
      },
      // x ≥ 0 is false for NaN, x < 0 as well.
      {
        formula: (k, { x, dy }) =>
          each(k, dy!, (delta, i) => (k.isNaN(x!.data[i]!) || k.greater(k.from(0), x!.data[i]!) ? k.from(0) : delta)),
      },
    ],
  ),
  hypothesis(
    'slope 1 at NaN',
    'where x is NaN the error passes, since x ≤ 0 is false; look at the comparison',
    ['reluGradient'],
    {
      formula: (k, { x, dy }) =>
        each(k, dy!, (delta, i) => (positive(k, x!.data[i]!) || k.isNaN(x!.data[i]!) ? delta : k.from(0))),
    },
  ),
  hypothesis('slope NaN at NaN', 'where x is NaN the slope is NaN; look for a product with x', ['reluGradient'], {
    formula: (k, { x, dy }) =>
      each(k, dy!, (delta, i) => (k.isNaN(x!.data[i]!) ? x!.data[i]! : positive(k, x!.data[i]!) ? delta : k.from(0))),
  }),
  hypothesis(
    'slope multiplied',
    'δ·0 is computed below 0, NaN where δ is infinite; look for a product with a mask',
    ['reluGradient'],
    {
      formula: (k, { x, dy }) => each(k, dy!, (delta, i) => k.mul(delta, k.from(positive(k, x!.data[i]!) ? 1 : 0))),
    },
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
    'slope y(1−y²)',
    `the square of the slope of tanh has slipped into that of σ; ${SLOPE}`,
    ['sigmoidGradient'],
    slope((k, y) => k.mul(y, k.sub(k.one, square(k, y)))),
  ),
  hypothesis(
    'slope x',
    `δ is multiplied by relu(x) instead of its slope; ${SLOPE}`,
    ['reluGradient'],
    slope((k, x) => (positive(k, x) || k.isNaN(x) ? x : k.from(0))),
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
