/** Numbers of fewer bits: operands, sums or results rounded, subnormals flushed, ranges cut. */

import { formats } from '../../../properties/format.ts'
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import { real } from '../../../reference/arithmetic/real.ts'
import { operators } from '../../../reference/operators.ts'
import { sizeOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { each, withNumbers } from '../move.ts'

const every = operators.map((row) => row.name)
/** What lies in 0…1 or −1…1 anyway is not cut off, and a relu or a maximum has a mistake of its own for it. */
const unbounded = every.filter((name) => !['sigmoid', 'tanh', 'softmax', 'relu', 'maxPool2d'].includes(name))
const sums = operators
  .filter((row) => (row.kind === 'sum' && !/Gradient$/.test(row.name)) || /Weight|Bias|Input/.test(row.name))
  .map((row) => row.name)

interface Narrow {
  readonly bits: number
  /** Exponents of the smallest and largest normal number. */
  readonly least: number
  readonly most: number
}

/** Significand bits with the hidden one. Sources: IEEE 754-2019 binary16; Intel bfloat16 1.0; NVIDIA Ampere white paper. */
export const narrow = {
  bfloat16: { bits: 8, least: -126, most: 127 },
  TF32: { bits: 11, least: -126, most: 127 },
  float16: { bits: 11, least: -14, most: 15 },
} as const satisfies Record<string, Narrow>

/** To the nearest, ties to even; ±∞ beyond the largest, subnormals with their own spacing. */
export function toNarrow(v: number, { bits, least, most }: Narrow): number {
  if (v === 0 || !Number.isFinite(v)) return v
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(v))), least)
  const step = 2 ** (exponent - bits + 1)
  const scaled = v / step
  const floor = Math.floor(scaled)
  const half = scaled - floor
  const whole = half > 0.5 || (half === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
  const nearest = whole * step
  return Math.abs(nearest) >= 2 ** (most + 1) ? Math.sign(v) * Infinity : nearest
}

/** float64 with every operation rounded once more. */
function narrowArithmetic(name: string, format: Narrow): Arithmetic<number> {
  const round = (v: number): number => toNarrow(v, format)
  return {
    name,
    zero: 0,
    one: 1,
    from: round,
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => round(a * b),
    div: (a, b) => round(a / b),
    neg: (a) => -a,
    exp: (a) => round(Math.exp(a)),
    log: (a) => round(Math.log(a)),
    tanh: (a) => round(Math.tanh(a)),
    greater: (a, b) => a > b,
    isNaN: (a) => Number.isNaN(a),
    array: (n) => real.array(n),
  }
}

const allOperands = (round: (v: number) => number, but?: string): Mistake => ({
  operands: (o) =>
    Object.keys(o).reduce((rounded, name) => (name === but ? rounded : withNumbers(rounded, name, round)), o),
})

/** The bits behind the first cut off, as a conversion by shifting does. */
function truncated(v: number, bits: number): number {
  if (v === 0 || !Number.isFinite(v)) return v
  const step = 2 ** (Math.floor(Math.log2(Math.abs(v))) - bits + 1)
  return Math.trunc(v / step) * step
}

/** The bias added to the finished sum. */
const biasBehind = (arithmetic: Arithmetic<number>, format: Narrow): Mistake => ({
  operands: (o) => {
    const rounded = Object.keys(o).reduce((r, name) => withNumbers(r, name, (v) => toNarrow(v, format)), o)
    return 'b' in rounded ? { ...rounded, b: undefined } : rounded
  },
  result: (k, y, { given: { b } }) =>
    b ? each(k, y, (v, i) => k.add(v, k.from(b.data[Math.floor(i / sizeOf(y.shape.slice(2))) % y.shape[1]!]!))) : y,
  arithmetic,
})

const LOOK = 'look at the type of the buffers and at the mode of the matrix unit'

