import { describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import type { OperatorName, Tensor } from '../../reference/contract.ts'
import { callOperator, operatorRow } from '../../reference/operators.ts'
import { tensor } from '../../reference/tensor.ts'
import { blocked32, simd } from '../index.ts'

const rung = simd ?? blocked32
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const tiny = 2 ** -149

/** Every pair of these stands side by side somewhere: NaN, zeros of either sign, ties, what overflows and what underflows. */
const SPECIAL = [
  nan,
  0,
  -0,
  infinity,
  -infinity,
  tiny,
  -tiny,
  1,
  1,
  -1,
  0.5,
  2 ** -126,
  3e38,
  -3e38,
  88,
  -88,
  104,
  -105,
]
const special = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => SPECIAL[((i + seed) * 7919 + ((i * i) % 31) * seed) % SPECIAL.length]!)
const real = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * seed) * 2 ** ((i * 5) % 23) * 2 ** -17)

const same = (name: OperatorName, operands: Record<string, Tensor>, attributes: object = {}): void => {
  const [own, below] = [rung, blocked32].map((by) => callOperator(by, name, operands, attributes as never) as Tensor)
  expect(own!.shape).toEqual(below!.shape)
  // Array.from keeps −0 apart from 0, and toEqual takes NaN for NaN.
  expect(Array.from(own!.data), name).toEqual(Array.from(below!.data))
}

describe('relu and the slopes: the bits of the rung below', () => {
  const lengths = [1, 3, 4, 5, 2047, 2048, 2049, 5003]
  it.each(['reluGradient', 'sigmoidGradient', 'tanhGradient'] as const)('%s', (name) => {
    const [operand] = operatorRow(name).operands
    for (const length of lengths)
      for (const draw of [special, real]) {
        const [y, dy] = [tensor([length], draw(length, 3), 'float32'), tensor([length], draw(length, 5), 'float32')]
        same(name, { [operand!]: y, dy })
      }
  })
  it('relu', () => {
    for (const length of lengths)
      for (const draw of [special, real]) same('relu', { x: tensor([length], draw(length, 3), 'float32') })
  })
})

describe('sigmoid and tanh: at most one unit in the last place from the correctly rounded result', () => {
  const ulp = (value: number): number => Math.max(tiny, 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23))
  it.each(['sigmoid', 'tanh'] as const)('%s', (name) => {
    const steps = Array.from({ length: 60_000 }, (_, i) => (i - 30_000) / 250)
    const small = Array.from({ length: 300 }, (_, i) => 2 ** -(i / 2) * (i % 2 ? 1 : -1))
    const x = Float32Array.from([...steps, ...small])
    const { data } = rung.operators[name]({ x: tensor([x.length], x, 'float32') }, {}) as Tensor
    const f = name === 'tanh' ? Math.tanh : (z: number) => 1 / (1 + Math.exp(-z))
    const worst = Math.max(...Array.from(x, (z, i) => Math.abs(data[i]! - f(z)) / ulp(f(z))))
    expect(worst).toBeLessThan(0.51)
    expect(worst).toBeGreaterThan(0.3)
  })
  it('at the ends, at zeros and at NaN', () => {
    const x = tensor([7], [nan, 0, -0, infinity, -infinity, 1000, -1000], 'float32')
    expect(Array.from((rung.operators.sigmoid({ x }, {}) as Tensor).data)).toEqual([nan, 0.5, 0.5, 1, 0, 1, 0])
    expect(Array.from((rung.operators.tanh({ x }, {}) as Tensor).data)).toEqual([nan, 0, -0, 1, -1, 1, -1])
  })
})

