/** Parts of a sum or of a result that take no part, or are taken from elsewhere: groups, axes, windows at the border, positions. */
import type { Arithmetic } from '../../../reference/arithmetic/arithmetic.ts'
import type { OperatorName } from '../../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, operatorRow } from '../../../reference/operators.ts'
import { attribute } from '../../../reference/rows/read.ts'
import { sizeOf } from '../../../reference/tensor.ts'
import { confused } from '../confused.ts'
import type { Geometry } from '../geometry.ts'
import { biasGradients, type Hypothesis, hypothesis, layers, maxPools, pools, signals } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { changed, taken, withNumbers, without } from '../move.ts'
import { positive } from '../scalar.ts'
import type { Spot } from '../slide.ts'

const strided = [...layers, ...pools]
const dilated = [...layers, ...maxPools]
const AXIS = 'look at which axis the attribute is read for'
const GROUPS = 'look at the bounds of the loop over the groups'
const BORDER = 'look at which windows are visited'

const groupOf = (at: Spot, g: Geometry): number => Math.floor(at.m / (g.M / g.G))
const mod = (i: number, n: number): number => ((i % n) + n) % n

/** How far a window begins before and ends behind the image, rows and columns. */
function overhang(at: Spot, g: Geometry): { before: boolean; behind: boolean } {
  const start = [at.p * g.stride[0] - g.padding[0], at.q * g.stride[1] - g.padding[1]] as const
  const end = start.map((from, i) => from + g.dilation[i]! * (g.kernel[i]! - 1))
  return { before: start[0] < 0 || start[1] < 0, behind: end[0]! >= g.H || end[1]! >= g.W }
}

/** The error of the map, turned or summed otherwise. */
const errors = (index: (i: number, shape: readonly number[]) => number): Mistake => ({
  operands: (o) => withNumbers(o, 'dy', (_, i, { shape, data }) => data[index(i, shape)]!),
})
const errorsOnly = (keep: (i: number, shape: readonly number[]) => boolean): Mistake => ({
  operands: (o) => withNumbers(o, 'dy', (v, i, { shape }) => (keep(i, shape) ? v : 0)),
})

