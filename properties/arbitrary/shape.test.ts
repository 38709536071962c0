import { describe, expect, it } from 'vitest'
import { real } from '../../reference/arithmetic/real.ts'
import { operators } from '../../reference/operators.ts'
import { outputExtent } from '../../reference/shape/window.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Case, instantiate } from '../case.ts'
import { printCase } from '../descriptor.ts'
import { sampleCases } from './case.ts'

const SAMPLES = 500
const samples = new Map<string, readonly Case[]>(operators.map((row) => [row.name, sampleCases(row, SAMPLES, 17)]))

describe('every case is one that the textbook accepts', () => {
  it.each(operators.map((row) => row.name))('%s', (name) => {
    const row = operators.find((r) => r.name === name)!
    for (const c of samples.get(name)!) {
      const { operands, attributes } = instantiate(c, 'float32')
      const shapes = Object.fromEntries(Object.entries(operands).map(([operand, t]) => [operand, t?.shape]))
      const expected = row.resultShape(shapes, attributes)
      const { shape, data } = row.textbook(real, operands, attributes)
      expect(shape, printCase(c)).toEqual(expected)
      expect(data.length, printCase(c)).toBe(sizeOf(expected))
      expect(sizeOf(expected), printCase(c)).toBeGreaterThan(0)
    }
  })

  it('the same seed gives the same cases, another seed others', () => {
    const row = operators.find((r) => r.name === 'conv2d')!
    expect(sampleCases(row, 5, 17)).toEqual(samples.get('conv2d')!.slice(0, 5))
    expect(sampleCases(row, 5, 18)).not.toEqual(samples.get('conv2d')!.slice(0, 5))
  })
})

/** What a case of a convolution looks like: sizes, attributes, and the room F15 divides by the stride. */
function look(c: Case) {
  const { n = 0, c: C = 0, h: H = 0, w: W = 0, m = 0, r: R = 0, s: S = 0 } = c.sizes
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1 } = c.attributes
  const [t, l, b, right] = padding
  const room = [H + t + b - dilation[0] * (R - 1) - 1, W + l + right - dilation[1] * (S - 1) - 1] as const
  const outputs = [Math.floor(room[0] / stride[0]) + 1, Math.floor(room[1] / stride[1]) + 1] as const
  return { n, C, H, W, m, R, S, stride, padding, dilation, groups, t, l, b, right, room, outputs }
}

type Look = ReturnType<typeof look>

/** The classes of the design that square, friendly shapes never show. */
const classes: Readonly<Record<string, (v: Look) => boolean>> = {
  'H ≠ W': (v) => v.H !== v.W,
  'R ≠ S': (v) => v.R !== v.S,
  'stride > kernel': (v) => v.stride[0] > v.R || v.stride[1] > v.S,
  'sh ≠ sw': (v) => v.stride[0] !== v.stride[1],
  'padding ≥ kernel': (v) => (v.t >= v.R && v.t > 0) || (v.l >= v.S && v.l > 0),
  'asymmetric padding': (v) => v.t !== v.b || v.l !== v.right,
  'padding before only': (v) => v.t > 0 && v.b === 0,
  'padding behind only': (v) => v.t === 0 && v.b > 0,
  'dilation with stride': (v) => v.dilation[0] > 1 && v.stride[0] > 1 && v.R > 1,
  'dh ≠ dw': (v) => v.dilation[0] !== v.dilation[1],
  groups: (v) => v.groups > 1 && v.groups < v.C && v.m > v.groups,
  depthwise: (v) => v.groups > 1 && v.groups === v.C && v.m === v.C,
  'depthwise with a multiplier': (v) => v.groups > 1 && v.groups === v.C && v.m > v.C,
  '1×1': (v) => v.R === 1 && v.S === 1,
  '1×1 with stride': (v) => v.R === 1 && v.S === 1 && v.stride[0] > 1,
  'a kernel as large as the image': (v) => v.R === v.H && v.S === v.W && v.R > 1,
  '(H+t+b−dh(R−1)−1) not divisible by the stride': (v) => v.room[0] % v.stride[0] !== 0,
  "TensorFlow's SAME with an odd sum": (v) =>
    v.b === v.t + 1 && v.outputs[0] === Math.ceil(v.H / v.stride[0]) && v.outputs[1] === Math.ceil(v.W / v.stride[1]),
  'a plane one below a power of two': (v) => [7, 15, 31].includes(v.H) || [7, 15, 31].includes(v.W),
  'a plane one above a power of two': (v) => [9, 17, 33].includes(v.H) || [9, 17, 33].includes(v.W),
  'channels above 8': (v) => v.C > 8,
  'maps above 8': (v) => v.m > 8,
  'channels one off a power of two': (v) => [7, 9, 15, 17, 31, 33].includes(v.C / v.groups),
  'a batch': (v) => v.n > 1,
  'a batch above 8': (v) => v.n > 8,
}

