/** Blocks: what is left over behind the last whole block of SIMD lanes or tiles is not computed, or the last block itself. */
import { operators } from '../../../reference/operators.ts'
import { sizeOf } from '../../../reference/tensor.ts'
import type { Geometry } from '../geometry.ts'
import { biased, denses, type Hypothesis, hypothesis, layers } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { each, kept, withNumbers, without } from '../move.ts'
import type { Spot } from '../slide.ts'

const every = operators.map((row) => row.name)
/** Of a scalar nothing but all or nothing can be left out. */
const several = every.filter((name) => !/Cost$|Entropy$/.test(name))
const images = operators.filter((row) => /convolution|transposed|pooling/.test(row.family)).map((row) => row.name)
const blocks = [2, 4, 8, 16, 32] as const

const LOOK = 'look at the loop behind the last whole block'

/** How many of n are reached: those in whole blocks, and what a program does with fewer than a block. */
type Reached = (n: number, L: number) => number
const whole: Reached = (n, L) => n - (n % L)
/** Fewer than a block go through a loop of their own, which is right. */
const wholeOrFew: Reached = (n, L) => (n < L ? n : whole(n, L))
const reaches = [whole, wholeOrFew] as const

/** Only elements whose coordinate `at` of `n` lies in a whole block are computed. */
const tail = (
  L: number,
  at: (i: number, shape: readonly number[]) => number,
  n: (shape: readonly number[]) => number,
): Mistake[] => reaches.map((reached) => ({ result: kept((i, shape) => at(i, shape) < reached(n(shape), L)) }))

/** A sum leaves out terms whose coordinate does not lie in a whole block. */
const shortSum = (L: number, at: (s: Spot, g: Geometry) => number, n: (g: Geometry) => number): Mistake[] =>
  reaches.map((reached) => ({
    spots: [
      (spot, g) => {
        if (at(spot, g) >= reached(n(g), L)) spot.on = false
      },
    ],
  }))

/** The rows of a fully connected layer read on to a whole block: into the next row, and 0 behind the last. */
const runOn = (L: number): Mistake => ({
  formula: (k, { x, w, b }) => {
    const [N, I, O] = [x!.shape[0]!, x!.shape[1]!, w!.shape[0]!]
    const data = k.array(N * O)
    const at = <T>(t: ArrayLike<T>, i: number, zero: T): T => (i < t.length ? t[i]! : zero)
    for (let i = 0; i < data.length; i++) {
      const [n, o] = [Math.floor(i / O), i % O]
      let sum = b ? b.data[o]! : k.zero
      for (let j = 0; j < Math.ceil(I / L) * L; j++)
        sum = k.add(sum, k.mul(at(x!.data, n * I + j, k.from(0)), at(w!.data, o * I + j, k.from(0))))
      data[i] = sum
    }
    return { shape: [N, O], data: data as NonNullable<typeof x>['data'] }
  },
})

const last = (shape: readonly number[]): number => shape.at(-1) ?? 1
const planeOf = (shape: readonly number[]): number => sizeOf(shape.slice(2))
const channelsOf = (g: Geometry): number => g.C / g.G

