import type { Assembler } from '../kernel/assembler.ts'
import { f32, v128 } from '../kernel/expression.ts'

/** Numbers: rows and columns kept of a plane, how far apart they lie in it, and the size of a row and of a plane. */
export interface Sample {
  readonly out: readonly [rows: number, columns: number]
  readonly stride: readonly [rows: number, columns: number]
  readonly row: number
  readonly plane: number
}

/**
 * Emits sample(from, to, planes): every sh-th row and sw-th column of so many planes, one behind the other. What is left of
 * a strided 1×1 layer has stride 1. Columns two apart are picked four at a time.
 */
export function emitSample(module: Assembler, { out: [P, Q], stride: [sh, sw], row, plane }: Sample): void {
  module.function('sample', (f, from, to, planes) => {
    const [line, source] = [f.local('i32'), f.local('i32')]
    const fours = sw === 2 ? Math.floor(Q / 4) : 0
    f.times(planes.get, () => {
      f.set(line, from.get)
      f.times(P, () => {
        f.set(source, line.get)
        f.times(fours, () => {
          // The odd numbers that are dropped may lie beyond the plane.
          f.storeV128(to.get, v128.shuffle32(v128.load(source.get), v128.load(source.get, 16), [0, 2, 4, 6]))
          f.advance(source, 32)
          f.advance(to, 16)
        })
        f.times(Q - 4 * fours, () => {
          f.storeF32(to.get, f32.load(source.get))
          f.advance(source, 4 * sw)
          f.advance(to, 4)
        })
        f.advance(line, 4 * sh * row)
      })
      f.advance(from, 4 * plane)
    })
  })
}
