import { describe, expect, it } from 'vitest'
import { type Padding, type Pair, ShapeError } from '../contract.ts'
import {
  conv2dBiasGradientShape,
  conv2dInputGradientSizes,
  conv2dSizes,
  conv2dWeightGradientSizes,
  convTranspose2dSizes,
} from './convolution.ts'
import { denseBiasGradientShape, denseInputGradientSizes, denseSizes, denseWeightGradientSizes } from './dense.ts'
import { rowPairSizes, rowSizes, sameShape } from './pointwise.ts'
import { averagePool2dGradientSizes, averagePool2dSizes, maxPool2dGradientSizes, maxPool2dSizes } from './pooling.ts'
import { planeParts, sequencePart } from './sequence.ts'

const one: Pair = [1, 1]
const none: Padding = [0, 0, 0, 0]
const layer = { stride: one, padding: none, dilation: one, groups: 1 }
const max = { kernel: [2, 2] as Pair, stride: [2, 2] as Pair, padding: none, dilation: one, ceilMode: false }
const mean = { kernel: [2, 2] as Pair, stride: [2, 2] as Pair, padding: none, ceilMode: false, countIncludePad: false }

describe('sizes that fit', () => {
  const wide = { stride: [2, 1] as Pair, padding: [1, 0, 2, 3] as Padding, dilation: [1, 2] as Pair, groups: 2 }
  const sizes = { N: 3, C: 4, H: 6, W: 5, M: 6, R: 3, S: 2, P: 4, Q: 6, G: 2, Cg: 2, Mg: 3 }
  it('conv2d (3,4,6,5) ⋆ (6,2,3,2) → (3,6,4,6)', () => {
    expect(conv2dSizes([3, 4, 6, 5], [6, 2, 3, 2], [6], wide)).toEqual(sizes)
  })
  it('its gradients have the same sizes', () => {
    expect(conv2dInputGradientSizes([3, 6, 4, 6], [6, 2, 3, 2], { ...wide, inputSize: [6, 5] })).toEqual(sizes)
    expect(conv2dWeightGradientSizes([3, 4, 6, 5], [3, 6, 4, 6], { ...wide, kernelSize: [3, 2] })).toEqual(sizes)
    expect(conv2dBiasGradientShape([3, 6, 4, 6])).toEqual([6])
  })
  it('convTranspose2d: H = (4−1)·2 − 1 − 2 + 1·2 + 1 + 0 = 6, W = (6−1)·1 − 0 − 3 + 2·1 + 1 + 0 = 5', () => {
    const a = { ...wide, outputPadding: [0, 0] as Pair }
    expect(convTranspose2dSizes([3, 6, 4, 6], [6, 2, 3, 2], [4], a)).toEqual(sizes)
    const taller = convTranspose2dSizes([3, 6, 4, 6], [6, 2, 3, 2], undefined, { ...a, outputPadding: [1, 0] })
    expect([taller.H, taller.W]).toEqual([7, 5])
  })
  it('pooling of 5×7 by 2×2, stride 2: 2×3, with ceilMode 3×4', () => {
    const pooled = { N: 1, C: 2, H: 5, W: 7, R: 2, S: 2, P: 2, Q: 3 }
    expect(maxPool2dSizes([1, 2, 5, 7], max)).toEqual(pooled)
    expect(averagePool2dSizes([1, 2, 5, 7], mean)).toEqual(pooled)
    expect(maxPool2dGradientSizes([1, 2, 5, 7], [1, 2, 2, 3], max)).toEqual(pooled)
    const up = { ...mean, ceilMode: true, inputSize: [5, 7] as Pair }
    expect(averagePool2dGradientSizes([1, 2, 3, 4], up)).toEqual({ ...pooled, P: 3, Q: 4 })
  })
  it('dense (2,3) with (4,3) → (2,4), and its gradients', () => {
    const sizes = { N: 2, I: 3, O: 4 }
    expect(denseSizes([2, 3], [4, 3], [4])).toEqual(sizes)
    expect(denseInputGradientSizes([2, 4], [4, 3])).toEqual(sizes)
    expect(denseWeightGradientSizes([2, 3], [2, 4])).toEqual(sizes)
    expect(denseBiasGradientShape([2, 4])).toEqual([4])
  })
  it('sequences: full n+k−1, same n from ⌊(k−1)/2⌋ on, valid n−k+1 from k−1 on', () => {
    expect(sequencePart('op', [5], [4], { mode: 'full' })).toEqual({ extent: 8, start: 0 })
    expect(sequencePart('op', [5], [4], { mode: 'same' })).toEqual({ extent: 5, start: 1 })
    expect(sequencePart('op', [2], [5], { mode: 'same' })).toEqual({ extent: 2, start: 2 })
    expect(sequencePart('op', [5], [4], { mode: 'valid' })).toEqual({ extent: 2, start: 3 })
    expect(planeParts('op', [5, 3], [2, 3], { mode: 'valid' })).toEqual([
      { extent: 4, start: 1 },
      { extent: 1, start: 2 },
    ])
  })
  it('rows and pairs', () => {
    expect(rowSizes('op', 'x', [2, 3])).toEqual({ N: 2, K: 3 })
    expect(rowPairSizes('op', 'y', [2, 3], 't', [2, 3])).toEqual({ N: 2, K: 3 })
    expect(sameShape('op', 'y', [], 'dy', [])).toEqual([])
  })
})

