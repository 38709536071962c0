/** One operator said with another: padding, stride, dilation, groups, and convolutions that are matrix products. F14–F16, F19. */
import { real } from '../../reference/arithmetic/real.ts'
import { pad2d } from '../../reference/operator/pad2d.ts'
import type { Case } from '../case.ts'
import { finite, fits, severalGroups, withAttributes, withoutBias, withSizes } from './domain.ts'
import { type Law, law } from './law.ts'
import { ABSENT, along, every, exact, joined, range, reshaped, spread, times, transposed, type Value } from './value.ts'

const NO_PADDING = [0, 0, 0, 0] as const

/** F16: the padding is a border of zeros, top, left, bottom, right. */
export const paddingIsZeros = law({
  equation: 'conv(x;padding) = conv(x in a border of zeros)',
  operator: 'conv2d',
  draws: finite,
  among: (c) => (Math.max(...c.attributes.padding!) > 0 ? c : withAttributes(c, { padding: [1, 0, 2, 3] })),
  async claim({ operands: { x, w, b }, attributes, run, equal }) {
    const { shape, data } = pad2d(real, x, attributes.padding)
    const bordered = await run('conv2d', { x: exact(shape, data), w, b }, { ...attributes, padding: NO_PADDING })
    equal(await run('conv2d', { x, w, b }), bordered)
  },
})

/** Where strides are left out of a call and made up for by sampling its result. */
const sampled = (everywhere: Value, like: Value, [sh, sw]: readonly [number, number]): Value =>
  along(along(everywhere, 2, every(like.shape[2]!, sh)), 3, every(like.shape[3]!, sw))

const STRIDE_1 = { stride: [1, 1] } as const

const strided = (c: Case): Case => (Math.max(...c.attributes.stride!) > 1 ? c : withAttributes(c, { stride: [2, 3] }))

/** Without a stride more windows are looked at: none of them may lie in the padding altogether. */
function stridedPooling(c: Case): Case | undefined {
  const candidate = withAttributes(strided(c), { ceilMode: false })
  return fits(withAttributes(candidate, STRIDE_1)) && fits(candidate) ? candidate : undefined
}

const strideSamplesPooling = (operator: 'maxPool2d' | 'averagePool2d') =>
  law({
    equation: `${operator}(x;stride) = ${operator}(x;stride 1)[::stride]`,
    operator,
    draws: finite,
    among: stridedPooling,
    async claim({ operands: { x }, attributes, run, equal }) {
      const result = await run(operator, { x })
      equal(result, sampled(await run(operator, { x }, { ...attributes, ...STRIDE_1 }), result, attributes.stride))
    },
  })

/** F15: a stride leaves out windows, and changes nothing in those it looks at. */
export const strideSamples = {
  conv2d: law({
    equation: 'conv(x;stride) = conv(x;stride 1)[::stride]',
    operator: 'conv2d',
    draws: finite,
    among: strided,
    async claim({ operands, attributes, run, equal }) {
      const result = await run('conv2d', operands)
      const everywhere = await run('conv2d', operands, { ...attributes, ...STRIDE_1 })
      equal(result, sampled(everywhere, result, attributes.stride))
    },
  }),
  maxPool2d: strideSamplesPooling('maxPool2d'),
  averagePool2d: strideSamplesPooling('averagePool2d'),
} satisfies Record<string, Law>

/** F14: a dilated kernel is one with dh−1, dw−1 rows and columns of zeros between its own. */
export const dilationSpreadsTheKernel = law({
  equation: 'conv(x;w,dilation) = conv(x;w with zeros between)',
  operator: 'conv2d',
  draws: finite,
  among(c) {
    if (Math.max(...c.attributes.dilation!) > 1) return c
    const [dh, dw] = [2, 3]
    const { h = 1, w = 1, r = 1, s = 1 } = c.sizes
    return withAttributes(withSizes(c, { h: h + dh * (r - 1), w: w + dw * (s - 1) }), { dilation: [dh, dw] })
  },
  async claim({ operands: { x, w, b }, attributes, run, equal }) {
    const [dh, dw] = attributes.dilation
    const holes = along(along(w, 2, spread(w.shape[2]!, dh)), 3, spread(w.shape[3]!, dw))
    const dense = await run('conv2d', { x, w: holes, b }, { ...attributes, dilation: [1, 1] })
    equal(await run('conv2d', { x, w, b }), dense)
  },
})