export const partMistakes: readonly Hypothesis[] = [
  ...confused(strided, AXIS, [
    ['stride of the rows ignored', 'stride[0] is taken for 1', ({ stride: [, w] }) => ({ stride: [1, w] })],
    ['stride of the columns ignored', 'stride[1] is taken for 1', ({ stride: [h] }) => ({ stride: [h, 1] })],
    [
      'padding of the rows ignored',
      'top and bottom are taken for 0',
      ({ padding: [, l, , r] }) => ({ padding: [0, l, 0, r] }),
    ],
    [
      'padding of the columns ignored',
      'left and right are taken for 0',
      ({ padding: [t, , b] }) => ({ padding: [t, 0, b, 0] }),
    ],
  ]),
  ...confused(dilated, AXIS, [
    ['dilation of the rows ignored', 'dilation[0] is taken for 1', ({ dilation: [, w] }) => ({ dilation: [1, w] })],
    ['dilation of the columns ignored', 'dilation[1] is taken for 1', ({ dilation: [h] }) => ({ dilation: [h, 1] })],
  ]),
  hypothesis(
    'first group alone',
    `only the first group takes part; ${GROUPS}`,
    layers,
    without((at, g) => groupOf(at, g) > 0),
  ),
  hypothesis('last group left out', `the loop over the groups ends one too early; ${GROUPS}`, layers, [
    without((at, g) => groupOf(at, g) === g.G - 1),
    without((at, g) => g.G > 1 && groupOf(at, g) === g.G - 1),
  ]),
  hypothesis(
    'first map of the group alone',
    'of each group only the first map is summed; look at the loop over the maps of a group (in depthwise: the multiplier)',
    ['conv2dInputGradient', 'convTranspose2d', 'conv2dWeightGradient'],
    without((at, g) => at.m % (g.M / g.G) > 0),
  ),
  hypothesis(
    'weights addressed as without groups',
    'a filter is taken to be C channels long instead of C/G; look at the step from one filter to the next',
    ['conv2d'],
    changed((at, g) => {
      const flat = at.m * g.C + at.c
      at.wm = Math.floor(flat / (g.C / g.G))
      at.wc = flat % (g.C / g.G)
      if (at.wm >= g.M) at.on = false
    }),
  ),
  hypothesis(
    'windows beyond the border left out',
    `windows that reach into the padding are not visited; ${BORDER}`,
    [...layers, 'maxPool2dGradient', 'averagePool2dGradient'],
    without((at, g) => overhang(at, g).before || overhang(at, g).behind),
  ),
  hypothesis(
    'windows beyond the end left out',
    `windows that reach beyond the last row or column are not visited; ${BORDER}`,
    [...layers, 'maxPool2dGradient', 'averagePool2dGradient'],
    without((at, g) => overhang(at, g).behind),
  ),
  hypothesis(
    'windows before the start left out',
    `windows that begin before the first row or column are not visited; ${BORDER}`,
    [...layers, 'maxPool2dGradient', 'averagePool2dGradient'],
    without((at, g) => overhang(at, g).before),
  ),
  hypothesis(
    'windows that only ceilMode adds left out',
    'the gradient goes through as many windows as without ceilMode; look at how they are counted',
    ['maxPool2dGradient', 'averagePool2dGradient'],
    {
      operands: (o, { attributes: a }) =>
        withNumbers(o, 'dy', (v, i, { shape }) =>
          isFloored(i, shape, o.x?.shape.slice(2) ?? a.inputSize!, a) ? v : 0,
        ),
    },
  ),
  hypothesis(
    'columns wrap around the border',
    'beside the first and last column the row begins again from the other side; look at the test whether a column lies inside',
    [...layers, ...signals],
    changed((at, g) => {
      at.v = mod(at.v, g.W)
    }),
  ),
  hypothesis(
    'rows wrap around the border',
    'above the first and below the last row the image begins again from the other side; look at the test whether a row lies inside',
    layers,
    changed((at, g) => {
      at.h = mod(at.h, g.H)
    }),
  ),
  hypothesis(
    'error turned',
    'the map of errors is turned by 180°; look at which operand is turned',
    ['conv2dInputGradient', 'conv2dWeightGradient', 'convTranspose2d'],
    (operator) => {
      const turned = (i: number, shape: readonly number[]): number => {
        const plane = sizeOf(shape.slice(2))
        return i - (i % plane) + plane - 1 - (i % plane)
      }
      if (operator !== 'convTranspose2d') return errors(turned)
      return { operands: (o) => withNumbers(o, 'x', (_, i, { shape, data }) => data[turned(i, shape)]!) }
    },
  ),
  hypothesis(
    'first column of positions alone',
    'of each map the first column alone counts; look at the bound of the loop over the columns',
    ['conv2dBiasGradient'],
    errorsOnly((i, shape) => i % shape[3]! === 0),
  ),
  hypothesis(
    'last column of positions left out',
    'of each map the last column does not count; look at the bound of the loop over the columns',
    ['conv2dBiasGradient'],
    errorsOnly((i, shape) => i % shape[3]! !== shape[3]! - 1),
  ),
  hypothesis(
    'sum over the maps of an image',
    'element m is the sum of all maps of image m instead of map m of all images; look at which axis is kept',
    biasGradients,
    {
      formula: (k, { dy }) => {
        const [N, M] = [dy!.shape[0]!, dy!.shape[1]!]
        const [inner, data] = [sizeOf(dy!.shape.slice(1)), k.array(M)]
        for (let m = 0; m < M; m++) {
          let sum = k.zero
          if (m < N) for (let i = 0; i < inner; i++) sum = k.add(sum, dy!.data[m * inner + i]!)
          data[m] = sum
        }
        return { shape: [M], data: data as NonNullable<typeof dy>['data'] }
      },
    },
  ),
  hypothesis(
    'whole error to the first cell of the window',
    'the first cell of the window takes the whole error, instead of each its share; look at the loop over the window',
    ['averagePool2dGradient'],
    {
      spots: [
        (at, g) => {
          const isFirst = (tap: number, start: number): boolean => tap === Math.max(0, -start)
          at.on = isFirst(at.r, at.p * g.stride[0] - g.padding[0]) && isFirst(at.s, at.q * g.stride[1] - g.padding[1])
        },
      ],
      pool: { divisor: () => 1 },
    },
  ),
  hypothesis(
    'every row takes the errors of the first',
    'the error is indexed by the position in its row alone; look at the offset of the row',
    ['sigmoidGradient', 'tanhGradient', 'reluGradient', 'softmaxGradient'],
    errors((i, shape) => i % shape.at(-1)!),
  ),
  hypothesis(
    'every plane repeats the first',
    'results of the first plane are returned for all; look at the offset of the plane',
    pools,
    { result: (k, y) => taken(k, y, y.shape, (i) => i % sizeOf(y.shape.slice(2))) },
  ),
  hypothesis(
    'terms of a factor 0 skipped',
    'a product is left out where a factor is 0, so that 0·∞ is not NaN; look for a test of 0 before the product',
    ['conv2d', 'dense', 'conv2dInputGradient', 'conv2dWeightGradient', 'convTranspose2d'],
    (operator) => [skipping(operator, true, true), skipping(operator, true, false), skipping(operator, false, true)],
  ),
]

/** The textbook over products that are 0 where the left or the right factor is. */
function skipping(operator: OperatorName, left: boolean, right: boolean): Mistake {
  return {
    formula: <T>(k: Arithmetic<T>, o: AnyOperands<T>, a: AttributeBag) => {
      const isZero = (v: T): boolean => !(k.isNaN(v) || positive(k, v) || positive(k, k.neg(v)))
      const mul = (v: T, w: T): T => ((left && isZero(v)) || (right && isZero(w)) ? k.from(0) : k.mul(v, w))
      const skips: Arithmetic<T> = Object.assign(Object.create(k) as Arithmetic<T>, { mul })
      return operatorRow(operator).textbook(skips, o, a)
    },
  }
}

/** Whether the window of error i is there without ceilMode as well. */
function isFloored(i: number, shape: readonly number[], image: readonly number[], a: AttributeBag): boolean {
  const at = [Math.floor(i / shape[3]!) % shape[2]!, i % shape[3]!]
  const [kernel, stride, padding] = [attribute(a, 'kernel'), attribute(a, 'stride'), attribute(a, 'padding')]
  return at.every((place, axis) => {
    const span = (a.dilation?.[axis] ?? 1) * (kernel[axis]! - 1) + 1
    return place * stride[axis]! + span <= image[axis]! + padding[axis]! + padding[axis + 2]!
  })
}