export const precisionMistakes: readonly Hypothesis[] = [
  ...Object.entries(narrow).flatMap(([name, format]): Hypothesis[] => [
    hypothesis(`operands rounded to ${name}`, `the operands have ${format.bits} significant bits; ${LOOK}`, every, [
      allOperands((v) => toNarrow(v, format)),
      // The bias is added in full, behind the matrix unit.
      allOperands((v) => toNarrow(v, format), 'b'),
      allOperands((v) => truncated(v, format.bits)),
    ]),
    ...['x', 'w', 'b', 'dy', 'f', 'g'].map((operand) => ({
      ...hypothesis(
        `${operand} rounded to ${name}`,
        `of the operands ${operand} alone has ${format.bits} significant bits; ${LOOK}`,
        operators
          .filter((row) => row.operands.length > 1 && row.operands.some((own) => own === operand))
          .map((row) => row.name),
        [toNarrow, (v: number) => truncated(v, format.bits)].map(
          (round): Mistake => ({ operands: (o) => withNumbers(o, operand, (v) => round(v, format)) }),
        ),
      ),
      alone: true,
    })),
    hypothesis(`result rounded to ${name}`, `the result has ${format.bits} significant bits; ${LOOK}`, every, {
      rounding: (v) => toNarrow(v, format),
    }),
    hypothesis(
      `sums kept in ${name}`,
      `every product and partial sum has ${format.bits} significant bits, added in the textbook's order; ${LOOK}`,
      sums,
      [
        { arithmetic: narrowArithmetic(name, format) },
        { ...allOperands((v) => toNarrow(v, format)), arithmetic: narrowArithmetic(name, format) },
        biasBehind(narrowArithmetic(name, format), format),
        biasBehind({ ...narrowArithmetic(name, format), from: (v) => v }, format),
      ],
    ),
  ]),
  ...[
    hypothesis(
      'operands rounded to float32',
      'a float64 implementation reads its operands as float32; look for Float32Array or Math.fround',
      every,
      allOperands(Math.fround),
    ),
    hypothesis(
      'result rounded to float32',
      'a float64 implementation returns what was float32; look for Float32Array or Math.fround',
      every,
      { rounding: Math.fround },
    ),
    hypothesis(
      'computed in float32',
      'a float64 implementation computes in float32; look for Float32Array or Math.fround',
      every,
      { computedIn: 'float32' },
    ),
  ].map((h) => ({ ...h, precision: 'float64' as const })),
  hypothesis(
    'subnormal operands flushed to zero',
    'subnormal numbers among the operands count as 0; look at the mode of the processor',
    every,
    {
      operands: (o, { precision }) =>
        Object.keys(o).reduce(
          (flushed, name) => withNumbers(flushed, name, (v) => (Math.abs(v) < formats[precision].tiny ? 0 : v)),
          o,
        ),
    },
  ),
  hypothesis(
    'subnormal numbers flushed to zero',
    'subnormal numbers count as 0, operands and results; look at the mode of the processor',
    every,
    {
      operands: (o, { precision }) =>
        Object.keys(o).reduce(
          (flushed, name) => withNumbers(flushed, name, (v) => (Math.abs(v) < formats[precision].tiny ? 0 : v)),
          o,
        ),
      rounding: (v, { precision }) => (Math.abs(v) < formats[precision].tiny ? 0 : v),
    },
  ),
  hypothesis(
    'subnormal results flushed to zero',
    'results below the smallest normal number are 0; look at the mode of the processor',
    every,
    {
      rounding: (v, { precision }) => (Math.abs(v) < formats[precision].tiny ? 0 : v),
    },
  ),
  hypothesis(
    'result truncated to whole numbers',
    'the fraction of each result is lost; look for an integer buffer or division',
    every,
    { rounding: Math.trunc },
  ),
  hypothesis(
    'negative results cut off',
    'results below 0 are 0, as if a relu were fused; look at what follows the sum',
    unbounded,
    { rounding: (v) => Math.max(v, 0) },
  ),
  hypothesis(
    'results cut off at 6',
    'results are limited to 0…6, as if a relu6 were fused; look at what follows the sum',
    unbounded,
    { rounding: (v) => Math.min(Math.max(v, 0), 6) },
  ),
  ...[128, 2 ** 15].map((most) =>
    hypothesis(
      `results cut off at −${most} and ${most - 1}`,
      `results are limited to −${most}…${most - 1}, the range of a signed integer; look at the type of the accumulator`,
      unbounded,
      { rounding: (v) => Math.min(Math.max(v, -most), most - 1) },
    ),
  ),
  hypothesis('results cut off at −1 and 1', 'results are limited to −1…1; look at what follows the sum', unbounded, {
    rounding: (v) => Math.min(Math.max(v, -1), 1),
  }),
]