const blockMistakes: readonly Hypothesis[] = blocks.flatMap((L): Hypothesis[] => [
  hypothesis(
    `tail of ${L} of the result not computed`,
    `the elements behind the last ${L} of the flat result stay 0; ${LOOK}`,
    several,
    tail(
      L,
      (i) => i,
      (shape) => sizeOf(shape),
    ),
  ),
  hypothesis(
    `tail of ${L} of a row not computed`,
    `the elements behind the last ${L} of each row stay 0; ${LOOK}`,
    several,
    tail(L, (i, shape) => i % last(shape), last),
  ),
  hypothesis(
    `tail of ${L} of a plane not computed`,
    `the elements behind the last ${L} of each plane stay 0; ${LOOK}`,
    images,
    tail(L, (i, shape) => i % planeOf(shape), planeOf),
  ),
  hypothesis(
    `tail of ${L} channels not computed`,
    `the channels (axis 1 of the result) behind the last ${L} stay 0; ${LOOK}`,
    [...images, ...denses],
    tail(
      L,
      (i, shape) => Math.floor(i / planeOf(shape)) % shape[1]!,
      (shape) => shape[1]!,
    ),
  ),
  hypothesis(
    `tail of ${L} images not computed`,
    `the images of the batch (axis 0 of the result) behind the last ${L} stay 0; ${LOOK}`,
    several.filter((name) => !/WeightGradient|BiasGradient|volve|correlate/.test(name)),
    tail(
      L,
      (i, shape) => Math.floor(i / sizeOf(shape.slice(1))),
      (shape) => shape[0]!,
    ),
  ),
  hypothesis(
    `tail of ${L} rows not computed`,
    `the rows of each plane behind the last ${L} stay 0; ${LOOK}`,
    images,
    tail(
      L,
      (i, shape) => Math.floor(i / last(shape)) % (shape[2] ?? 1),
      (shape) => shape[2] ?? 1,
    ),
  ),
  hypothesis(
    `sums run on to a whole block of ${L}`,
    `the rest of a row is read as a whole vector of ${L}, and what follows in memory is added; look for a mask of the surplus lanes`,
    ['dense'],
    runOn(L),
  ),
  hypothesis(
    `tail of ${L} of the summed positions left out`,
    `sums over the positions of the error end at the last ${L}; ${LOOK}`,
    ['conv2dWeightGradient'],
    shortSum(
      L,
      (s, g) => s.p * g.Q + s.q,
      (g) => g.P * g.Q,
    ),
  ),
  hypothesis(
    `tail of ${L} filters not computed`,
    `the filters (axis 0 of the result) behind the last ${L} stay 0; ${LOOK}`,
    ['conv2dWeightGradient', 'denseWeightGradient', 'conv2dBiasGradient', 'denseBiasGradient'],
    tail(
      L,
      (i, shape) => Math.floor(i / sizeOf(shape.slice(1))),
      (shape) => shape[0]!,
    ),
  ),
  hypothesis(
    `tail of ${L} of the summed channels left out`,
    `sums end at the last ${L} input channels; ${LOOK}`,
    ['conv2d', 'dense'],
    shortSum(L, (s) => s.c, channelsOf),
  ),
  hypothesis(
    `bias added once for ${L} channels`,
    `the bias is added inside the loop over blocks of ${L} input channels; look at where the bias is added`,
    ['conv2d', 'dense'],
    {
      operands: (o) => withNumbers(o, 'b', (v) => v * Math.ceil(o.w!.shape[1]! / L)),
    },
  ),
  hypothesis(
    `last ${L} channels alone`,
    `each block of ${L} input channels overwrites the sum of the block before; look for an assignment that should be +=`,
    ['conv2d', 'dense'],
    without((s, g) => s.c < Math.floor((channelsOf(g) - 1) / L) * L),
  ),
  hypothesis(
    `tail of ${L} elements passed on unchanged`,
    `the elements behind the last ${L} of the flat result are those of the operand; ${LOOK}`,
    ['relu', 'sigmoid', 'tanh'],
    reaches.map((reached) => ({
      result: (k, y, { given: { x } }) =>
        each(k, y, (v, i) => (i < reached(y.data.length, L) ? v : k.from(x!.data[i]!))),
    })),
  ),
  hypothesis(
    `tail of ${L} of the summed errors left out`,
    `sums over images and positions end at the last ${L} of each map; ${LOOK}`,
    ['conv2dBiasGradient', 'denseBiasGradient'],
    (operator) =>
      reaches.map((reached) => ({
        operands: (o) =>
          withNumbers(o, 'dy', (v, i, { shape }) => {
            const plane = planeOf(shape)
            if (operator === 'denseBiasGradient') return Math.floor(i / shape[1]!) < reached(shape[0]!, L) ? v : 0
            return i % plane < reached(plane, L) ? v : 0
          }),
      })),
  ),
  hypothesis(
    `channels above ${L} left out of the sum`,
    `sums end behind ${L} input channels; look for a buffer or a loop of that size`,
    ['conv2d', 'dense'],
    without((s) => s.c >= L),
  ),
  hypothesis(
    `bias of a tail of ${L} not added`,
    `maps behind the last ${L} stay without bias; ${LOOK}`,
    biased,
    reaches.map((reached) => ({
      operands: (o) => withNumbers(o, 'b', (v, m, { data }) => (m < reached(data.length, L) ? v : 0)),
    })),
  ),
  hypothesis(
    `tail of ${L} of the summed taps left out`,
    `sums over channels and taps end at the last ${L}; ${LOOK}`,
    ['conv2d', 'convolve1d', 'correlate1d'],
    shortSum(
      L,
      (s, g) => (s.c * g.kernel[0] + s.r) * g.kernel[1] + s.s,
      (g) => channelsOf(g) * g.kernel[0] * g.kernel[1],
    ),
  ),
  hypothesis(
    `tail of ${L} of the summed maps left out`,
    `sums end at the last ${L} maps of a group; ${LOOK}`,
    ['conv2dInputGradient', 'convTranspose2d', 'denseInputGradient'],
    shortSum(
      L,
      (s, g) => s.m % (g.M / g.G),
      (g) => g.M / g.G,
    ),
  ),
  hypothesis(
    `tail of ${L} of the summed columns left out`,
    `sums over the columns of the error end at the last ${L}; ${LOOK}`,
    ['conv2dWeightGradient'],
    shortSum(
      L,
      (s) => s.q,
      (g) => g.Q,
    ),
  ),
  hypothesis(
    `tail of ${L} of the summed images left out`,
    `sums over the batch end at the last ${L} images; ${LOOK}`,
    ['conv2dWeightGradient', 'denseWeightGradient'],
    shortSum(
      L,
      (s) => s.n,
      (g) => g.N,
    ),
  ),
  hypothesis(
    `last whole block of ${L} left out`,
    `where the flat result is a multiple of ${L}, its last ${L} elements stay 0; look for < that should be <=`,
    several,
    {
      result: kept((i, shape) => sizeOf(shape) % L !== 0 || i < sizeOf(shape) - L),
    },
  ),
])

