import { describe, expect, test } from 'vitest'
import { Random } from '../random.ts'
import {
  ABSENT,
  along,
  asGiven,
  blockSums,
  every,
  exact,
  inner,
  joined,
  minus,
  plus,
  product,
  range,
  repeated,
  reshaped,
  scaled,
  spread,
  times,
  transposed,
  turned,
  type Value,
  widened,
} from './value.ts'

/** 0, 1, 2, …, each off by as many hundredths at most. */
const counted = (...shape: number[]): Value => {
  const n = shape.reduce((a, b) => a * b)
  return { shape, data: Float64Array.from(range(n)), bound: Float64Array.from(range(n), (i) => i / 100) }
}

/** Shape and numbers, where bounds went along with them. */
function moved(v: Value): [readonly number[], number[]] {
  expect([...v.bound]).toEqual(Array.from(v.data, (i) => i / 100))
  return [v.shape, [...v.data]]
}

describe('moving numbers moves their bounds', () => {
  const v = counted(2, 3)
  test.each<[string, Value, number[], number[]]>([
    ['slices of the last axis in another order', along(v, 1, [2, 0]), [2, 2], [2, 0, 5, 3]],
    ['slices of the first, one twice, one absent', along(v, 0, [1, ABSENT, 1]), [3, 3], [3, 4, 5, 0, 0, 0, 3, 4, 5]],
    ['turned in its last axis', turned(v, 1), [2, 3], [2, 1, 0, 5, 4, 3]],
    ['turned by 180°', turned(v, 2), [2, 3], [5, 4, 3, 2, 1, 0]],
    ['transposed', transposed(v, [1, 0]), [3, 2], [0, 3, 1, 4, 2, 5]],
    ['axes rotated', transposed(counted(2, 1, 3), [2, 0, 1]), [3, 2, 1], [0, 3, 1, 4, 2, 5]],
    ['joined', joined(along(v, 0, [1]), v), [3, 3], [3, 4, 5, 0, 1, 2, 3, 4, 5]],
    ['reshaped', reshaped(v, [3, 2]), [3, 2], [0, 1, 2, 3, 4, 5]],
    ['repeated', repeated(along(v, 1, [1]), [2, 2]), [2, 2], [1, 1, 4, 4]],
    ['scaled by a power of two', scaled(-0.5, scaled(-2, v)), [2, 3], [0, 1, 2, 3, 4, 5]],
  ])('%s', (_, got, shape, data) => expect(moved(got)).toEqual([shape, data]))

  test('lists of slices', () => {
    expect([range(3), range(2, 5), times(2, 7), every(3, 2), spread(3, 2), spread(2, 1)]).toEqual([
      [0, 1, 2],
      [5, 6],
      [7, 7],
      [0, 2, 4],
      [0, ABSENT, 1, ABSENT, 2],
      [0, 1],
    ])
  })

  test('a slice that is not there is refused', () => {
    expect(() => along(v, 1, [3])).toThrow('slice 3 of axis 1 of (2,3)')
    expect(() => reshaped(v, [4])).toThrow('(2,3) cannot become (4)')
  })
})

/** Any numbers that a and b may stand for. */
function within(v: Value, random: Random): bigint[] {
  return Array.from(v.data, (value, i) => BigInt(value) + BigInt(random.integer(-v.bound[i]!, v.bound[i]!)))
}

describe('a bound covers every number that the operands may stand for', () => {
  const random = new Random(3)
  const drawn = (n: number, most: number): Value => ({
    shape: [n],
    data: Float64Array.from(range(n), () => random.integer(-most, most)),
    bound: Float64Array.from(range(n), () => random.integer(0, 3)),
  })
  const covers = (v: Value, exactly: readonly bigint[]): boolean =>
    exactly.every(
      (e, i) => Number(e - BigInt(v.data[i]!)) <= v.bound[i]! && Number(BigInt(v.data[i]!) - e) <= v.bound[i]!,
    )

  test.each([100, 2 ** 30, 2 ** 52])('of whole numbers up to %d', (most) => {
    for (let trial = 0; trial < 50; trial++) {
      const [a, b] = [drawn(6, most), drawn(6, most)]
      const [A, B] = [within(a, random), within(b, random)]
      const sum = (from: number, to: number) => A.slice(from, to).reduce((s, value, i) => s + value * B[from + i]!, 0n)
      expect(
        covers(
          plus(a, b),
          A.map((value, i) => value + B[i]!),
        ),
      ).toBe(true)
      expect(
        covers(
          minus(a, b),
          A.map((value, i) => value - B[i]!),
        ),
      ).toBe(true)
      expect(
        covers(
          product(a, b),
          A.map((value, i) => value * B[i]!),
        ),
      ).toBe(true)
      expect(
        covers(
          scaled(-3, a),
          A.map((value) => -3n * value),
        ),
      ).toBe(true)
      expect(covers(inner(a, b, 2), [sum(0, 3), sum(3, 6)])).toBe(true)
      expect(
        covers(
          widened(a, 2),
          A.map((value) => value + 2n),
        ),
      ).toBe(true)
    }
  })
})

describe('nothing is allowed where nothing was rounded', () => {
  const [a, b] = [exact([2], [2 ** 52 - 1, -5]), exact([2], [2, 3])]
  test.each<[string, Value, number[]]>([
    ['whole sums', plus(a, b), [2 ** 52 + 1, -2]],
    ['whole differences', minus(a, b), [2 ** 52 - 3, -8]],
    ['whole products', product(a, b), [2 ** 53 - 2, -15]],
    ['whole inner products', inner(exact([2], [2 ** 51, -5]), b), [2 ** 52 - 15]],
    ['sums of fractions that fit', plus(exact([1], [0.1]), exact([1], [-0.0625])), [0.1 - 0.0625]],
    ['numbers taken as they are', asGiven(widened(a, 1)), [2 ** 52 - 1, -5]],
  ])('%s', (_, got, data) => expect([[...got.data], Math.max(...got.bound)]).toEqual([data, 0]))

  test('a factor widens the bound by its magnitude', () => {
    expect(scaled(-4, widened(a, 0.5)).bound).toEqual(Float64Array.of(2, 2))
  })

  test('and the rounding is allowed where one was made', () => {
    expect(plus(exact([1], [2 ** 53]), exact([1], [1])).bound[0]).toBe(1)
    expect(product(exact([1], [0.1]), exact([1], [0.1])).bound[0]).toBeCloseTo(0.01 * 2 ** -53, 25)
    expect(blockSums(exact([3], [0.1, 0.2, 0.3]), 1).bound[0]).toBeCloseTo(1.8 * 2 ** -53, 25)
  })
})

test('what has different shapes is not combined', () => {
  expect(() => plus(counted(2), counted(3))).toThrow('the law combines (2) with (3)')
})
