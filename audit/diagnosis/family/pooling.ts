/** What wins a window, what it is divided by, where its error goes. */

import { sizeOf } from '../../../reference/tensor.ts'
import { type Hypothesis, hypothesis, maxPools, meanPools } from '../hypothesis.ts'
import type { Mistake, ResultChange } from '../mistake.ts'
import { withNumbers } from '../move.ts'
import type { PoolRules } from '../pool.ts'

const pool = (rules: Partial<PoolRules>, more: Mistake = {}): Mistake => ({ pool: rules, ...more })
const divisor = (count: PoolRules['divisor']): Mistake => pool({ divisor: count })

/** What a NaN does beside a tie rule of its own: nothing equals it, and every comparison with it is false. */
const nanRules = ['wins', 'last wins', 'skipped', 'nobody wins', 'kept first', 'replaced'] as const

const magnitudes: Mistake = { operands: (o) => withNumbers(o, 'x', Math.abs) }

const FIRST = 'look at the value that the maximum starts from'
const DIVISOR = 'look at what the sum of the window is divided by'
const TIES = 'look at the comparison, > or ≥'
const CEIL = 'look at how the size of the result is rounded'

const LARGEST_SINGLE = 2 ** 128 - 2 ** 104

/** Rows and columns of windows that ceilMode adds and the contract drops; they meet no cell and hold `fill`. */
function notDropped(fill: number): ResultChange {
  return (k, y, { operands, attributes: a }) => {
    if (!a.ceilMode) return y
    const image = operands.x!.shape
    const extents = [0, 1].map((i) => {
      const span = (a.dilation?.[i] ?? 1) * (a.kernel![i]! - 1) + 1
      return Math.ceil((image[i + 2]! + a.padding![i]! + a.padding![i + 2]! - span) / a.stride![i]!) + 1
    })
    const [P, Q] = [y.shape[2]!, y.shape[3]!]
    const shape = [y.shape[0]!, y.shape[1]!, extents[0]!, extents[1]!]
    const data = k.array(sizeOf(shape))
    for (let i = 0; i < data.length; i++) {
      const [plane, p, q] = [
        Math.floor(i / (shape[2]! * shape[3]!)),
        Math.floor(i / shape[3]!) % shape[2]!,
        i % shape[3]!,
      ]
      data[i] = p < P && q < Q ? y.data[(plane * P + p) * Q + q]! : k.from(fill)
    }
    return { shape, data: data as typeof y.data }
  }
}

/** The other operator's mean over the same window. */
const mean: Mistake = {
  formula: (k, o, a) => {
    const { x } = o
    const { kernel, stride, padding, dilation } = { dilation: [1, 1] as const, ...a }
    const [H, W] = [x!.shape[2]!, x!.shape[3]!]
    const span = (i: 0 | 1): number => dilation[i] * (kernel![i] - 1) + 1
    const [P, Q] = [0, 1].map((i) =>
      extentOf([H, W][i]!, padding![i]!, padding![i + 2]!, span(i as 0 | 1), stride![i]!, a.ceilMode),
    )
    const shape = [x!.shape[0]!, x!.shape[1]!, P!, Q!]
    const data = k.array(shape.reduce((n, extent) => n * extent))
    let at = 0
    for (let plane = 0; plane < shape[0]! * shape[1]!; plane++)
      for (let p = 0; p < P!; p++)
        for (let q = 0; q < Q!; q++) {
          let [sum, cells] = [k.zero, 0]
          for (let r = 0; r < kernel![0]; r++)
            for (let s = 0; s < kernel![1]; s++) {
              const h = p * stride![0] - padding![0] + r * dilation[0]
              const w = q * stride![1] - padding![1] + s * dilation[1]
              if (h < 0 || h >= H || w < 0 || w >= W) continue
              sum = k.add(sum, x!.data[(plane * H + h) * W + w]!)
              cells++
            }
          data[at++] = k.div(sum, k.from(cells))
        }
    return { shape, data: data as typeof x extends undefined ? never : NonNullable<typeof x>['data'] }
  },
  divides: true,
}

/** F15, rounded up with ceilMode, a last window beyond the input dropped. */
function extentOf(n: number, before: number, after: number, span: number, stride: number, ceil = false): number {
  const room = (n + before + after - span) / stride
  const windows = (ceil ? Math.ceil(room) : Math.floor(room)) + 1
  return ceil && (windows - 1) * stride >= n + before ? windows - 1 : windows
}

