/** Laws of both poolings and their gradients: F17, F18, F24, F25. */
import type { AveragePool2dAttributes } from '../../reference/contract.ts'
import type { Case } from '../case.ts'
import type { Draw } from '../values.ts'
import { finite, fits, spareBits, withAttributes } from './domain.ts'
import { law } from './law.ts'
import { asGiven, blockSums, exact, product, repeated, scaled, type Value } from './value.ts'

/** Attributes of the depthwise convolution whose windows are those of a pooling. */
const depthwise = ({ stride, padding }: AveragePool2dAttributes, C: number) =>
  ({ stride, padding, dilation: [1, 1], groups: C }) as const

/** A kernel of ones for each channel. */
const ones = (C: number, [R, S]: readonly [number, number]): Value => repeated(exact([1, 1, 1, 1], [1]), [C, 1, R, S])

/** A convolution rounds its size down. ceilMode may have dropped a window that then meets no cell. */
function withoutCeil(c: Case): Case | undefined {
  const floor = withAttributes(c, { ceilMode: false })
  return fits(floor) ? floor : undefined
}

/** F18: over whole windows the mean is a depthwise convolution with 1/k². Both sides times k², which no precision has to round. */
export const meanIsDepthwiseConvolution = law({
  equation: 'k²·meanpool(x) = conv(x;1) of each channel',
  operator: 'averagePool2d',
  uses: ['conv2d'],
  draws: finite,
  among: (c) => {
    const padded = Math.max(...c.attributes.padding!) > 0
    return withoutCeil(padded ? withAttributes(c, { countIncludePad: true }) : c)
  },
  async claim({ operands: { x }, attributes, run, equal }) {
    const [C, [R, S]] = [x.shape[1]!, attributes.kernel]
    const sums = await run('conv2d', { x, w: ones(C, [R, S]) }, depthwise(attributes, C))
    equal(scaled(R * S, await run('averagePool2d', { x })), sums)
  },
})

/** F18: at the border the divisor is the number of cells inside, which a convolution counts. */
export const meanDividesByItsCells = law({
  equation: 'meanpool(x)·conv(1;1) = conv(x;1) of each channel',
  operator: 'averagePool2d',
  uses: ['conv2d'],
  draws: finite,
  among: (c) => withoutCeil(withAttributes(c, { countIncludePad: false })),
  async claim({ operands: { x }, attributes, run, equal }) {
    const C = x.shape[1]!
    const w = ones(C, attributes.kernel)
    const cells = await run('conv2d', { x: repeated(exact([1, 1, 1, 1], [1]), x.shape), w }, depthwise(attributes, C))
    const sums = await run('conv2d', { x, w }, depthwise(attributes, C))
    equal(product(await run('averagePool2d', { x }), cells), sums)
  },
})

/** F17, F18: no window's mean is above its maximum. */
export const maxIsAtLeastMean = law({
  equation: 'maxpool(x) ≥ meanpool(x)',
  operator: 'averagePool2d',
  uses: ['maxPool2d'],
  draws: finite,
  among: (c) => withAttributes(c, { countIncludePad: false }),
  async claim({ operands: { x }, attributes, run, atLeast }) {
    atLeast(await run('maxPool2d', { x }, { ...attributes, dilation: [1, 1] }), await run('averagePool2d', { x }))
  },
})

/** F17: a maximum is picked by order alone. f is monotone after rounding as well, and is not 0 at 0, as a padding would be. */
export const maxCommutesWithMonotoneMaps = law({
  equation: 'maxpool(f(x)) = f(maxpool(x)) for monotone f, here f(x) = x·|x| − 1',
  operator: 'maxPool2d',
  draws: finite,
  async claim({ operands: { x }, rounded, run, equal }) {
    const f = (v: Value): Value =>
      exact(
        v.shape,
        v.data.map((z) => rounded(rounded(z * Math.abs(z)) - 1)),
      )
    equal(await run('maxPool2d', { x: f(x) }), f(asGiven(await run('maxPool2d', { x }))))
  },
})

/** Ties aside: some give δ to every cell that is the maximum, which is a convention. */
const withoutTies: readonly Draw[] = ['exact', 'impulse', 'real', 'image', 'negative']

/** F24, F25: what comes in goes out, in each channel of each image. */
export const poolingGradientConserves = {
  maxPool2dGradient: law({
    equation: 'Σ maxpoolᵀ(x,δ) = Σ δ',
    operator: 'maxPool2dGradient',
    draws: withoutTies,
    spare: (c, precision) => (precision === 'float32' ? 0 : spareBits(c, c.sizes.h! * c.sizes.w!)),
    async claim({ operands: { x, dy }, run, equal }) {
      const planes = x.shape[0]! * x.shape[1]!
      equal(blockSums(await run('maxPool2dGradient', { x, dy }), planes), blockSums(dy, planes))
    },
  }),
  averagePool2dGradient: law({
    equation: 'Σ meanpoolᵀ(δ) = Σ δ where only cells of the input count',
    operator: 'averagePool2dGradient',
    draws: finite,
    among: (c) => withAttributes(c, { countIncludePad: false }),
    async claim({ operands: { dy }, run, equal }) {
      const planes = dy.shape[0]! * dy.shape[1]!
      equal(blockSums(await run('averagePool2dGradient', { dy }), planes), blockSums(dy, planes))
    },
  }),
}
