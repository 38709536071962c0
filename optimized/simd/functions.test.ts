import { describe, expect, it } from 'vitest'
import { findingsOver } from '../../audit/findingsOver.ts'
import type { Attributes, OperatorName, Pair, Tensor } from '../../reference/contract.ts'
import { callOperator, operatorRow } from '../../reference/operators.ts'
import { maxPool2dSizes } from '../../reference/shape/pooling.ts'
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
type Draw = (length: number, seed: number) => Float32Array
const special: Draw = (length, seed) =>
  Float32Array.from({ length }, (_, i) => SPECIAL[((i + seed) * 7919 + ((i * i) % 31) * seed) % SPECIAL.length]!)
const real: Draw = (length, seed) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * seed) * 2 ** ((i * 5) % 23) * 2 ** -17)

const same = (name: OperatorName, operands: Record<string, Tensor>, attributes: object = {}): void => {
  const [own, below] = [rung, blocked32].map((by) => callOperator(by, name, operands, attributes as never) as Tensor)
  expect(own!.shape).toEqual(below!.shape)
  // Object.is keeps −0 apart from 0, and takes NaN for NaN.
  const differs = own!.data.findIndex((value, i) => !Object.is(value, below!.data[i]))
  expect(differs < 0 ? 'the same' : [differs, own!.data[differs], below!.data[differs]], name).toBe('the same')
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
})