export const poolingMistakes: readonly Hypothesis[] = [
  hypothesis(
    'padding counts as 0 for the maximum',
    `cells of the padding take part with the value 0, so that negative inputs lose to them; ${FIRST}`,
    maxPools,
    pool({ paddingIsZero: true }),
  ),
  hypothesis('maximum starts at 0', `the maximum is never below 0; ${FIRST}`, ['maxPool2d'], {
    rounding: (v) => Math.max(v, 0),
  }),
  hypothesis(
    'maximum starts at the smallest positive number',
    `the maximum is never below FLT_MIN or DBL_MIN, which is not the lowest number; ${FIRST}`,
    ['maxPool2d'],
    {
      rounding: (v, { precision }) => Math.max(v, precision === 'float32' ? 2 ** -126 : 2 ** -1022),
    },
  ),
  ...[-65504, -1e4, -99_999, -1e5, -1e6, -(2 ** 31), -1e9, -1e10, -1e20, -1e30, -1e37, -1e38].map((start) =>
    hypothesis(
      `maximum starts at ${start}`,
      `the maximum is never below ${start}, which is not the lowest number; ${FIRST}`,
      ['maxPool2d'],
      { rounding: (v, { precision }) => Math.max(v, precision === 'float32' ? Math.fround(start) : start) },
    ),
  ),
  hypothesis(
    'minimum instead of maximum',
    'the smallest value of the window wins; look at the comparison, > or <',
    maxPools,
    pool({ wins: 'smaller' }),
  ),
  hypothesis(
    'largest magnitude wins',
    'values are compared without their sign; look for an absolute value in the comparison',
    maxPools,
    (o) => (o === 'maxPool2d' ? pool({ wins: 'larger magnitude' }) : magnitudes),
  ),
  hypothesis(
    'mean instead of maximum',
    'the mean of the window is returned; look at which pooling is called',
    ['maxPool2d'],
    mean,
  ),
  hypothesis(
    'NaN skipped',
    'a NaN in the window is passed over because every comparison with it is false; look for a test of NaN',
    maxPools,
    pool({ nan: 'skipped' }),
  ),
  hypothesis(
    'error to the last NaN of the window',
    'every NaN replaces what was found before it, also another NaN; look at the test of NaN beside the comparison',
    ['maxPool2dGradient'],
    pool({ nan: 'last wins' }),
  ),
  hypothesis(
    'NaN takes no error',
    'where the maximum is NaN no cell takes the error, as nothing equals it; look for a comparison with the maximum',
    ['maxPool2dGradient'],
    pool({ nan: 'nobody wins' }),
  ),
  hypothesis(
    'NaN kept as the first of its window alone',
    'the maximum starts from the first cell, so that a NaN there stays and a later one is passed over; look for a test of NaN',
    maxPools,
    pool({ nan: 'kept first' }),
  ),
  hypothesis(
    'NaN forgotten by the next cell',
    'whatever comes after a NaN replaces it, since the comparison with it is false; look for a test of NaN',
    maxPools,
    pool({ nan: 'replaced' }),
  ),
  hypothesis(
    'maximum starts at the lowest finite number',
    `a window of −∞ gives −FLT_MAX or −DBL_MAX; ${FIRST}`,
    ['maxPool2d'],
    { rounding: (v, { precision }) => Math.max(v, precision === 'float32' ? -LARGEST_SINGLE : -Number.MAX_VALUE) },
  ),
  hypothesis(
    'last window beyond the input not dropped',
    `with ceilMode a last window that would start behind the input and its leading padding stays; ${CEIL}`,
    ['maxPool2d', 'averagePool2d'],
    [-Infinity, 0, Number.NaN, -LARGEST_SINGLE].map((fill) => ({ result: notDropped(fill) })),
  ),
  hypothesis(
    'tie to the last',
    `of equal values the last of the window takes the error; ${TIES}`,
    ['maxPool2dGradient'],
    nanRules.map((nan) => pool({ tie: 'last', nan })),
  ),
  hypothesis(
    'tie to all',
    `every cell that equals the maximum takes the whole error; ${TIES}`,
    ['maxPool2dGradient'],
    nanRules.map((nan) => pool({ tie: 'all', nan })),
  ),
  hypothesis(
    'tie shared',
    `cells that equal the maximum share the error evenly; ${TIES}`,
    ['maxPool2dGradient'],
    nanRules.map((nan) => pool({ tie: 'shared', nan }, { divides: true })),
  ),
  hypothesis(
    'error to the first cell of the window',
    'the first cell of the window takes the error, whichever is the maximum; look at the remembered position',
    ['maxPool2dGradient'],
    pool({ toFirstCell: true }),
  ),
  hypothesis(
    'search for the maximum starts from 0',
    `where no cell of a window is above 0 its error is lost, or goes to the first element of the tensor if the window has it; ${FIRST}`,
    ['maxPool2dGradient'],
    nanRules.flatMap((nan) => (['first', 'last'] as const).map((tie) => pool({ fromZero: true, nan, tie }))),
  ),
  hypothesis(
    'error of a window of −∞ to the first cell of the plane',
    `where no cell of a window is above −∞ the position that the search starts with takes the error; ${FIRST}`,
    ['maxPool2dGradient'],
    nanRules.flatMap((nan) => (['first', 'plane'] as const).map((to) => pool({ fromLowest: to, nan }))),
  ),
  hypothesis(
    'error of a window of −∞ lost',
    `where no cell of a window is above −∞ nothing takes the error; ${FIRST}`,
    ['maxPool2dGradient'],
    nanRules.map((nan) => pool({ fromLowest: 'lost', nan })),
  ),
  hypothesis(
    'divides by the whole window',
    `the mean is divided by R·S, also where the window reaches beyond the border; ${DIVISOR}`,
    meanPools,
    divisor(({ kernel }) => kernel[0] * kernel[1]),
  ),
  hypothesis(
    'padding counted in the mean',
    `cells of the padding count in the divisor whatever countIncludePad says; ${DIVISOR}`,
    meanPools,
    divisor(({ padded }) => padded),
  ),
  hypothesis(
    'padding not counted in the mean',
    `cells of the padding never count in the divisor whatever countIncludePad says; ${DIVISOR}`,
    meanPools,
    divisor(({ inside }) => inside),
  ),
  hypothesis(
    'countIncludePad the other way round',
    `countIncludePad is taken for its opposite; ${DIVISOR}`,
    meanPools,
    divisor(({ inside, padded }, a) => (a.countIncludePad ? inside : padded)),
  ),
  hypothesis(
    'cells beyond the padding counted with countIncludePad',
    `cells that only ceilMode adds count in the divisor; ${DIVISOR}`,
    meanPools,
    divisor(({ inside, kernel }, a) => (a.countIncludePad ? kernel[0] * kernel[1] : inside)),
  ),
  hypothesis(
    'not divided',
    `the sum of the window is returned, or each cell takes the whole error; ${DIVISOR}`,
    meanPools,
    divisor(() => 1),
  ),
  hypothesis(
    'divided by the height of the window alone',
    `the divisor is R instead of R·S; ${DIVISOR}`,
    meanPools,
    divisor(({ kernel }) => kernel[0]),
  ),
  hypothesis(
    'divided by the width of the window alone',
    `the divisor is S instead of R·S; ${DIVISOR}`,
    meanPools,
    divisor(({ kernel }) => kernel[1]),
  ),
  hypothesis(
    'divided by 0',
    `the divisor is 0, that of an option that was not given; ${DIVISOR}`,
    meanPools,
    divisor(() => 0),
  ),
  hypothesis(
    'divided by the area of the stride',
    `the divisor is the product of the strides; ${DIVISOR}`,
    meanPools,
    divisor((_, { stride }) => stride![0] * stride![1]),
  ),
  hypothesis(
    'divided by the square of the height',
    `the divisor is R², as for a square window; ${DIVISOR}`,
    meanPools,
    divisor(({ kernel }) => kernel[0] ** 2),
  ),
  hypothesis(
    'ceilMode ignored',
    `the size of the result is always rounded down; ${CEIL}`,
    ['maxPool2d', 'averagePool2d'],
    { attributes: (a) => ({ ...a, ceilMode: false }) },
  ),
  hypothesis(
    'ceilMode always',
    `the size of the result is always rounded up; ${CEIL}`,
    ['maxPool2d', 'averagePool2d'],
    { attributes: (a) => ({ ...a, ceilMode: true }) },
  ),
  hypothesis(
    'ceilMode the other way round',
    `ceilMode is taken for its opposite; ${CEIL}`,
    ['maxPool2d', 'averagePool2d'],
    { attributes: (a) => ({ ...a, ceilMode: !a.ceilMode }) },
  ),
  hypothesis(
    'magnitude of the input',
    'the input is taken without its sign; look for an absolute value',
    ['maxPool2d', 'averagePool2d'],
    magnitudes,
  ),
]