const transposed = { ...layer, outputPadding: [0, 0] as Pair }

/** Operands that do not fit, and the whole message: both values, whence they come, and the shapes. */
const refused: readonly [refuse: () => unknown, message: string][] = [
  [
    () => conv2dSizes([1, 6, 5, 5], [8, 4, 3, 3], undefined, { ...layer, groups: 2 }),
    'conv2d: x has 6 channels, w expects 8 (w.shape[1]=4 × groups=2); x=(1,6,5,5) w=(8,4,3,3)',
  ],
  [
    () => conv2dSizes([1, 4, 5, 5], [3, 2, 3, 3], undefined, { ...layer, groups: 2 }),
    'conv2d: w has 3 filters (w.shape[0]), not a multiple of groups=2; w=(3,2,3,3)',
  ],
  [() => conv2dSizes([1, 1, 5, 5], [2, 1, 3, 3], [3], layer), 'conv2d: b=(3), expects (2) (w.shape[0])'],
  [() => conv2dSizes([1, 1, 5, 5], [2, 1, 3, 3], [1, 2], layer), 'conv2d: b=(1,2), expects (2) (w.shape[0])'],
  [
    () => conv2dSizes([1, 1, 5, 5], [2, 1, 3, 3], undefined, { ...layer, groups: 0 }),
    'conv2d: groups=0 must be a whole number ≥ 1',
  ],
  [() => conv2dSizes([1, 5, 5], [2, 1, 3, 3], undefined, layer), 'conv2d: x has 3 axes (1,5,5), expects 4 (N,C,H,W)'],
  [() => conv2dSizes([1, 1, 5, 5], [1, 3, 3], undefined, layer), 'conv2d: w has 3 axes (1,3,3), expects 4 (M,C/G,R,S)'],
  [
    () => conv2dInputGradientSizes([1, 2, 3, 4], [2, 1, 3, 3], { ...layer, inputSize: [5, 5] }),
    'conv2dInputGradient: dy=(1,2,3,4), expects (1,2,3,3): 1 images, 2 maps, ' +
      'and F15 of a 5×5 input under a 3×3 kernel gives 3×3',
  ],
  [
    () => conv2dInputGradientSizes([1, 2, 3, 3], [2, 1, 3, 3], { ...layer, inputSize: [0, 5] }),
    'conv2dInputGradient: inputSize=(0,5) holds 0; each must be a whole number ≥ 1',
  ],
  [
    () => conv2dWeightGradientSizes([1, 3, 5, 5], [1, 2, 3, 3], { ...layer, groups: 2, kernelSize: [3, 3] }),
    'conv2dWeightGradient: x has 3 channels, not a multiple of groups=2; x=(1,3,5,5)',
  ],
  [
    () => conv2dWeightGradientSizes([1, 2, 5, 5], [2, 2, 3, 3], { ...layer, kernelSize: [3, 3] }),
    'conv2dWeightGradient: dy=(2,2,3,3), expects (1,2,3,3): 1 images, 2 maps, ' +
      'and F15 of a 5×5 input under a 3×3 kernel gives 3×3',
  ],
  [() => conv2dBiasGradientShape([2, 3]), 'conv2dBiasGradient: dy has 2 axes (2,3), expects 4 (N,M,P,Q)'],
  [
    () => convTranspose2dSizes([1, 3, 2, 2], [2, 1, 3, 3], undefined, transposed),
    'convTranspose2d: x has 3 channels, w expects 2 (w.shape[0]); x=(1,3,2,2) w=(2,1,3,3)',
  ],
  [
    () => convTranspose2dSizes([1, 3, 2, 2], [3, 1, 3, 3], undefined, { ...transposed, groups: 2 }),
    'convTranspose2d: x has 3 channels, not a multiple of groups=2; x=(1,3,2,2)',
  ],
  [
    () => convTranspose2dSizes([1, 3, 2, 2], [3, 1, 3, 3], undefined, { ...transposed, outputPadding: [0, 1] }),
    'convTranspose2d: outputPadding=(0,1) must be below stride=(1,1) on each axis',
  ],
  [
    () => convTranspose2dSizes([1, 1, 1, 1], [1, 1, 2, 3], undefined, { ...transposed, padding: [1, 0, 1, 0] }),
    'convTranspose2d: padding=(1,0,1,0) cuts away the whole result, 0×3 would remain ' +
      '(H = (P−1)·sh − t − b + dh(R−1) + 1 + oh); x=(1,1,1,1) w=(1,1,2,3); use less padding',
  ],
  [
    () => convTranspose2dSizes([1, 4, 2, 2], [4, 3, 3, 3], [4], { ...transposed, groups: 2 }),
    'convTranspose2d: b=(4), expects (6) (w.shape[1]=3 × groups=2)',
  ],
  [
    () => denseSizes([2, 3], [4, 5], undefined),
    'dense: x has 3 inputs (x.shape[1]), w expects 5 (w.shape[1]); x=(2,3) w=(4,5)',
  ],
  [() => denseSizes([2, 3], [4, 3], [3]), 'dense: b has 3 outputs, w gives 4 (w.shape[0]); b=(3) w=(4,3)'],
  [
    () => denseInputGradientSizes([2, 3], [4, 5]),
    'denseInputGradient: dy has 3 outputs (dy.shape[1]), w gives 4 (w.shape[0]); dy=(2,3) w=(4,5)',
  ],
  [
    () => denseWeightGradientSizes([2, 3], [4, 5]),
    'denseWeightGradient: x has 2 samples (x.shape[0]), dy has 4 (dy.shape[0]); x=(2,3) dy=(4,5)',
  ],
  [() => denseBiasGradientShape([2]), 'denseBiasGradient: dy has 1 axes (2), expects 2 (N,O)'],
  [
    () => sameShape('tanhGradient', 'y', [2, 3], 'dy', [3, 2]),
    'tanhGradient: y and dy must have one shape, got y=(2,3) dy=(3,2)',
  ],
  [() => sameShape('op', 'y', [2], 'dy', [2, 1]), 'op: y and dy must have one shape, got y=(2) dy=(2,1)'],
  [() => rowSizes('softmax', 'x', [3]), 'softmax: x has 1 axes (3), expects 2 (N,K)'],
  [
    () => rowPairSizes('quadraticCost', 'y', [1, 2], 't', [2, 1]),
    'quadraticCost: y and t must have one shape, got y=(1,2) t=(2,1)',
  ],
  [
    () => sequencePart('convolve1d', [2], [5], { mode: 'valid' }),
    "convolve1d: mode 'valid' needs f at least as long as g, got n=2 against 5 (n−k+1 = -2); " +
      "use 'full' or 'same', or swap f and g",
  ],
  [
    () => planeParts('correlate2d', [4, 2], [3, 3], { mode: 'valid' }),
    "correlate2d: mode 'valid' needs f at least as long as g, got W=2 against 3 (n−k+1 = 0); " +
      "use 'full' or 'same', or swap f and g",
  ],
  [
    () => sequencePart('convolve1d', [2], [1], JSON.parse('{"mode":"wrap"}')),
    `convolve1d: mode must be 'full', 'same' or 'valid', got "wrap"`,
  ],
  [
    () => maxPool2dGradientSizes([1, 2, 4, 4], [1, 2, 2, 3], max),
    'maxPool2dGradient: dy=(1,2,2,3), expects (1,2,2,2): 1 images, 2 channels, ' +
      'and F15 of a 4×4 input under a 2×2 window gives 2×2',
  ],
  [
    () => averagePool2dSizes([1, 1, 4, 4], { ...mean, ...JSON.parse('{"countIncludePad":1}') }),
    'averagePool2d: countIncludePad must be true or false, got 1',
  ],
  [
    () => maxPool2dSizes([1, 1, 4, 4], { ...max, ...JSON.parse('{"ceilMode":null}') }),
    'maxPool2d: ceilMode must be true or false, got null',
  ],
  [
    () => averagePool2dGradientSizes([1, 1, 2, 2], { ...mean, ...JSON.parse('{"inputSize":[4]}') }),
    'averagePool2dGradient: inputSize must be 2 whole numbers, got (4)',
  ],
]