describe('pooling with any window, and its gradients: the bits of the rung below', () => {
  type Window = Omit<Attributes<'maxPool2d'>, 'dilation'> & { readonly dilation?: Pair }
  const side: Window = { kernel: [3, 3], stride: [1, 1], padding: [0, 0, 0, 0], ceilMode: false }

  /** Both poolings and both gradients; a mean counts its cells in both manners. */
  const allSame = ([N, C, H, W]: readonly [number, number, number, number], window: Window, draws: Draw[]): void => {
    const max = { dilation: [1, 1] as const, ...window }
    const { P, Q } = maxPool2dSizes([N, C, H, W], max)
    for (const draw of draws)
      for (const seed of [1, 2, 3]) {
        const x = tensor([N, C, H, W], draw(N * C * H * W, seed), 'float32')
        const dy = tensor([N, C, P, Q], draw(N * C * P * Q, seed + 4), 'float32')
        same('maxPool2d', { x }, max)
        same('maxPool2dGradient', { x, dy }, max)
        if (window.dilation) continue
        for (const countIncludePad of [true, false]) {
          same('averagePool2d', { x }, { ...window, countIncludePad })
          same('averagePool2dGradient', { dy }, { ...window, countIncludePad, inputSize: [H, W] })
        }
      }
  }

  it.each<[string, [number, number, number, number], Partial<Window>]>([
    ['3×3, stride 2, padded: the pool of ResNet', [2, 5, 23, 30], { stride: [2, 2], padding: [1, 1, 1, 1] }],
    ['3×3, stride 1, padded: the pool of Inception', [1, 3, 9, 7], { padding: [1, 1, 1, 1] }],
    ['5×5, stride 1', [2, 2, 12, 21], { kernel: [5, 5] }],
    ['2×2 with a last window that is cut', [2, 3, 5, 9], { kernel: [2, 2], stride: [2, 2], ceilMode: true }],
    ['2×2 with padding', [1, 2, 5, 8], { kernel: [2, 2], stride: [2, 2], padding: [0, 1, 0, 0] }],
    ['2×2 that overlap', [1, 2, 5, 7], { kernel: [2, 2], stride: [1, 2] }],
    ['2×3 side by side', [1, 2, 6, 8], { kernel: [2, 3], stride: [2, 2] }],
    ['2×2, dilated', [1, 2, 6, 8], { kernel: [2, 2], stride: [2, 2], dilation: [2, 1] }],
    ['stride 3, padding at one end', [1, 2, 11, 14], { kernel: [4, 3], stride: [2, 3], padding: [0, 2, 3, 0] }],
    [
      'a last window of ceilMode in the padding',
      [1, 2, 7, 10],
      { stride: [3, 2], padding: [1, 1, 1, 1], ceilMode: true },
    ],
    ['dilated', [1, 2, 13, 12], { kernel: [3, 2], dilation: [2, 5], padding: [2, 1, 0, 4] }],
    ['dilated, astride', [1, 3, 15, 19], { stride: [2, 3], dilation: [3, 2], padding: [2, 1, 3, 2] }],
    ['dilated by the stride', [2, 1, 14, 13], { stride: [2, 2], dilation: [2, 2], padding: [2, 2, 1, 1] }],
    ['the whole plane', [3, 4, 7, 7], { kernel: [7, 7] }],
    ['whole columns, dilated', [2, 3, 9, 12], { kernel: [3, 3], dilation: [4, 2], stride: [2, 3] }],
    ['the whole plane and its padding', [2, 3, 3, 5], { kernel: [5, 9], padding: [1, 2, 1, 2] }],
    ['cells between the windows', [1, 2, 11, 13], { kernel: [2, 1], stride: [3, 4] }],
    ['1×1, stride 2', [2, 2, 6, 5], { kernel: [1, 1], stride: [2, 2] }],
    ['a column', [1, 2, 9, 1], { kernel: [4, 1], padding: [3, 0, 1, 0] }],
    ['a row that is wider than a tile', [1, 1, 3, 101], { kernel: [2, 5], stride: [1, 2] }],
    ['more planes than are staged at a time', [2, 40, 30, 31], { stride: [2, 2] }],
    ['windows whose rows are a loop', [2, 3, 21, 17], { kernel: [9, 8], stride: [3, 2], padding: [4, 3, 2, 1] }],
  ])('%s', (_, shape, window) => {
    const lowest: Draw = (length) => new Float32Array(length).fill(-infinity)
    // Nothing but −∞, as the border: the maximum is −∞, and the first cell inside has it.
    const holes: Draw = (length, seed) => special(length, seed).map((value, i) => (i % 5 === seed ? value : -infinity))
    allSame(shape, { ...side, ...window }, [special, real, lowest, holes])
  })

  /** Rows of fewer windows than a vector, of a tile more or less, and of several. */
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 33])('rows of %d windows', (Q) => {
    for (const stride of [1, 2, 3])
      for (const P of [1, 2, 3, 5]) {
        const [H, W] = [(P - 1) * stride + 1, (Q - 1) * stride + 1]
        allSame([2, 2, H, W], { ...side, stride: [stride, stride], padding: [1, 1, 1, 1] }, [special, real])
      }
  })

  it('what one shape leaves in memory is nothing to the next', () => {
    const padded: Window = { ...side, padding: [1, 1, 1, 1] }
    const nothing: Draw = (length) => new Float32Array(length).fill(nan)
    for (const extent of [9, 4, 12, 3, 9]) {
      allSame([1, 3, 30, 31], padded, [nothing])
      allSame([2, 2, extent, extent + 1], padded, [real])
      allSame([2, 2, extent, extent + 1], { ...padded, stride: [2, 2] }, [real])
    }
  })

  it('planes and windows that are too large are left to it', () => {
    const x = (...shape: number[]) =>
      tensor(
        shape,
        real(
          shape.reduce((size, extent) => size * extent, 1),
          2,
        ),
        'float32',
      )
    same('maxPool2d', { x: x(1, 1, 400, 400) }, { ...side, dilation: [1, 1] })
    same('averagePool2d', { x: x(1, 1, 2, 70) }, { ...side, kernel: [1, 50], countIncludePad: false })
    same('maxPool2dGradient', { x: x(1, 1, 9, 9), dy: x(1, 1, 2, 3) }, { ...side, kernel: [8, 7], dilation: [1, 1] })
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
