import { describe, expect, it } from 'vitest'
import { operators } from '../reference/operators.ts'
import { sampleCases } from './arbitrary/case.ts'
import { type Case, instantiate, withLiteralValues } from './case.ts'
import { parseCase, printCase } from './descriptor.ts'

const convolution = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
} as const

describe('parse(print(case)) = case', () => {
  it.each(operators.map(({ name }) => name))('%s, drawn', (name) => {
    const row = operators.find((r) => r.name === name)!
    for (const c of sampleCases(row, 100, 5)) expect(parseCase(printCase(c)), printCase(c)).toEqual(c)
  })

  it.each(operators.map(({ name }) => name))('%s, values written out, bit by bit', (name) => {
    const row = operators.find((r) => r.name === name)!
    for (const precision of ['float32', 'float64'] as const)
      for (const c of sampleCases(row, 10, 6, ['real', 'special', 'tie'])) {
        const literal = withLiteralValues(c, precision)
        const parsed = parseCase(printCase(literal))
        expect(parsed, printCase(literal)).toEqual(literal)
        // toEqual holds −0 and 0 apart, and NaN equal to itself.
        expect(instantiate(parsed, precision).operands).toEqual(instantiate(c, precision).operands)
      }
  })
})

describe('a descriptor is one line', () => {
  it('the example of the design prints as it was written, but for what is default', () => {
    const parsed = parseCase('conv2d n1c64h56w56 m64r3s3 st1 pd1 g1 @real#42')
    expect(parsed).toEqual({
      operator: 'conv2d',
      sizes: { n: 1, c: 64, h: 56, w: 56, m: 64, r: 3, s: 3 },
      attributes: { ...convolution, padding: [1, 1, 1, 1] },
      bias: false,
      values: { draw: 'real', seed: 42 },
    })
    expect(printCase(parsed)).toBe('conv2d n1c64h56w56 m64r3s3 pd1 @real#42')
  })

  it('every attribute, in any order and spacing', () => {
    const text = '  conv2d  g2 bias st2x1 m4r3s3\tn1c4h9w9 dl1x2 pd1x0x1x2 '
    expect(printCase(parseCase(text))).toBe('conv2d n1c4h9w9 m4r3s3 st2x1 pd1x0x1x2 dl1x2 g2 bias @real#1')
  })

  it.each([
    'convolve1d n5k3 same @exact#7',
    'correlate2d h4w5 r2s3 valid @impulse#1',
    'maxPool2d n1c1h6w6 k3x2 st2 pd1 dl1x2 ceil @tie#3',
    'averagePool2d n1c1h6w6 k2 st2 pd1 ceil cip @negative#3',
    'convTranspose2d n1m2p3q3 c2r3s3 st2 pd1 op1 bias @special#9',
    'dense n1i2o1 x=1,-0.5 w=0*2',
    'dense n1i2o1 bias x=-0*2 w=nan,-infinity b=1e-45',
    'sigmoid n1c1h1w1 @image#2',
  ])('%s prints as it was read', (text) => {
    expect(printCase(parseCase(text))).toBe(text)
  })

  it('values stand in row-major order, a run as value*count', () => {
    const { values } = parseCase('dense n1i4o1 x=1,0*2,-2.5 w=inf,-inf,nan,-0')
    expect(values).toEqual({ literal: { x: [1, 0, 0, -2.5], w: [Infinity, -Infinity, Number.NaN, -0] } })
  })

  it('b= implies the bias', () => {
    expect(parseCase('dense n1i1o1 x=1 w=2 b=3').bias).toBe(true)
  })
})

