import type { Assembler } from '../kernel/assembler.ts'
import { f32, v128 } from '../kernel/expression.ts'

/** Numbers: where a plane's first cell goes, how far apart its rows, its columns, and planes lie. */
export interface Spread {
  readonly first: number
  readonly row: number
  readonly column: number
  readonly plane: number
}

/**
 * Emits spread(from, to, planes): cells of P×Q planes to places apart in a panel of zeros, which stay. So an input gradient of
 * stride s is a correlation of stride 1. Columns two apart are written with the zeros between them.
 */
export function emitSpread(
  module: Assembler,
  [P, Q]: readonly [number, number],
  { first, row, column, plane }: Spread,
) {
  module.function('spread', (f, from, to, planes) => {
    const target = f.local('i32')
    const values = f.local('v128')
    const fours = column === 2 ? Math.floor(Q / 4) : 0
    f.advance(to, 4 * first)
    f.times(planes.get, () => {
      f.set(target, to.get)
      f.times(P, () => {
        f.times(fours, () => {
          f.set(values, v128.load(from.get))
          f.storeV128(target.get, v128.shuffle32(values.get, v128.zero, [0, 4, 1, 4]))
          f.storeV128(target.get, v128.shuffle32(values.get, v128.zero, [2, 4, 3, 4]), 16)
          f.advance(from, 16)
          f.advance(target, 32)
        })
        f.times(Q - 4 * fours, () => {
          f.storeF32(target.get, f32.load(from.get))
          f.advance(from, 4)
          f.advance(target, 4 * column)
        })
        f.advance(target, 4 * (row - Q * column))
      })
      f.advance(to, 4 * plane)
    })
  })
}