describe('the generator of convolutions reaches', () => {
  const looks = samples.get('conv2d')!.map(look)
  it.each(Object.keys(classes))('%s', (name) => {
    expect(looks.filter(classes[name]!).length).toBeGreaterThanOrEqual(3)
  })

  it('a tap inside the input, so that no result is the bias alone', () => {
    for (const v of looks) {
      const meets = (extent: number, k: number, s: number, d: number, before: number, outputs: number) =>
        Array.from({ length: outputs * k }, (_, i) => Math.floor(i / k) * s - before + (i % k) * d).some(
          (h) => h >= 0 && h < extent,
        )
      expect(meets(v.H, v.R, v.stride[0], v.dilation[0], v.t, v.outputs[0])).toBe(true)
      expect(meets(v.W, v.S, v.stride[1], v.dilation[1], v.l, v.outputs[1])).toBe(true)
    }
  })
})

describe('the other generators reach', () => {
  const some = (operator: string, holds: (c: Case) => boolean): number => samples.get(operator)!.filter(holds).length

  it('all modes, and a kernel longer than the signal', () => {
    for (const mode of ['full', 'same', 'valid'])
      for (const operator of ['convolve1d', 'correlate2d'])
        expect(some(operator, (c) => c.attributes.mode === mode)).toBeGreaterThan(50)
    expect(some('convolve1d', (c) => c.sizes.k! > c.sizes.n!)).toBeGreaterThan(10)
  })

  it('output padding, and transposed results that padding has cut', () => {
    expect(some('convTranspose2d', (c) => Math.max(...c.attributes.outputPadding!) > 0)).toBeGreaterThan(50)
    expect(some('convTranspose2d', (c) => c.attributes.padding![0] > 0)).toBeGreaterThan(50)
    expect(some('convTranspose2d', (c) => c.attributes.groups! > 1)).toBeGreaterThan(50)
  })

  it('ceilMode where it counts, countIncludePad over padding, dilated and overlapping windows', () => {
    const counts = (c: Case): boolean => {
      const { kernel = [1, 1], stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1] } = c.attributes
      const height = (ceil: boolean): number =>
        outputExtent(c.sizes.h!, padding[0], padding[2], kernel[0], stride[0], dilation[0], ceil)
      return c.attributes.ceilMode === true && height(true) > height(false)
    }
    expect(some('maxPool2d', counts)).toBeGreaterThan(20)
    expect(some('averagePool2d', counts)).toBeGreaterThan(20)
    const padded = (c: Case): boolean => Math.max(...c.attributes.padding!) > 0
    expect(some('averagePool2d', (c) => c.attributes.countIncludePad === true && padded(c))).toBeGreaterThan(50)
    expect(some('averagePool2d', (c) => c.attributes.countIncludePad === false && padded(c))).toBeGreaterThan(50)
    expect(some('maxPool2d', (c) => c.attributes.dilation![0] > 1 && c.attributes.kernel![0] > 1)).toBeGreaterThan(20)
    expect(some('maxPool2d', (c) => c.attributes.kernel![0] > c.attributes.stride![0])).toBeGreaterThan(50)
    expect(some('maxPool2d', (c) => c.attributes.kernel![0] < c.attributes.stride![0])).toBeGreaterThan(20)
  })

  it('a bias and none, sizes of dense above a tile and one off', () => {
    for (const operator of ['conv2d', 'convTranspose2d', 'dense']) {
      const biased = some(operator, (c) => c.bias)
      expect(Math.min(biased, SAMPLES - biased)).toBeGreaterThan(100)
    }
    for (const letter of ['n', 'i', 'o'])
      expect(some('dense', (c) => [9, 15, 17, 31, 33].includes(c.sizes[letter]!))).toBeGreaterThan(20)
  })
})
