import { describe, expect, it } from 'vitest'
import type { OperatorName, Precision } from '../reference/contract.ts'
import { type AttributeBag, operatorRow } from '../reference/operators.ts'
import { type Tensor, tensor } from '../reference/tensor.ts'
import { expectation } from './bound.ts'
import { type Fault, type Grade, verdict } from './verdict.ts'

type Numbers = readonly [shape: readonly number[], values: readonly number[]]

/** The verdict on an array of numbers, returned for one call in float32 unless told. */
function judge(
  operator: OperatorName,
  operands: Readonly<Record<string, Numbers>>,
  got: readonly number[],
  attributes: AttributeBag = {},
  precision: Precision = 'float32',
) {
  const expected = expect1(operator, operands, attributes, precision)
  return verdict(tensor(expected.shape, got, precision), expected)
}

function expect1(
  operator: OperatorName,
  operands: Readonly<Record<string, Numbers>>,
  attributes: AttributeBag = {},
  precision: Precision = 'float32',
  numerics: 'sum' | 'winograd' | 'fft' = 'sum',
) {
  const tensors: Record<string, Tensor> = {}
  for (const [name, [shape, values]] of Object.entries(operands)) tensors[name] = tensor(shape, values, precision)
  return expectation(operatorRow(operator), tensors, attributes, precision, numerics)
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const ulp = 2 ** -23
/** The largest float32. */
const hugest = (2 - ulp) * 2 ** 127

/** relu of one number and then 1: what came out for the number, and what it is. */
const selected: readonly [x: number, got: number, grade: Grade, fault: Fault | undefined][] = [
  [nan, nan, 'exact', undefined],
  [nan, 0, 'wrong', 'convention'],
  [nan, inf, 'wrong', 'convention'],
  [inf, inf, 'exact', undefined],
  [inf, -inf, 'wrong', 'convention'],
  [inf, 3, 'wrong', 'convention'],
  [-inf, 0, 'exact', undefined],
  [-inf, nan, 'wrong', 'convention'],
  [2, nan, 'wrong', 'wrong'],
  [2, inf, 'wrong', 'wrong'],
  [2, -inf, 'wrong', 'wrong'],
  [2, 2, 'exact', undefined],
  [2, 2 + 2 * ulp, 'wrong', 'wrong'],
  [-2, -0, 'exact', undefined],
  [-0, 0, 'exact', undefined],
  [0, -0, 'exact', undefined],
  [2 ** -149, 2 ** -149, 'exact', undefined],
  [2 ** -149, 0, 'wrong', 'convention'],
  [2 ** -127, 0, 'wrong', 'convention'],
  [2 ** -125, 0, 'wrong', 'wrong'],
  [2 ** 127 * 1.9999, inf, 'wrong', 'wrong'],
]

describe('nothing is added, so nothing is rounded: relu', () => {
  it.each(selected)('of %d may give %d? %s %s', (x, got, grade, fault) => {
    const v = judge('relu', { x: [[3], [x, 1, 5]] }, [got, 1, 5])
    expect([v.grade, v.fault]).toEqual([grade, fault])
  })
})

/** x·w + b as dense: what came out, and what it is. */
const summed: readonly [what: string, x: number[], w: number[], got: number, grade: Grade, fault?: Fault][] = [
  ['the correctly rounded sum is exact', [0.1, 0.2], [1, 1], Math.fround(Math.fround(0.1) + Math.fround(0.2)), 'exact'],
  ['one ulp beside it is accurate', [0.1, 0.2], [0.7, 0.9], 0.25 - 2 ** -25, 'accurate'],
  ['far beside it is wrong', [0.1, 0.2], [0.7, 0.9], 0.25001, 'wrong', 'wrong'],
  ['1 + 1 = 2', [1, 1], [1, 1], 2, 'exact'],
  ['1 + 1 ≠ 2 + 1 ulp: whole numbers leave nothing to round', [1, 1], [1, 1], 2 + 2 * ulp, 'wrong', 'wrong'],
  ['NaN is no whole number', [1, 1], [1, 1], nan, 'wrong', 'wrong'],
  ['∞ is not 2', [1, 1], [1, 1], inf, 'wrong', 'wrong'],
  ['∞ − ∞ is NaN', [inf, inf], [1, -1], nan, 'exact'],
  ['∞ − ∞ as 0 is a convention of special values', [inf, inf], [1, -1], 0, 'wrong', 'convention'],
  ['∞ + 1 is ∞', [inf, 1], [1, 1], inf, 'exact'],
  ['∞ + 1 as −∞ is never equal', [inf, 1], [1, 1], -inf, 'wrong', 'convention'],
  ['a subnormal product stands', [2 ** -70, 0], [2 ** -70, 1], 2 ** -140, 'exact'],
  ['flushed to zero it is a convention', [2 ** -70, 0], [2 ** -70, 1], 0, 'wrong', 'convention'],
  ['of the other sign by more than a flush it is wrong', [2 ** -60, 0], [2 ** -60, 1], -(2 ** -120), 'wrong', 'wrong'],
  ['below the smallest number 0 is gradual underflow', [2 ** -76, 0], [2 ** -74, 1], 0, 'exact'],
  ['so is the smallest number', [2 ** -76, 0], [2 ** -74, 1], 2 ** -149, 'accurate'],
  ['a value beyond the format is ∞', [2 ** 100, 0], [2 ** 100, 1], inf, 'exact'],
  ['or NaN, when ∞ met −∞ on the way', [2 ** 100, 2 ** 100], [2 ** 100, -(2 ** 99)], nan, 'tolerable'],
  ['and never NaN where all terms are of one sign', [2 ** 100, 1], [2 ** 100, 1], nan, 'wrong', 'wrong'],
  ['or ±∞', [2 ** 100, 2 ** 100], [2 ** 100, -(2 ** 100)], -inf, 'tolerable'],
  ['cancelled terms beyond the format may be 0', [2 ** 100, 2 ** 100], [2 ** 100, -(2 ** 100)], 0, 'exact'],
  ['terms of 0.9995 times the largest number may round beyond it', [hugest, 0], [0.9995, 1], inf, 'tolerable'],
  ['terms of 0.99 times the largest number may not', [hugest, 0], [0.99, 1], inf, 'wrong', 'wrong'],
  [
    'one ulp beside what is left of terms that large',
    [hugest, hugest / 2],
    [1, -1],
    hugest / 2 + 2 ** 104,
    'tolerable',
  ],
  ['a finite number it cannot be', [2 ** 100, 2 ** 100], [2 ** 100, 2 ** 100], 3, 'wrong', 'wrong'],
]

describe('a sum of two products: dense', () => {
  it.each(summed)('%s', (_what, x, w, got, grade, fault) => {
    const v = judge('dense', { x: [[1, 2], x], w: [[1, 2], w] }, [got])
    expect([v.grade, v.fault]).toEqual([grade, fault])
  })

  it('0.1·0.7 + 0.2·0.9 rounds to 0.25 and its neighbours in float32 are 2⁻²⁵ and 2⁻²⁴ away', () => {
    const v = judge(
      'dense',
      {
        x: [
          [1, 2],
          [0.1, 0.2],
        ],
        w: [
          [1, 2],
          [0.7, 0.9],
        ],
      },
      [0.25],
    )
    expect(v.grade).toBe('exact')
  })

  it('between √n·u·S and n·u·S a result is tolerable, and worst says how near the bound it came', () => {
    const x = Array.from({ length: 100 }, (_, i) => 1 + ((i * 37) % 100) / 128 + 2 ** -9)
    const S = x.reduce((a, b) => a + b)
    const operands = { x: [[1, 100], x], w: [[1, 100], x.map(() => 1)] } as const
    const at = (error: number) => judge('dense', operands, [S + error * S * 2 ** -24])
    expect([at(15).grade, at(50).grade, at(97).grade, at(110).grade]).toEqual([
      'accurate',
      'tolerable',
      'tolerable',
      'wrong',
    ])
    expect(at(50).worst).toBeGreaterThan(0.49)
    expect(at(50).worst).toBeLessThan(0.51)
    expect(at(110).worst).toBeGreaterThan(1)
  })

  it('the worst of the elements decides; each is counted', () => {
    const operands = {
      x: [
        [3, 2],
        [0.1, 0.2, 0.1, 0.2, 3, 3],
      ],
      w: [
        [1, 2],
        [0.7, 0.9],
      ],
    } as const
    const v = judge('dense', operands, [0.25, 0.25 - 2 ** -25, 5.8])
    expect(v).toMatchObject({ grade: 'wrong', counts: { exact: 1, accurate: 1, tolerable: 0, wrong: 1 } })
    expect(v.first).toMatchObject({ index: [2, 0], got: Math.fround(5.8) })
    expect(v.message).toMatch(/^dense: element \[2,0\] is 5\.8.*, expected 4\.79999.* ± 5\.7.*e-7$/)
  })

  it('the first of several wrong elements is named', () => {
    const first = (...got: number[]) => judge('relu', { x: [[4], [1, 2, 3, 4]] }, got).first?.index
    expect([first(0, 2, 0, 0), first(1, 0, 3, 0), first(1, 2, 3, 0)]).toEqual([[0], [1], [3]])
  })

  it('a float64 result is held to float64', () => {
    const operands = {
      x: [
        [1, 2],
        [0.1, 0.2],
      ],
      w: [
        [1, 2],
        [0.71, 0.9],
      ],
    } as const
    const v = 0.1 * 0.71 + 0.2 * 0.9
    expect(judge('dense', operands, [v + 2 ** -54], {}, 'float64').grade).not.toBe('wrong')
    expect(judge('dense', operands, [Math.fround(v)], {}, 'float64')).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
})

describe('conventions go by their name', () => {
  const max = { kernel: [1, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], ceilMode: false } as const
  const tie = {
    x: [
      [1, 1, 1, 3],
      [7, 7, 7],
    ],
    dy: [
      [1, 1, 1, 2],
      [0.3, 5],
    ],
  } as const
  const [a, b] = [Math.fround(0.3), 5]

  it('maxPool2dGradient: the first of equals, by contract', () => {
    expect(judge('maxPool2dGradient', tie, [a, b, 0], max).grade).toBe('exact')
  })
  it.each([
    ['a tie goes to the last of the window', [0, a, b]],
    ['a tie goes to every cell that is the maximum', [a, a + b, b]],
    ['a tie is shared evenly', [a / 2, (a + b) / 2, b / 2]],
  ])('maxPool2dGradient: %s', (name, got) => {
    const v = judge('maxPool2dGradient', tie, got, max)
    expect(v).toMatchObject({ grade: 'wrong', fault: 'convention' })
    expect(v.message).toBe(`maxPool2dGradient: ${name}; the contract's rule differs`)
  })
  it('maxPool2dGradient: a rule of nobody is an error', () => {
    expect(judge('maxPool2dGradient', tie, [0, 0, a + b], max)).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
  it('maxPool2dGradient: without a tie there is no convention', () => {
    const clear = {
      ...tie,
      x: [
        [1, 1, 1, 3],
        [7, 8, 9],
      ],
    } as const
    expect(judge('maxPool2dGradient', clear, [a, b, 0], max)).toMatchObject({ fault: 'wrong' })
  })
  it('maxPool2dGradient: where the gradient of a NaN goes is a convention of special values', () => {
    const special = {
      ...tie,
      x: [
        [1, 1, 1, 3],
        [7, nan, 9],
      ],
    } as const
    expect(judge('maxPool2dGradient', special, [0, a + b, 0], max).grade).not.toBe('wrong')
    expect(judge('maxPool2dGradient', special, [a, 0, b], max)).toMatchObject({ fault: 'convention' })
  })

  it('maxPool2dGradient: one NaN among what is compared is enough, and no rule of ties need explain the rest', () => {
    const wide = { ...max, kernel: [1, 3] } as const
    const of = (x: readonly number[]) =>
      judge('maxPool2dGradient', { x: [[1, 1, 1, 3], x], dy: [[1, 1, 1, 1], [0.3]] }, [0, a, 0], wide)
    expect(of([nan, 5, 7])).toMatchObject({
      fault: 'convention',
      message:
        'maxPool2dGradient: NaN or ±∞ among the operands is treated otherwise than IEEE 754 sums of the textbook do',
    })
    expect(of([4, 5, inf])).toMatchObject({ fault: 'wrong' })
  })

  it('reluGradient: the slope at 0 is 0 by contract, 1 elsewhere', () => {
    const kink = { x: [[3], [-1, 0, 1]], dy: [[3], [0.3, 0.4, 0.5]] } as const
    expect(judge('reluGradient', kink, [0, 0, 0.5]).grade).toBe('exact')
    const v = judge('reluGradient', kink, [0, 0.4, 0.5])
    expect(v).toMatchObject({ grade: 'wrong', fault: 'convention' })
    expect(v.message).toBe("reluGradient: the slope of relu at 0 is 1; the contract's rule differs")
    expect(judge('reluGradient', kink, [0.3, 0.4, 0.5])).toMatchObject({ fault: 'wrong' })
    expect(judge('reluGradient', kink, [0, 0.2, 0.5])).toMatchObject({ fault: 'wrong' })
  })

  it('a NaN somewhere excuses no finite number elsewhere', () => {
    const x = [
      [2, 2],
      [nan, 1, 2, 3],
    ] as const
    const w = [
      [1, 2],
      [1, 1],
    ] as const
    expect(judge('dense', { x, w }, [0, 5])).toMatchObject({ fault: 'convention' })
    expect(judge('dense', { x, w }, [nan, 6])).toMatchObject({ fault: 'wrong' })
    expect(judge('dense', { x, w }, [0, 6])).toMatchObject({ fault: 'wrong' })
  })

  it('what differs is explained, not what agrees: a flush beside a NaN that is right is a flush', () => {
    expect(judge('relu', { x: [[3], [2 ** -149, nan, 1]] }, [0, nan, 1]).message).toBe(
      'relu: subnormal numbers are flushed to zero',
    )
    expect(judge('relu', { x: [[3], [2 ** -149, nan, 1]] }, [0, 0, 1]).message).toBe(
      'relu: NaN or ±∞ among the operands is treated otherwise than IEEE 754 sums of the textbook do',
    )
  })

  it('a subnormal flushed in one element excuses no error in another', () => {
    const x = [
      [2, 1],
      [2 ** -70, 3],
    ] as const
    const w = [[1, 1], [2 ** -70]] as const
    expect(judge('dense', { x, w }, [0, 3 * 2 ** -70])).toMatchObject({ fault: 'convention' })
    expect(judge('dense', { x, w }, [0, 4 * 2 ** -70])).toMatchObject({ fault: 'wrong' })
  })

  it('softmax over −∞ is judged like any other row', () => {
    const x = [
      [1, 3],
      [-inf, 0, 0],
    ] as const
    expect(judge('softmax', { x }, [0, 0.5, 0.5 + 2 ** -24]).grade).toBe('accurate')
    expect(judge('softmax', { x }, [0, 0.5, 0.51])).toMatchObject({ fault: 'wrong' })
  })
})

describe('a result that many wrong programs also give is weak', () => {
  it.each([
    ['all zero', [-1, -2, -3], true],
    ['constant', [4, 4, 4], true],
    ['one of eleven is not zero', [...new Array(10).fill(0), 7], true],
    ['one of ten is not zero', [...new Array(9).fill(0), 7], false],
    ['a single zero', [0], true],
    ['a single number', [7], false],
    ['different numbers', [1, 2, 3], false],
  ])('%s', (_what, x, weak) => {
    const got = x.map((v) => Math.max(v, 0))
    expect(judge('relu', { x: [[x.length], x] }, got)).toMatchObject({ grade: 'exact', weak })
    expect(verdict(null, expect1('relu', { x: [[x.length], x] })).weak).toBe(weak)
  })
})

describe('fast algorithms are held to their normwise bound', () => {
  const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const
  const values = (n: number, k: number): number[] => Array.from({ length: n }, (_, i) => ((i * k) % 17) / 16 - 0.4)
  const operands = { x: [[1, 1, 6, 6], values(36, 7)], w: [[1, 1, 3, 3], values(9, 5)] } as const
  const of = (numerics: 'sum' | 'winograd' | 'fft', error: number) => {
    const e = expect1('conv2d', operands, attributes, 'float32', numerics)
    return verdict(
      tensor(
        e.shape,
        Array.from(e.value, (v) => v + error),
        'float32',
      ),
      e,
    )
  }
  it('winograd may err by 3·10⁻⁵ where a sum may not, and not by 1', () => {
    expect([of('sum', 3e-5).grade, of('winograd', 3e-5).grade]).toEqual(['wrong', 'accurate'])
    expect(of('winograd', 1)).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
  it('fft likewise', () => {
    expect([of('sum', 1e-5).grade, of('fft', 1e-5).grade, of('fft', 0.01).grade]).toEqual([
      'wrong',
      'accurate',
      'wrong',
    ])
  })
  it.each(['winograd', 'fft'] as const)('%s: NaN and ∞ that no result reads leave the bound as it is', (numerics) => {
    // Every second row and column is read: [1,1] and [3,3] are not.
    const strided = { ...attributes, stride: [2, 2] } as const
    const x = values(16, 7).map((v, i) => (i === 5 ? nan : i === 15 ? inf : v))
    const e = expect1('conv2d', { x: [[1, 1, 4, 4], x], w: [[1, 1, 1, 1], [0.3]] }, strided, 'float32', numerics)
    const off = (error: number) =>
      verdict(
        tensor(
          e.shape,
          Array.from(e.value, (v) => v + error),
          'float32',
        ),
        e,
      )
    expect(off(2 ** -20).grade).toBe('accurate')
    expect(off(1)).toMatchObject({ grade: 'wrong', fault: 'wrong' })
  })
  it('a large bias still rounds as a sum does', () => {
    const large = { x: [[1, 1, 1, 1], [1e-3]], w: [[1, 1, 1, 1], [1e-3]], b: [[1], [1000]] } as const
    const e = expect1('conv2d', large, attributes, 'float32', 'winograd')
    expect(verdict(tensor(e.shape, [1000 + 2 ** -14], 'float32'), e).grade).toBe('accurate')
  })
  it('an operator that is no convolution stays a sum', () => {
    const e = expect1(
      'dense',
      {
        x: [
          [1, 2],
          [1, 1],
        ],
        w: [
          [1, 2],
          [1, 1],
        ],
      },
      {},
      'float32',
      'winograd',
    )
    expect(verdict(tensor([1, 1], [2 + 2 * ulp], 'float32'), e).grade).toBe('wrong')
  })
})