/** Buffers and tables of a fixed size. */
const beyond: readonly Hypothesis[] = [64, 128, 256, 512].map((L) =>
  hypothesis(
    `channels above ${L} left out of the sum`,
    `sums end behind ${L} input channels; look for a buffer or a loop of that size`,
    ['conv2d', 'dense'],
    without((s) => s.c >= L),
  ),
)

export const tailMistakes: readonly Hypothesis[] = [
  ...[...blockMistakes, ...beyond].map((h) => ({ ...h, alone: true })),

  hypothesis(
    'last element not computed',
    'the last element of the flat result stays 0; look at the bound of the outermost loop',
    several,
    {
      result: kept((i, shape) => i < sizeOf(shape) - 1),
    },
  ),
  hypothesis(
    'last column of the result not computed',
    'the last column of each row stays 0; look at the bound of the loop over columns',
    layers,
    {
      result: kept((i, shape) => i % last(shape) < last(shape) - 1),
    },
  ),
  hypothesis(
    'first image alone is computed',
    'later images of the batch stay 0; look at the loop over the batch',
    several.filter((name) => !/WeightGradient|BiasGradient|volve|correlate/.test(name)),
    {
      result: kept((i, shape) => i < sizeOf(shape.slice(1))),
    },
  ),
  hypothesis(
    'last image is not computed',
    'the last image of the batch stays 0; look at the loop over the batch',
    several.filter((name) => !/WeightGradient|BiasGradient|volve|correlate/.test(name)),
    {
      result: kept((i, shape) => i < sizeOf(shape) - sizeOf(shape.slice(1))),
    },
  ),
]