/** F14: filters of a group weigh the channels of the other groups with 0. */
export const groupsAreBlocks = law({
  equation: 'conv(x;w,groups) = conv(x;block-diagonal w)',
  operator: 'conv2d',
  draws: finite,
  among: severalGroups,
  async claim({ operands: { x, w, b }, attributes, run, equal }) {
    const blocks = blockDiagonal(w, attributes.groups)
    equal(await run('conv2d', { x, w, b }), await run('conv2d', { x, w: blocks, b }, { ...attributes, groups: 1 }))
  },
})

/** w (M,C/G,R,S) → (M,C,R,S). */
function blockDiagonal(w: Value, groups: number): Value {
  const [Mg, Cg] = [w.shape[0]! / groups, w.shape[1]!]
  const blocks = range(groups).map((g) => {
    const own = along(w, 0, range(Mg, g * Mg))
    return along(own, 1, [...times(g * Cg, ABSENT), ...range(Cg), ...times((groups - 1 - g) * Cg, ABSENT)])
  })
  return blocks.reduce(joined)
}

const PLAIN = { stride: [1, 1], padding: NO_PADDING, dilation: [1, 1], groups: 1 } as const

/** F14, F19: a 1×1 kernel sees one pixel, and is a fully connected layer over its channels. */
export const pointwiseIsMatrixProduct = law({
  equation: 'conv(x;w 1×1) = x·wᵀ + b at every pixel',
  operator: 'conv2d',
  uses: ['dense'],
  draws: finite,
  among: (c) => withAttributes(withSizes(c, { r: 1, s: 1 }), PLAIN),
  async claim({ operands: { x, w, b }, run, equal }) {
    const [N, C, H, W] = x.shape as [number, number, number, number]
    const M = w.shape[0]!
    const pixels = reshaped(transposed(x, [0, 2, 3, 1]), [N * H * W, C])
    const product = await run('dense', { x: pixels, w: reshaped(w, [M, C]), b })
    equal(await run('conv2d', { x, w, b }), transposed(reshaped(product, [N, H, W, M]), [0, 3, 1, 2]))
  },
})

/** F14, F19, F29: a kernel as large as the image is a fully connected layer. */
export const fullKernelIsDense = law({
  equation: 'conv(x;w as large as x) = dense(x;w,b)',
  operator: 'conv2d',
  uses: ['dense'],
  draws: finite,
  among: (c) => withAttributes(withSizes(c, { r: c.sizes.h!, s: c.sizes.w! }), PLAIN),
  async claim({ operands: { x, w, b }, run, equal }) {
    const [N, M] = [x.shape[0]!, w.shape[0]!]
    const I = x.data.length / N
    const product = await run('dense', { x: reshaped(x, [N, I]), w: reshaped(w, [M, I]), b })
    equal(await run('conv2d', { x, w, b }), reshaped(product, [N, M, 1, 1]))
  },
})

/** F26: a transposed convolution is the input gradient of the convolution with the same attributes. */
export const transposedIsInputGradient = law({
  equation: 'convᵀ(x;w) = ∂E/∂input of conv for δ = x',
  operator: 'convTranspose2d',
  uses: ['conv2dInputGradient'],
  draws: finite,
  among: withoutBias,
  async claim({ operands: { x, w }, attributes, run, equal }) {
    const result = await run('convTranspose2d', { x, w })
    const inputSize = [result.shape[2]!, result.shape[3]!] as const
    equal(result, await run('conv2dInputGradient', { dy: x, w }, { ...attributes, inputSize }))
  },
})
