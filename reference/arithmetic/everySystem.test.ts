/** The idea of the house, held: every formula of the table, written once, in every number system. */
import type { Fraction, MathNode } from 'mathjs'
import { describe, expect, test } from 'vitest'
import { type AnyOperands, type AttributeBag, type OperatorRow, operators } from '../operators.ts'
import { sizeOf, type TensorOf, tensor } from '../tensor.ts'
import {
  type Arithmetic,
  type Complex,
  complex,
  type DoubleDouble,
  type Dual,
  doubleDouble,
  dual,
  Inexpressible,
  nearestFloat64,
  nearestToFraction,
  rational,
  real,
  scopeOf,
  single,
  symbolic,
  symbolTensor,
} from './index.ts'

/** Sizes and attributes that no two axes share; every mean is over 1, 2 or 4 cells, so that it is exact. */
const sizes = { n: 2, c: 2, h: 5, w: 4, m: 4, r: 2, s: 3, p: 3, q: 2, i: 3, o: 2, k: 3 }
const chosen: AttributeBag = {
  mode: 'same',
  kernel: [2, 2],
  stride: [2, 1],
  padding: [1, 0, 0, 1],
  dilation: [1, 1],
  groups: 2,
  outputPadding: [1, 0],
  ceilMode: false,
  countIncludePad: false,
}

function attributesOf(row: OperatorRow): AttributeBag {
  const own = Object.fromEntries(row.attributes.map((name) => [name, chosen[name]]))
  return { ...own, ...row.derived?.(sizes) }
}

/** Whole numbers −4…4 with zeros and ties, different in every operand. */
function operandsOf(row: OperatorRow): Record<string, TensorOf<number>> {
  const shapes = Object.entries(row.shapes(sizes, attributesOf(row)))
  const values = (length: number, j: number) =>
    Array.from({ length }, (_, i) => ((i * i + i * (j + 2) + 5 * j) % 9) - 4)
  return Object.fromEntries(shapes.map(([name, shape], j) => [name, tensor(shape, values(sizeOf(shape), j))]))
}

const lifted = <T>(k: Arithmetic<T>, operands: Record<string, TensorOf<number>>): AnyOperands<T> =>
  Object.fromEntries(
    Object.entries(operands).map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data, (v) => k.from(v)) },
    ]),
  )

/** The result as plain numbers, or the Inexpressible that was thrown. */
function run<T>(k: Arithmetic<T>, row: OperatorRow, read: (value: T) => number, operands?: AnyOperands<T>) {
  try {
    const result = row.textbook(k, operands ?? lifted(k, operandsOf(row)), attributesOf(row))
    return { shape: result.shape, data: Array.from(result.data, (v) => read(v) + 0) }
  } catch (error) {
    if (error instanceof Inexpressible) return error
    throw error
  }
}

/** Equal, or to 16 ulp of a system with unit roundoff u where a function is rounded on the way. */
function agree(row: OperatorRow, got: ReturnType<typeof run>, u = 2 ** -53): void {
  const expected = row.textbook(real, operandsOf(row), attributesOf(row))
  if (got instanceof Inexpressible) throw got
  expect(got.shape).toEqual(expected.shape)
  expect(got.data.length).toBe(expected.data.length)
  expect(new Set(got.data).size).toBeGreaterThan(expected.data.length > 1 ? 1 : 0)
  for (const [i, value] of got.data.entries()) {
    const wanted = expected.data[i]! + 0
    if (row.kind !== 'function') expect(value).toBe(wanted)
    else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(16 * u * Math.max(1, Math.abs(wanted)))
  }
}

const comparing = [
  'maxPool2d',
  'maxPool2dGradient',
  'relu',
  'reluGradient',
  'softmax',
  'softmaxCrossEntropy',
  'softmaxCrossEntropyGradient',
]

describe.each(operators.map((row) => [row.name, row] as const))('%s', (name, row) => {
  test('doubleDouble = real, exactly, and with nothing left over', () => {
    const leftOver: number[] = []
    const read = (value: DoubleDouble): number => {
      leftOver.push(nearestFloat64(value).remainder)
      return nearestFloat64(value).nearest
    }
    agree(row, run(doubleDouble, row, read))
    if (row.kind !== 'function') expect(leftOver.every((rest) => rest === 0)).toBe(true)
  })

  test('single = real, exactly, where float32 holds every step', () =>
    agree(
      row,
      run(single, row, (value) => value),
      2 ** -24,
    ))

  test("dual's re = real", () =>
    agree(
      row,
      run(dual, row, ({ re }: Dual) => re),
    ))

  test("complex's re = real", () =>
    agree(
      row,
      run(complex, row, ({ re }: Complex) => re),
    ))

  if (row.kind === 'function') {
    test('rational says that its functions are irrational', () => {
      const got = run(rational, row, (f: Fraction) => nearestToFraction(f))
      expect(got).toBeInstanceOf(Inexpressible)
      expect(String(got)).toMatch(/^Inexpressible: rational cannot express (exp|log|tanh): it is irrational/)
    })
  } else {
    test('rational = real, exactly', () => agree(row, run(rational, row, nearestToFraction)))
  }

  const shapes = row.shapes(sizes, attributesOf(row))
  const leaves = Object.fromEntries(
    Object.entries(shapes).map(([operand, shape]) => [operand, symbolTensor(operand, shape)]),
  )
  const scope = scopeOf(operandsOf(row))
  const evaluated = () => run(symbolic, row, (node: MathNode) => Number(node.evaluate(scope)), leaves)
  if (comparing.includes(name)) {
    test('symbolic says which comparison it cannot decide', () => {
      expect(String(evaluated())).toMatch(
        /^Inexpressible: symbolic cannot express the comparison x\[0.*depends on the value/,
      )
    })
  } else {
    test('symbolic, evaluated by mathjs, = real', () => agree(row, evaluated()))
  }
})

test('all 29 operators of the contract were held', () => expect(operators.length).toBe(29))
