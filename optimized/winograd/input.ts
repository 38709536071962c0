/**
 * From x to a transformed panel: for each tile the 36 numbers Bᵀ d B of its 6×6 patch, four channels a vector.
 *
 *   v[product][tile][channel]
 *
 * A patch that reaches into the padding is read like any other, wherever that leads, and what is no cell of x is masked out:
 * bits, not products, so that it may be anything. Channels beyond the last one are transformed too and never used.
 */
import type { Assembler, Callable } from '../kernel/assembler.ts'
import { type Expression, i32, v128 } from '../kernel/expression.ts'
import { quads } from '../kernel/transpose.ts'
import { ENTRY, PATCH, type Pitches } from './block.ts'
import { constant, inputTransform, keep } from './transform.ts'

/** Emits input(table, tiles, x, v, quads, plane, row): one block of channels of a panel; plane and row in bytes. */
export function emitInput(module: Assembler, name: string, pitches: Pitches): void {
  const inside = emitPatch(module, pitches, 'patch', false)
  const across = emitPatch(module, pitches, 'maskedPatch', true)
  module.function(name, (f, table, tiles, x, v, channels, plane, row) => {
    f.times(tiles.get, () => {
      const from = i32.add(x.get, i32.load(table.get, ENTRY.x))
      const mask = i32.load(table.get, ENTRY.mask)
      f.if(
        mask,
        () => f.call(across, from, v.get, channels.get, plane.get, row.get, mask),
        () => f.call(inside, from, v.get, channels.get, plane.get, row.get, mask),
      )
      f.advance(table, ENTRY.bytes)
      f.advance(v, pitches.tile)
    })
  })
}

function emitPatch(module: Assembler, pitches: Pitches, name: string, masked: boolean): Callable {
  return module.function(name, (f, x, v, channels, plane, row, mask) => {
    const four = constant(f, 4)
    const pointers = [0, 1, 2, 3].map(() => f.local('i32'))
    f.times(channels.get, () => {
      for (const [i, pointer] of pointers.entries()) {
        f.set(pointer, i === 0 ? x.get : i32.add(pointers[i - 1]!.get, plane.get))
      }
      const rows: Expression<'v128'>[][] = []
      for (let r = 0; r < PATCH; r++) {
        const load = (i: number) => keep(f, v128.load(pointers[i]!.get))
        const left = quads(f, [load(0), load(1), load(2), load(3)])
        const pair = (i: number): Expression<'v128'> =>
          v128.shuffle32(v128.load64Zero(pointers[i]!.get, 16), v128.load64Zero(pointers[i + 1]!.get, 16), [0, 4, 1, 5])
        const [low, high] = [keep(f, pair(0)).get, keep(f, pair(2)).get]
        const right = [v128.shuffle32(low, high, [0, 1, 4, 5]), v128.shuffle32(low, high, [2, 3, 6, 7])]
        const columns = [...left.map((column) => column.get), ...right].map((column, s) =>
          keep(f, masked ? v128.and(column, v128.load(mask.get, 16 * (PATCH * r + s))) : column),
        )
        const turned = inputTransform(
          f,
          four,
          columns.map((column) => column.get),
        )
        rows.push(turned.map((value) => keep(f, value).get))
        if (r < PATCH - 1) for (const pointer of pointers) f.set(pointer, i32.add(pointer.get, row.get))
      }
      for (let s = 0; s < PATCH; s++) {
        const column = inputTransform(
          f,
          four,
          rows.map((values) => values[s]!),
        )
        for (const [r, value] of column.entries()) f.storeV128(v.get, value, (PATCH * r + s) * pitches.panel)
      }
      f.set(x, i32.add(x.get, i32.mul(plane.get, i32.const(4))))
      f.advance(v, 16)
    })
  })
}
