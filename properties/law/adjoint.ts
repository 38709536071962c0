/**
 * A gradient passes the error down by the transpose of what the layer does, so that inner products agree:
 *
 *   ⟨L(x), y⟩ = ⟨x, Lᵀ(y)⟩
 *
 * for every linear operator L: F11, F12, F24–F28. Taken for each image, map or plane by itself where they do not mix: many
 * equations prove more than their sum. y is drawn by the law, in small whole numbers.
 */
import type { OperatorName, Precision } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import type { Case } from '../case.ts'
import { finite, spareBits, withBias, withoutBias } from './domain.ts'
import { law } from './law.ts'
import { inner, minus, transposed, type Value } from './value.ts'

/**
 * In float32 the sums of the gradient have to fit. In float64 so have the inner products, for which the law has no wider
 * format: they sum as many products as the layer takes.
 */
const spareFor =
  (gradient?: OperatorName) =>
  (c: Case, precision: Precision): number => {
    const fits = gradient !== undefined && precision === 'float32'
    const terms = fits ? operatorRow(gradient).terms : operatorRow(c.operator).flops
    return spareBits(c, terms(c.sizes, c.attributes))
  }

/** Axes 0 and 1 exchanged: maps first, then images. */
const mapsFirst = (v: Value): Value => transposed(v, v.shape.length === 2 ? [1, 0] : [1, 0, 2, 3])

/** F26: the error passed down to the input, for each image and group. */
export const inputGradientIsAdjoint = {
  conv2d: law({
    equation: '⟨conv(x;w),y⟩ = ⟨x,convᵀ(y;w)⟩',
    operator: 'conv2d',
    uses: ['conv2dInputGradient'],
    draws: finite,
    among: withoutBias,
    spare: spareFor('conv2dInputGradient'),
    async claim({ operands: { x, w }, attributes, sizes, small, run, equal }) {
      const result = await run('conv2d', { x, w })
      const y = small(result.shape)
      const inputSize = [sizes.h!, sizes.w!] as const
      const dx = await run('conv2dInputGradient', { dy: y, w }, { ...attributes, inputSize })
      const blocks = x.shape[0]! * attributes.groups
      equal(inner(result, y, blocks), inner(x, dx, blocks))
    },
  }),
  convTranspose2d: law({
    equation: '⟨convᵀ(x;w),y⟩ = ⟨x,conv(y;w)⟩',
    operator: 'convTranspose2d',
    uses: ['conv2d'],
    draws: finite,
    among: withoutBias,
    spare: spareFor('conv2d'),
    async claim({ operands: { x, w }, attributes, small, run, equal }) {
      const result = await run('convTranspose2d', { x, w })
      const y = small(result.shape)
      const blocks = x.shape[0]! * attributes.groups
      equal(inner(result, y, blocks), inner(x, await run('conv2d', { x: y, w }, attributes), blocks))
    },
  }),
  dense: law({
    equation: '⟨x·wᵀ,y⟩ = ⟨x,y·w⟩',
    operator: 'dense',
    uses: ['denseInputGradient'],
    draws: finite,
    among: withoutBias,
    spare: spareFor('denseInputGradient'),
    async claim({ operands: { x, w }, small, run, equal }) {
      const result = await run('dense', { x, w })
      const y = small(result.shape)
      const N = x.shape[0]!
      equal(inner(result, y, N), inner(x, await run('denseInputGradient', { dy: y, w }), N))
    },
  }),
}

/** F12, F27: the weight gradient, for each map. */
export const weightGradientIsAdjoint = {
  conv2d: law({
    equation: '⟨conv(x;w),y⟩ = ⟨w,∂w(x,y)⟩',
    operator: 'conv2d',
    uses: ['conv2dWeightGradient'],
    draws: finite,
    among: withoutBias,
    spare: spareFor('conv2dWeightGradient'),
    async claim({ operands: { x, w }, attributes, sizes, small, run, equal }) {
      const result = await run('conv2d', { x, w })
      const y = small(result.shape)
      const kernelSize = [sizes.r!, sizes.s!] as const
      const dw = await run('conv2dWeightGradient', { x, dy: y }, { ...attributes, kernelSize })
      const M = w.shape[0]!
      equal(inner(mapsFirst(result), mapsFirst(y), M), inner(w, dw, M))
    },
  }),
  dense: law({
    equation: '⟨x·wᵀ,y⟩ = ⟨w,yᵀ·x⟩',
    operator: 'dense',
    uses: ['denseWeightGradient'],
    draws: finite,
    among: withoutBias,
    spare: spareFor('denseWeightGradient'),
    async claim({ operands: { x, w }, small, run, equal }) {
      const result = await run('dense', { x, w })
      const y = small(result.shape)
      const O = w.shape[0]!
      equal(inner(mapsFirst(result), mapsFirst(y), O), inner(w, await run('denseWeightGradient', { x, dy: y }), O))
    },
  }),
}

const biasGradient = (
  operator: 'conv2d' | 'convTranspose2d' | 'dense',
  gradient: 'conv2dBiasGradient' | 'denseBiasGradient',
) =>
  law({
    equation: `⟨${operator}(x;w,b) − ${operator}(x;w),y⟩ = ⟨b,∂b(y)⟩`,
    operator,
    uses: [gradient],
    draws: finite,
    among: withBias,
    spare: spareFor(),
    async claim({ operands: { x, w, b }, small, run, equal }) {
      const added = minus(await run(operator, { x, w, b }), await run(operator, { x, w }))
      const y = small(added.shape)
      const M = b!.shape[0]!
      equal(inner(mapsFirst(added), mapsFirst(y), M), inner(b!, await run(gradient, { dy: y }), M))
    },
  })

/** F12, F28: the bias gradient, for each map. */
export const biasGradientIsAdjoint = {
  conv2d: biasGradient('conv2d', 'conv2dBiasGradient'),
  convTranspose2d: biasGradient('convTranspose2d', 'conv2dBiasGradient'),
  dense: biasGradient('dense', 'denseBiasGradient'),
}

/** F24, F25: the error passed down through pooling, for each channel of each image. Where the maximum is, L picks: x decides. */
export const poolingGradientIsAdjoint = {
  averagePool2d: law({
    equation: '⟨meanpool(x),y⟩ = ⟨x,meanpoolᵀ(y)⟩',
    operator: 'averagePool2d',
    uses: ['averagePool2dGradient'],
    draws: finite,
    spare: spareFor(),
    async claim({ operands: { x }, attributes, sizes, small, run, equal }) {
      const result = await run('averagePool2d', { x })
      const y = small(result.shape)
      const inputSize = [sizes.h!, sizes.w!] as const
      const planes = x.shape[0]! * x.shape[1]!
      const dx = await run('averagePool2dGradient', { dy: y }, { ...attributes, inputSize })
      equal(inner(result, y, planes), inner(x, dx, planes))
    },
  }),
  maxPool2d: law({
    equation: '⟨maxpool(x),y⟩ = ⟨x,maxpoolᵀ(x,y)⟩',
    operator: 'maxPool2d',
    uses: ['maxPool2dGradient'],
    draws: finite,
    spare: spareFor(),
    async claim({ operands: { x }, small, run, equal }) {
      const result = await run('maxPool2d', { x })
      const y = small(result.shape)
      const planes = x.shape[0]! * x.shape[1]!
      equal(inner(result, y, planes), inner(x, await run('maxPool2dGradient', { x, dy: y }), planes))
    },
  }),
}
