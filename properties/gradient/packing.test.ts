import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packedDirection, packingFor, packRows, unpackColumns } from './packing.ts'

it('17 columns a call at |J| ≤ 3 in float64, 7 in float32', () => {
  expect(packingFor(3, 'float64')).toEqual({ bits: 3, digits: 17 })
  expect(packingFor(3, 'float32')).toEqual({ bits: 3, digits: 7 })
})

/** rows × columns with entries in ±3. */
const matrices = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.integer({ min: -3, max: 3 }), { minLength: rows * columns, maxLength: rows * columns })
      .map((entries) => ({ rows, columns, J: Float64Array.from(entries) })),
  )

for (const precision of ['float32', 'float64'] as const) {
  const packing = packingFor(3, precision)
  const round = precision === 'float32' ? Math.fround : (v: number): number => v

  it(`J·u unpacks to the columns of J, every sum exact in ${precision}`, () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, J }) => {
        const back = new Float64Array(J.length)
        for (let first = 0; first < columns; first += packing.digits) {
          const u = packedDirection(columns, first, packing)
          const packed = Array.from({ length: rows }, (_, i) => {
            let sum = 0
            for (let j = 0; j < columns; j++) sum = round(sum + round(J[i * columns + j]! * u[j]!))
            return sum
          })
          unpackColumns(packed, back, columns, first, packing)
        }
        // −0 and 0 are one number here.
        expect(Array.from(back, (v) => v + 0)).toEqual(Array.from(J, (v) => v + 0))
      }),
    )
  })
}

it('Jᵀ·v of a packed v is what packRows says', () => {
  const packing = packingFor(3, 'float64')
  fc.assert(
    fc.property(matrices, ({ rows, columns, J }) => {
      for (let first = 0; first < rows; first += packing.digits) {
        const v = packedDirection(rows, first, packing)
        const product = Array.from({ length: columns }, (_, j) =>
          v.reduce((s, vi, i) => s + vi * J[i * columns + j]!, 0),
        )
        expect(Array.from(packRows(J, columns, first, packing), (x) => x + 0)).toEqual(product.map((x) => x + 0))
      }
    }),
  )
})

it('a value with more digits than there are columns is not lost: the last column becomes ∞', () => {
  const packing = packingFor(3, 'float64')
  const J = new Float64Array(2)
  unpackColumns([1 + 8 * 2 + 64], J, 2, 0, packing)
  expect([...J]).toEqual([1, Infinity])
})
