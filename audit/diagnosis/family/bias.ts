/** The bias forgotten, doubled, or given to the wrong place. */
import { real } from '../../../reference/arithmetic/real.ts'
import type { AnyOperands } from '../../../reference/operators.ts'
import { sizeOf } from '../../../reference/tensor.ts'
import { biased, type Hypothesis, hypothesis } from '../hypothesis.ts'
import type { Mistake, Scene } from '../mistake.ts'
import { each, taken, withNumbers } from '../move.ts'

const LOOK = 'look at where the bias is added'

const scaled = (factor: (o: AnyOperands<number>, s: Scene) => number): Mistake => ({
  operands: (o, s) => withNumbers(o, 'b', (v) => v * factor(o, s)),
})

const from = (index: (i: number, M: number, s: Scene) => number): Mistake => ({
  operands: (o, s) => (o.b ? { ...o, b: taken(real, o.b, o.b.shape, (i) => index(i, o.b!.data.length, s)) } : o),
})

/** The sum without bias, then a bias chosen by the position in the result; −1 for none. */
const placed = (index: (i: number, shape: readonly number[], M: number) => number): Mistake => ({
  operands: (o) => ({ ...o, b: undefined }),
  result: (k, y, { given: { b } }) =>
    b
      ? each(k, y, (v, i) => {
          const at = index(i, y.shape, b.data.length)
          return at < 0 ? v : k.add(v, k.from(b.data[at]!))
        })
      : y,
})

/** How often a bias inside the loop over the input channels is added. */
const channels = ({ x, w }: AnyOperands<number>, { row }: Scene): number =>
  row.name === 'convTranspose2d' ? x!.shape[1]! : w!.shape[1]!

/** The sum without bias, then the bias so many times over, rounded each time. */
const repeated = (times: (o: AnyOperands<number>, s: Scene) => number): Mistake => ({
  operands: (o) => ({ ...o, b: undefined }),
  result: (k, y, scene) => {
    const { given } = scene
    const { b } = given
    if (!b) return y
    return each(k, y, (v, i) => {
      let sum = v
      for (let n = times(given, scene); n > 0; n--)
        sum = k.add(sum, k.from(b.data[Math.floor(i / innerOf(y.shape)) % y.shape[1]!]!))
      return sum
    })
  },
})

/** The bias as often as windows reach a cell, `least` times where none does and at most `most` times. */
const withWindows = (least: number, most = Infinity): Mistake => ({
  operands: (o) => ({ ...o, b: undefined }),
  result: (k, y, { row, given: { x, w, b }, attributes }) => {
    if (!b) return y
    const ones = (shape: readonly number[]) => ({ shape, data: new Array<number>(sizeOf(shape)).fill(1) })
    const [, , P, Q] = x!.shape
    const [, , R, S] = w!.shape
    const counts = row.textbook(
      real,
      { x: ones([1, 1, P!, Q!]), w: ones([1, 1, R!, S!]) },
      { ...attributes, groups: 1 },
    )
    const plane = counts.data.length
    return each(k, y, (v, i) =>
      k.add(
        v,
        k.mul(
          k.from(Math.min(Math.max(counts.data[i % plane]!, least), most)),
          k.from(b.data[Math.floor(i / plane) % y.shape[1]!]!),
        ),
      ),
    )
  },
})

const innerOf = (shape: readonly number[]): number => sizeOf(shape.slice(2))

export const biasMistakes: readonly Hypothesis[] = [
  hypothesis('bias forgotten', `the bias is not added; ${LOOK}`, biased, { operands: (o) => ({ ...o, b: undefined }) }),
  hypothesis(
    'bias added twice',
    `the bias is in the start of the sum and added again; ${LOOK}`,
    biased,
    scaled(() => 2),
  ),
  hypothesis(
    'bias subtracted',
    `the sign of the bias is wrong; ${LOOK}`,
    biased,
    scaled(() => -1),
  ),
  hypothesis(
    'bias added once a channel',
    `the bias is added inside the loop over the input channels; ${LOOK}`,
    biased,
    [
      scaled(channels),
      repeated(channels),
      scaled((o, s) => channels(o, s) / (s.row.name === 'convTranspose2d' ? (s.attributes.groups ?? 1) : 1)),
    ],
  ),
  hypothesis(
    'bias added with every window',
    `where windows overlap the bias counts as often as they do; ${LOOK}`,
    ['convTranspose2d'],
    [withWindows(0), withWindows(1)],
  ),
  hypothesis(
    'bias where windows reach alone',
    `cells that no window reaches stay 0, without bias; ${LOOK}`,
    ['convTranspose2d'],
    withWindows(0, 1),
  ),
  hypothesis(
    'bias by group',
    `map m takes the bias of its group instead of its own; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    from((m, M, { attributes }) => Math.floor(m / (M / (attributes.groups ?? 1)))),
  ),
  hypothesis(
    'bias by row',
    `the bias is indexed by the row of the result instead of the map; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    placed((i, shape, M) => (Math.floor(i / shape[3]!) % shape[2]!) % M),
  ),
  hypothesis(
    'bias added once a group',
    `the bias is added inside the loop over the groups; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    scaled((_, { attributes }) => attributes.groups ?? 1),
  ),
  hypothesis(
    'bias added once an image',
    `the bias is added to the whole batch for every image of it; ${LOOK}`,
    biased,
    scaled(({ x }) => x!.shape[0]!),
  ),
  hypothesis(
    'bias added once a tap',
    `the bias is added inside the loop over the kernel; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    scaled(({ w }) => sizeOf(w!.shape.slice(1))),
  ),
  hypothesis(
    'bias of the first map for all',
    `b[0] is added to every map; ${LOOK}`,
    biased,
    from(() => 0),
  ),
  hypothesis(
    'bias off by one map',
    `map m takes the bias of map m+1, the last one that of the first; ${LOOK}`,
    biased,
    from((i, M) => (i + 1) % M),
  ),
  hypothesis(
    'bias in reverse',
    `the biases are taken from the last to the first; ${LOOK}`,
    biased,
    from((i, M) => M - 1 - i),
  ),
  hypothesis(
    'bias by the map within its group',
    `every group takes the biases of the first; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    from((i, M, { attributes }) => i % (M / (attributes.groups ?? 1))),
  ),
  hypothesis(
    'bias by position',
    `the bias is indexed by the column instead of the map, as if the maps were the last axis; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    placed((i, shape, M) => (i % shape[3]!) % M),
  ),
  hypothesis(
    'bias by flat position',
    `the bias is indexed by the position in memory, modulo the maps; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    placed((i, _, M) => i % M),
  ),
  hypothesis(
    'bias by image',
    `the bias is indexed by the image of the batch; ${LOOK}`,
    biased,
    placed((i, shape, M) => Math.floor(i / sizeOf(shape.slice(1))) % M),
  ),
  hypothesis(
    'bias in the first image alone',
    `later images of the batch have no bias; ${LOOK}`,
    biased,
    placed((i, shape, M) => (i < sizeOf(shape.slice(1)) ? Math.floor(i / innerOf(shape)) % M : -1)),
  ),
  hypothesis(
    'bias in the first cell alone',
    `only the first cell of each map has a bias; ${LOOK}`,
    ['conv2d', 'convTranspose2d'],
    placed((i, shape, M) => (i % innerOf(shape) === 0 ? Math.floor(i / innerOf(shape)) % M : -1)),
  ),
]