/** A descriptor that is wrong, and what the message must say, the mend among it. */
const bad: readonly [text: string, name: string, message: RegExp][] = [
  ['', 'DescriptorError', /the descriptor is empty; write one like 'conv2d n1c2h5w6 m2r3s3 @real#1'/],
  ['cnov2d n1c1h5w5 m1r3s3', 'DescriptorError', /no operator is called "cnov2d"; did you mean conv2d\?/],
  ['MaxPool n1c1h5w5 k2', 'DescriptorError', /did you mean maxPool2d\?/],
  ['conv2d n1c1h5w5 m1r3s3 pd-1', 'DescriptorError', /conv2d: pd-1 gives padding -1; padding must be at least 0/],
  ['conv2d n1c1h5w5 m1r3s3 pd1x-2x1x1', 'DescriptorError', /gives padding -2/],
  ['conv2d n1c1h5w5 m1r3s3 st0', 'DescriptorError', /st0 gives stride 0; stride must be at least 1/],
  ['conv2d n0c1h5w5 m1r3s3', 'DescriptorError', /n0c1h5w5 gives n=0; every size is at least 1/],
  [
    'conv2d n1c1h5w5 m1r3s3 @reel#1',
    'DescriptorError',
    /@reel#1 names no draw of values; write @real#1 \(draws: real,/,
  ],
  ['conv2d n1c1h5w5 m1r3s3 @real#x', 'DescriptorError', /@real#x names no draw of values; write @real#1/],
  ['conv2d n1c1h5 m1r3s3', 'DescriptorError', /conv2d: size w is missing; write it like 'conv2d n1c2h5w6/],
  ['dense', 'DescriptorError', /dense: size n, i, o is missing/],
  ['dense n1i2o3k4', 'DescriptorError', /dense: n1i2o3k4 gives a size k, it has n, i, o; write it like 'dense/],
  [
    'conv2d n1c1h5w5 m1r3s3 pd1x2',
    'DescriptorError',
    /pd1x2 has 2 numbers, padding takes 1 or 4; write it like pd1 or/,
  ],
  [
    'conv2d n1c1h5w5 m1r3s3 st1x2x3',
    'DescriptorError',
    /st1x2x3 has 3 numbers, stride takes 1 or 2; write it like st2 /,
  ],
  ['conv2d n1c1h5w5 m1r3s3 g1x2', 'DescriptorError', /g1x2 has 2 numbers, groups takes 1; write it like g2$/],
  [
    'conv2d n1c1h5w5 m1r3s3 ceil',
    'DescriptorError',
    /cannot read "ceil"; sizes are .*attributes bias, .*st, pd, dl, g;/,
  ],
  ['maxPool2d n1c1h5w5 k2 bias', 'DescriptorError', /maxPool2d: cannot read "bias"/],
  ['dense n1i2o1 x=1,2 w=3,4 @real#1', 'DescriptorError', /values are given both as @real and as numbers; keep one/],
  ['dense n1i2o1 y=1,2', 'DescriptorError', /dense has no operand "y"; it takes x, w, b/],
  ['dense n1i2o1 x=1,two w=1,2', 'DescriptorError', /dense: x= holds "two"; write numbers like 1,-0\.5,0\*8,nan/],
  ['dense n1i2o1 x=1,,2 w=1,2', 'DescriptorError', /x= holds ""; write numbers/],
  [
    'dense n1i2o1 x=1,2,3 w=1,2',
    'ShapeError',
    /dense: x= lists 3 values, its shape \(1,2\) has 2; list every value, 0\*8/,
  ],
  ['dense n1i2o1 x=1,2', 'ShapeError', /dense: w= lists 0 values, its shape \(1,2\) has 2/],
  ['conv2d n1c1h2w5 m1r3s3', 'ShapeError', /conv2d: the kernel spans 3 of the height .* shrink the kernel/],
  ['conv2d n1c4h5w5 m3r3s3 g2', 'ShapeError', /w has 3 filters \(w\.shape\[0\]\), not a multiple of groups=2/],
  ['maxPool2d n1c1h2w2 k1 pd3', 'ShapeError', /meets no cell of the input .* use less padding/],
]

describe('a bad descriptor is refused with the mend', () => {
  it.each(bad)('%s: %s', (text, name, message) => {
    let caught: unknown
    try {
      parseCase(text)
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({ name, message: expect.stringMatching(message) })
  })

  it('the example that a message shows parses itself', () => {
    for (const { name } of operators) {
      let message = ''
      try {
        parseCase(name)
      } catch (error) {
        if (error instanceof Error) message = error.message
      }
      const shown = /'(.*)'/.exec(message)?.[1]
      expect(parseCase(shown ?? '')).toMatchObject({ operator: name } satisfies Partial<Case>)
    }
  })
})

it.each([undefined, 3, null])('%s is no descriptor, and says so', (text) => {
  expect(() => parseCase(text as unknown as string)).toThrow(/^the descriptor is .+, no text; write one like 'conv2d/)
})

it('a case too large for memory is refused by its numbers', () => {
  expect(() => instantiate(parseCase('softmax n99999999k99999999'), 'float32')).toThrow(
    'softmax: x (99999999,99999999) would hold 9999999800000000 numbers; a case has at most 2^28 in each tensor',
  )
  expect(() => parseCase('relu n1c1h1w1 @real#99999999999999999999')).toThrow('a seed is a whole number below 2^53')
})

it('NaN and Infinity are read as they are printed', () => {
  const { values } = parseCase('relu n1c1h1w3 x=NaN,-Infinity,nan')
  expect(values).toEqual({ literal: { x: [Number.NaN, -Infinity, Number.NaN] } })
})
