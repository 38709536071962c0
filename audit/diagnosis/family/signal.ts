/** Convolution and correlation of signals: which part of the full result, and which operand slides. */
import { real } from '../../../reference/arithmetic/real.ts'
import type { Mode, OperatorName } from '../../../reference/contract.ts'
import type { AttributeBag } from '../../../reference/operators.ts'
import { operatorRow } from '../../../reference/operators.ts'
import { sizeOf, type TensorOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis, planes, signals } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { taken } from '../move.ts'

const PART = "look at where the result begins within 'full'"

const modeAs = (change: (mode: Mode) => Mode): Mistake => ({
  attributes: (a) => ({ ...a, mode: change(a.mode ?? 'full') }),
})

/** In mode 'same' another part of the full result: its start and extent on each axis, for n cells and k taps. */
const sameFrom =
  (start: (n: number, k: number) => number, extent: (n: number, k: number) => number = (n) => n) =>
  (operator: string): Mistake => ({
    formula: (k, o, a) => {
      const { textbook } = operatorRow(operator)
      if (a.mode !== 'same') return textbook(k, o, a)
      const full: AttributeBag = { mode: 'full' }
      const y = textbook(k, o, full)
      const [f, g] = [o.f!.shape, o.g!.shape]
      const shape = f.map((n, axis) => extent(n, g[axis]!))
      const from = f.map((n, axis) => start(n, g[axis]!))
      return taken(k, y, shape, (i) => {
        const at = shape.map((n, axis) => (Math.floor(i / sizeOf(shape.slice(axis + 1))) % n) + from[axis]!)
        return at.some((v, axis) => v < 0 || v >= y.shape[axis]!)
          ? -1
          : at.reduce((flat, v, axis) => flat * y.shape[axis]! + v, 0)
      })
    },
  })

const reversed = (t: TensorOf<number>): TensorOf<number> => taken(real, t, t.shape, (i) => t.data.length - 1 - i)

/** 'full' by a cyclic product of 2ⁿ values, behind which the result is 0 or begins again; then the part that was asked for. */
const wrapped = (operator: OperatorName, repeats: boolean): Mistake => ({
  formula: (k, o, a) => {
    const y = operatorRow(operator).textbook(k, o, { mode: 'full' })
    const [n, taps] = [o.f!.data.length, o.g!.data.length]
    const L = 2 ** Math.ceil(Math.log2(Math.max(n, taps)))
    const cyclic = Array.from({ length: L }, (_, i) => {
      const first = i < y.data.length ? y.data[i]! : k.from(0)
      return i + L < y.data.length ? k.add(first, y.data[i + L]!) : first
    })
    const [from, extent] =
      a.mode === 'same' ? [(taps - 1) >> 1, n] : a.mode === 'valid' ? [taps - 1, n - taps + 1] : [0, n + taps - 1]
    const at = (i: number): number => (i < L ? i : repeats ? i - L : -1)
    return taken(k, { shape: [L], data: cyclic }, [extent], (i) => at(i + from))
  },
})

export const signalMistakes: readonly Hypothesis[] = [
  hypothesis(
    "'same' begins half a cell late",
    `with an even kernel 'same' begins at ⌊k/2⌋ instead of ⌊(k−1)/2⌋; ${PART}`,
    signals,
    sameFrom((_, k) => k >> 1),
  ),
  hypothesis(
    "'same' begins one cell late",
    `'same' begins at ⌊(k−1)/2⌋ + 1; ${PART}`,
    signals,
    sameFrom((_, k) => ((k - 1) >> 1) + 1),
  ),
  hypothesis(
    "'same' begins at 0",
    `'same' is the first n of the full result; ${PART}`,
    signals,
    sameFrom(() => 0),
  ),
  hypothesis(
    "'same' is the end",
    `'same' is the last n of the full result; ${PART}`,
    signals,
    sameFrom((_, k) => k - 1),
  ),
  hypothesis(
    "'same' has the length of the longer operand",
    `'same' is max(n,k) long, as NumPy has it; ${PART}`,
    signals,
    sameFrom(
      (n, k) => (Math.min(n, k) - 1) >> 1,
      (n, k) => Math.max(n, k),
    ),
  ),
  hypothesis(
    "'full' in place of 'same'",
    `the full result is returned; ${PART}`,
    signals,
    modeAs((m) => (m === 'same' ? 'full' : m)),
  ),
  hypothesis(
    "'valid' in place of 'same'",
    `the valid part is returned; ${PART}`,
    signals,
    modeAs((m) => (m === 'same' ? 'valid' : m)),
  ),
  hypothesis(
    "'same' in place of 'full'",
    `the full result is cut; ${PART}`,
    signals,
    modeAs((m) => (m === 'full' ? 'same' : m)),
  ),
  hypothesis(
    "'same' in place of 'valid'",
    `the valid part is not cut out; ${PART}`,
    signals,
    modeAs((m) => (m === 'valid' ? 'same' : m)),
  ),
  hypothesis(
    'mode ignored',
    `every mode gives the full result; ${PART}`,
    signals,
    modeAs(() => 'full'),
  ),
  hypothesis(
    'transform shorter than the result',
    'the length of the transform is a power of two that holds the longer operand, not the sum of both: what does not fit is added to the beginning; look at how the length is chosen',
    ['convolve1d', 'correlate1d'],
    (operator) => [wrapped(operator, false), wrapped(operator, true)],
  ),
  hypothesis('signal turned', 'f is taken from its last value to its first; look at the index into f', signals, {
    operands: (o) => ({ ...o, f: reversed(o.f!) }),
  }),
  hypothesis(
    'f and g exchanged',
    'the kernel is taken for the signal and the other way round; look at the call',
    signals,
    { operands: (o) => ({ f: o.g, g: o.f }) },
  ),
  hypothesis(
    'operands exchanged where the kernel is longer',
    'the longer operand is taken for the signal and the result is not turned back; look at the call',
    ['correlate1d', 'correlate2d'],
    [
      { operands: ({ f, g }) => (sizeOf(g!.shape) > sizeOf(f!.shape) ? { f: g, g: f } : { f, g }) },
      {
        operands: ({ f, g }, { attributes: { mode } }) =>
          sizeOf(g!.shape) > sizeOf(f!.shape) && mode !== 'same' ? { f: g, g: f } : { f, g },
      },
    ],
  ),
  hypothesis(
    'image read with rows and columns exchanged',
    'the memory of f is taken for (W,H); look at the strides of the axes',
    planes,
    {
      operands: (o) => ({
        ...o,
        f: taken(real, o.f!, o.f!.shape, (i) => (i % o.f!.shape[1]!) * o.f!.shape[0]! + Math.floor(i / o.f!.shape[1]!)),
      }),
    },
  ),
]
