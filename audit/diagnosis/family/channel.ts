/** Groups, channels and images of a sliding sum confused. */
import { sizeOf } from '../../../reference/tensor.ts'
import { denses, type Hypothesis, hypothesis, layers } from '../hypothesis.ts'
import type { Mistake } from '../mistake.ts'
import { changed, taken, without } from '../move.ts'

const channelled = [...layers, ...denses]
const LOOPS = 'look at the bounds of the loop'

/** Map m of the result is the one that should have been map `from(m)`. */
const shuffled = (from: (m: number, M: number, G: number) => number): Mistake => ({
  result: (k, y, { attributes: { groups = 1 } }) => {
    const [M, plane] = [y.shape[1]!, sizeOf(y.shape.slice(2))]
    return taken(k, y, y.shape, (i) => {
      const m = Math.floor(i / plane) % M
      return i + (from(m, M, groups) - m) * plane
    })
  },
})

export const channelMistakes: readonly Hypothesis[] = [
  hypothesis(
    'groups ignored',
    `every group reads the channels of the first; look at the offset of the group into the channels`,
    layers,
    changed((at) => {
      at.channel = at.c
    }),
  ),
  hypothesis(
    'groups interleaved',
    `channel c of group g is taken to be c·G + g instead of g·C/G + c; look at the offset of the group into the channels`,
    layers,
    changed((at, g) => {
      at.channel = at.c * g.G + Math.floor(at.m / (g.M / g.G))
    }),
  ),
  hypothesis(
    'maps dealt to the groups in turn',
    `map m is taken to belong to group m mod G instead of ⌊m / (M/G)⌋; look at how the group of a map is found (in depthwise: the order of the multiplier)`,
    layers,
    [
      changed((at, g) => {
        at.channel = (at.m % g.G) * (g.C / g.G) + at.c
      }),
      changed((at, g) => {
        if (g.C === g.G) at.channel = at.m % g.G
      }),
    ],
  ),
  hypothesis(
    'maps of the groups shuffled',
    'map k of group g is written as map k·G + g instead of g·M/G + k, or the other way round; look at how the results of the groups are put together',
    ['conv2d'],
    [
      shuffled((m, M, G) => (m % G) * (M / G) + Math.floor(m / G)),
      shuffled((m, M, G) => (m % (M / G)) * G + Math.floor(m / (M / G))),
    ],
  ),
  hypothesis(
    'kernels of the first group for all',
    `every group uses the kernels of the first; look at the offset of the group into the weights`,
    layers,
    changed((at, g) => {
      at.wm = at.m % (g.M / g.G)
    }),
  ),
  hypothesis(
    'first kernel of the group for all its maps',
    `all maps of a group use the kernel of its first (in depthwise: a multiplier of 1); look at the offset of the map into the weights`,
    layers,
    changed((at, g) => {
      at.wm -= at.wm % (g.M / g.G)
    }),
  ),
  hypothesis(
    'every channel is the first of its group',
    `the channel of the image is not advanced; look at the offset of the channel into the image`,
    channelled,
    changed((at, g) => {
      at.channel -= at.channel % (g.C / g.G)
    }),
  ),
  hypothesis(
    'weights of the first channel for all',
    `the channel of the kernel is not advanced; look at the offset of the channel into the weights`,
    channelled,
    changed((at) => {
      at.wc = 0
    }),
  ),
  hypothesis(
    'maps in reverse',
    'the kernels are taken from the last to the first; look at the index of the map',
    channelled,
    changed((at, g) => {
      at.wm = g.M - 1 - at.wm
    }),
  ),
  hypothesis(
    'channels in reverse',
    'the channels of a group are taken from the last to the first (BGR for RGB); look at the index of the channel',
    channelled,
    changed((at, g) => {
      at.wc = g.C / g.G - 1 - at.wc
    }),
  ),
  hypothesis(
    'last channel left out',
    `the loop over the channels ends one too early; ${LOOPS}`,
    channelled,
    without((at, g) => at.c === g.C / g.G - 1),
  ),
  hypothesis(
    'first channel alone',
    `only the first channel takes part; ${LOOPS}`,
    channelled,
    without((at) => at.c > 0),
  ),
  hypothesis(
    'every image is the first',
    'the first image of the batch is used for all; look at the offset of the image',
    ['conv2d', 'conv2dWeightGradient', 'maxPool2d', 'averagePool2d', 'dense', 'denseWeightGradient'],
    changed((at) => {
      at.image = 0
    }),
  ),
]
