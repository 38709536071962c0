import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { real } from '../../reference/arithmetic/real.ts'
import { type Implementation, type OperatorName, ShapeError, type Tensor } from '../../reference/contract.ts'
import { type AttributeBag, callOperator, type OperatorRow, operators, type Sizes } from '../../reference/operators.ts'
import { convert, sizeOf } from '../../reference/tensor.ts'
import { blocked32, blocked64 } from '../index.ts'

type Values = (next: () => number) => number

/** Small enough that every sum is exact in float32; 144 holds every divisor of a pooling window up to 4×4. */
const whole: Values = (next) => Math.floor(next() * 15) - 7
const divisible: Values = (next) => 144 * whole(next)
const special: Values = (next) =>
  [144, -288, 432, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][Math.floor(next() ** 3 * 7)]!

const side = (most: number) => fc.integer({ min: 1, max: most })
const pair = (most: number) => fc.tuple(side(most), side(most))
/** Mostly small: windows that meet no cell are refused, and a refused drawing compares nothing. */
const edge = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(4) })

/** Sizes beyond one tile (4 rows, 6 columns) and one block (48 columns), attributes in every awkward combination. */
const drawing = fc.record({
  small: fc.record({ n: side(2), h: side(9), w: side(9), r: side(4), s: side(4), p: side(4), q: side(4) }),
  perGroup: fc.record({ c: side(5), m: side(6) }),
  long: fc.record({ n: side(70), i: side(70), o: side(9), k: side(12) }),
  stride: pair(4),
  padding: fc.tuple(edge, edge, edge, edge),
  dilation: pair(3),
  groups: side(3),
  kernel: pair(4),
  outputPadding: fc.tuple(fc.nat(3), fc.nat(3)),
  ceilMode: fc.boolean(),
  countIncludePad: fc.boolean(),
  mode: fc.constantFrom('full' as const, 'same' as const, 'valid' as const),
  bias: fc.boolean(),
  seed: fc.nat(),
})

type Drawing = typeof drawing extends fc.Arbitrary<infer T> ? T : never

function sizesOf(row: OperatorRow, d: Drawing): Sizes {
  const layer = { ...d.small, c: d.perGroup.c * d.groups, m: d.perGroup.m * d.groups }
  return row.family === 'dense' || row.family === 'matrix' || row.sizes === 'nk' ? d.long : layer
}

function attributesOf(row: OperatorRow, d: Drawing, sizes: Sizes): AttributeBag {
  const chosen = Object.fromEntries(row.attributes.map((name) => [name, d[name]]))
  return { ...chosen, ...row.derived?.(sizes) }
}

/** A generator of numbers in 0…1 from a seed. Source: Steele & Vigna, splitmix, in 32 bits. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}

/** An operand that is a view into a larger buffer, the rest of which is NaN. */
function view(shape: readonly number[], precision: Implementation['precision'], values: () => number): Tensor {
  const size = sizeOf(shape)
  const buffer = precision === 'float32' ? new Float32Array(size + 5) : new Float64Array(size + 5)
  buffer.fill(Number.NaN)
  const data = buffer.subarray(3, 3 + size)
  for (let i = 0; i < size; i++) data[i] = values()
  return { shape, data }
}

/** +0 for −0: their difference is no property of a sum. */
const plain = (t: { shape: readonly number[]; data: ArrayLike<number> }) => ({
  shape: [...t.shape],
  data: Array.from(t.data, (v) => v + 0),
})

/** Runs both; false when the shapes are refused, by both. */
function agree(implementation: Implementation, row: OperatorRow, d: Drawing, values: Values): boolean {
  const sizes = sizesOf(row, d)
  const attributes = attributesOf(row, d, sizes)
  const next = random(d.seed)
  let shapes: Record<string, number[]>
  try {
    shapes = row.shapes(sizes, attributes)
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(ShapeError)
    return false
  }
  const operands = Object.fromEntries(
    row.operands
      .filter((name) => name !== row.optional || d.bias)
      .map((name) => [name, view(shapes[name]!, implementation.precision, () => values(next))]),
  )
  const before = Object.values(operands).map(plain)
  let expected: Tensor
  try {
    const exact = row.textbook(real, operands, attributes)
    expected = convert(exact, implementation.precision)
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(ShapeError)
    expect(() => callOperator(implementation, row.name, operands, attributes)).toThrow(ShapeError)
    return false
  }
  const got = callOperator(implementation, row.name, operands, attributes) as Tensor
  expect(got.data.constructor).toBe(expected.data.constructor)
  expect(plain(got)).toEqual(plain(expected))
  expect(Object.values(operands).map(plain)).toEqual(before)
  return true
}

const averages: readonly OperatorName[] = ['averagePool2d', 'averagePool2dGradient']

for (const implementation of [blocked32, blocked64]) {
  describe(`${implementation.name}: every operator = the textbook, bit for bit where sums are exact`, () => {
    for (const row of operators.filter((row) => row.kind !== 'function')) {
      it(`${row.name} of whole numbers`, () => {
        const values = averages.includes(row.name) ? divisible : whole
        fc.assert(
          fc.property(drawing, (d) => fc.pre(agree(implementation, row, d, values))),
          { numRuns: 60 },
        )
      })

      it(`${row.name} of NaN and ±∞: a padded cell takes no part`, () => {
        fc.assert(
          fc.property(drawing, (d) => fc.pre(agree(implementation, row, d, special))),
          { numRuns: 30 },
        )
      })
    }
  })
}