describe('operands that do not fit are refused with both values and their derivation', () => {
  it.each(refused.map(([refuse, message]) => ({ refuse, message })))('$message', ({ refuse, message }) => {
    expect(refuse).toThrow(ShapeError)
    expect(refuse).toThrow(expect.objectContaining({ message }))
  })
})

describe('a pooling window without any cell of the input is refused', () => {
  it('in the padding before', () => {
    expect(() => maxPool2dSizes([1, 1, 3, 3], { ...max, padding: [2, 0, 0, 0] })).toThrow(
      'maxPool2d: window 0 of the height covers -2…-1 in steps of 1 and meets no cell of the input (0…2); ' +
        'stride=(2,2) padding=(2,0,0,0) kernel=(2,2) dilation=(1,1); use less padding',
    )
  })
  it('in the padding behind', () => {
    expect(() => averagePool2dSizes([1, 1, 4, 4], { ...mean, padding: [0, 0, 0, 2] })).toThrow(
      'averagePool2d: window 2 of the width covers 4…5 in steps of 1 and meets no cell of the input (0…3)',
    )
  })
  it('astride the input, when its dilation steps over it', () => {
    const astride = { ...max, padding: [1, 0, 1, 0] as Padding, dilation: [2, 1] as Pair }
    expect(() => maxPool2dSizes([1, 1, 1, 2], astride)).toThrow(
      'maxPool2d: window 0 of the height covers -1…1 in steps of 2 and meets no cell of the input (0…0)',
    )
  })
  it('padding below the kernel is never refused', () => {
    expect(maxPool2dSizes([1, 1, 3, 3], { ...max, padding: [1, 1, 1, 1] }).P).toBe(2)
  })
})