describe('2×2 pooling: the bits of the rung below', () => {
  const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false } as const
  const planes = [
    [2, 3, 2, 2],
    [1, 2, 4, 6],
    [2, 2, 7, 9],
    [3, 1, 5, 8],
    [1, 2, 24, 24],
    [2, 1, 3, 17],
    [1, 1, 2, 5001],
    [1, 3, 130, 66],
  ]
  it.each(planes)('x (%d,%d,%d,%d)', (N, C, H, W) => {
    const [P, Q] = [Math.floor(H / 2), Math.floor(W / 2)]
    for (const draw of [special, real])
      for (const seed of [1, 2, 3]) {
        const x = tensor([N, C, H, W], draw(N * C * H * W, seed), 'float32')
        const dy = tensor([N, C, P, Q], draw(N * C * P * Q, seed + 4), 'float32')
        same('maxPool2d', { x }, { ...window, dilation: [1, 1] })
        same('maxPool2dGradient', { x, dy }, { ...window, dilation: [1, 1] })
        same('averagePool2d', { x }, { ...window, countIncludePad: true })
        same('averagePool2dGradient', { dy }, { ...window, countIncludePad: false, inputSize: [H, W] })
      }
  })

  it('windows of other shapes are left to it', () => {
    const x = tensor([1, 1, 5, 7], real(35, 2), 'float32')
    const others = [{ ceilMode: true }, { padding: [0, 1, 0, 0] }, { stride: [1, 2] }, { kernel: [2, 3] }]
    for (const other of others) same('maxPool2d', { x }, { ...window, dilation: [1, 1], ...other })
    same('maxPool2d', { x }, { ...window, dilation: [2, 1] })
  })
})

describe('the maximum of any window: the bits of the rung below', () => {
  const side = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], ceilMode: false }
  it.each([
    [
      '3×3, stride 2, padded: the pool of ResNet',
      [2, 5, 23, 30],
      { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] },
    ],
    ['3×3, stride 1', [1, 3, 9, 7], { kernel: [3, 3], padding: [1, 1, 1, 1] }],
    ['2×2 with a last window that is cut', [2, 3, 5, 9], { kernel: [2, 2], stride: [2, 2], ceilMode: true }],
    ['stride 3, padding at one end', [1, 2, 11, 14], { kernel: [4, 3], stride: [2, 3], padding: [0, 2, 3, 0] }],
    ['dilated', [1, 2, 13, 12], { kernel: [3, 2], dilation: [2, 5], padding: [2, 1, 0, 4] }],
    ['the whole plane', [3, 4, 7, 7], { kernel: [7, 7] }],
    ['a row that is wider than a tile', [1, 1, 3, 101], { kernel: [2, 5], stride: [1, 2] }],
    ['more planes than are staged at a time', [2, 40, 60, 62], { kernel: [3, 3], stride: [2, 2] }],
    ['1×1, stride 2', [2, 2, 6, 5], { kernel: [1, 1], stride: [2, 2] }],
  ] as const)('%s', (_, shape, window) => {
    const length = shape.reduce<number>((size, extent) => size * extent, 1)
    for (const draw of [special, real])
      for (const seed of [1, 2, 3])
        same('maxPool2d', { x: tensor(shape, draw(length, seed), 'float32') }, { ...side, ...window })
    // Nothing but −∞, as the border: its maximum is −∞.
    same('maxPool2d', { x: tensor(shape, new Float32Array(length).fill(-infinity), 'float32') }, { ...side, ...window })
  })

  it('planes and windows that are too large are left to it', () => {
    same('maxPool2d', { x: tensor([1, 1, 400, 400], real(160_000, 2), 'float32') }, { ...side, kernel: [3, 3] })
    same('maxPool2d', { x: tensor([1, 1, 9, 9], real(81, 2), 'float32') }, { ...side, kernel: [8, 7] })
  })
})

describe('the bias gradient', () => {
  it.each([
    [3, 4, 24, 24],
    [2, 5, 1, 1],
    [1, 3, 3, 7],
    [2, 2, 1, 5001],
    [1, 40, 13, 13],
  ])('dy (%d,%d,%d,%d): sums in float64, of what stands in a plane and nothing beside it', (N, M, P, Q) => {
    // What a vector reads beyond its plane is NaN.
    same('conv2dBiasGradient', { dy: tensor([1, 1, 80, 80], new Float32Array(6400).fill(nan), 'float32') })
    const whole = Float32Array.from({ length: N * M * P * Q }, (_, i) => ((i * 7919) % 2001) - 1000)
    same('conv2dBiasGradient', { dy: tensor([N, M, P, Q], whole, 'float32') })
  })
})

describe('no finding over random cases', () => {
  const names = [
    'conv2dBiasGradient' as const,
    ...(['relu', 'sigmoid', 'tanh', 'reluGradient', 'sigmoidGradient', 'tanhGradient'] as const),
    ...(['maxPool2d', 'maxPool2dGradient', 'averagePool2d', 'averagePool2dGradient'] as const),
  ]
  it.each(names)('%s', async (operator) => {
    const { findings, tally } = await findingsOver(rung, operator, 150, 7)
    expect(findings).toEqual([])
    expect(tally.cases).toBe(150)
  })
})
