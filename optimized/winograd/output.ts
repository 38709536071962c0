/**
 * From the 36 sums of a tile to its 4×4 results, y = b + Aᵀ t A, four output maps a vector, transposed into rows of y.
 *
 * A tile that reaches beyond the result stores what is in it, number by number. The results of a tile are added up and times zero: NaN if any
 * of them is not finite, which is left for whoever asks.
 */
import type { Assembler, Callable, FunctionBuilder, Local } from '../kernel/assembler.ts'
import { type Expression, f32x4, i32, v128 } from '../kernel/expression.ts'
import { quads } from '../kernel/transpose.ts'
import { ENTRY, PATCH, STEP, sumBytes } from './block.ts'
import { constant, keep, outputTransform } from './transform.ts'

/**
 * Emits output(table, tiles, t, y, plane, row, bias, maps, alarm): four lanes of a panel, of which `maps` exist; plane and row in
 * bytes. `alarm` becomes NaN in some lane where a result is not finite.
 */
export function emitOutput(module: Assembler, name: string, lanes: 4 | 8): void {
  const whole = emitTileOutput(module, lanes, true)
  const partial = emitTileOutput(module, lanes, false)
  module.function(name, (f, table, tiles, t, y, plane, row, bias, maps, alarm) => {
    f.times(tiles.get, () => {
      const entry = (offset: number): Expression<'i32'> => i32.load(table.get, offset)
      const cells = i32.mul(i32.mul(entry(ENTRY.rows), entry(ENTRY.columns)), maps.get)
      const call = (callee: Callable): void =>
        f.call(
          callee,
          t.get,
          i32.add(y.get, entry(ENTRY.y)),
          plane.get,
          row.get,
          bias.get,
          maps.get,
          entry(ENTRY.rows),
          entry(ENTRY.columns),
          alarm.get,
        )
      f.if(
        i32.ltS(cells, i32.const(4 * STEP * STEP)),
        () => call(partial),
        () => call(whole),
      )
      f.advance(table, ENTRY.bytes)
      f.advance(t, lanes * 4)
    })
  })
}

function emitTileOutput(module: Assembler, lanes: 4 | 8, whole: boolean): Callable {
  const name = `${whole ? 'whole' : 'partial'}Tile${lanes}`
  return module.function(name, (f, t, y, plane, row, bias, maps, rows, columns, alarm) => {
    const k = {
      quarter: constant(f, 1 / 4),
      half: constant(f, 1 / 2),
      threeHalves: constant(f, 3 / 2),
      six: constant(f, 6),
    }
    const scale = constant(f, 1 / 36)
    const sums: Expression<'v128'>[][] = []
    for (let s = 0; s < PATCH; s++) {
      const column = Array.from(
        { length: PATCH },
        (_, r) => keep(f, v128.load(t.get, (PATCH * r + s) * sumBytes(lanes))).get,
      )
      sums.push(outputTransform(f, k, column).map((value) => keep(f, value).get))
    }
    const start = keep(f, v128.load(bias.get)).get
    const total = keep(f, v128.load(alarm.get))
    const planes = [y, f.local('i32'), f.local('i32'), f.local('i32')] as const
    for (let i = 1; i < 4; i++) f.set(planes[i]!, i32.add(planes[i - 1]!.get, plane.get))
    for (let p = 0; p < STEP; p++) {
      const results = outputTransform(
        f,
        k,
        sums.map((column) => column[p]!),
      ).map((value) => keep(f, f32x4.add(f32x4.mul(value, scale), start)))
      const [a, b, c, d] = [results[0]!, results[1]!, results[2]!, results[3]!]
      const sum = f32x4.add(f32x4.add(a.get, b.get), f32x4.add(c.get, d.get))
      f.set(total, f32x4.add(total.get, f32x4.mul(sum, v128.zero)))
      const turned = quads(f, [a, b, c, d])
      if (whole) for (const [i, to] of planes.entries()) f.storeV128(to.get, turned[i]!.get)
      else storePart(f, turned, planes, maps, rows, columns, p)
      if (p < STEP - 1) for (const to of planes) f.set(to, i32.add(to.get, row.get))
    }
    f.storeV128(alarm.get, total.get)
  })
}

function storePart(
  f: FunctionBuilder,
  turned: readonly Local<'v128'>[],
  planes: readonly Local<'i32'>[],
  maps: Local<'i32'>,
  rows: Local<'i32'>,
  columns: Local<'i32'>,
  p: number,
): void {
  const above = (count: Local<'i32'>, index: number, then: () => void): void =>
    f.if(i32.gtS(count.get, i32.const(index)), then)
  above(rows, p, () => {
    for (const [i, to] of planes.entries()) {
      above(maps, i, () => {
        for (let q = 0; q < STEP; q++) above(columns, q, () => f.storeLane32(to.get, turned[i]!.get, q, 4 * q))
      })
    }
  })
}
