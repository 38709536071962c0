/**
 * The 36 matrix products of a panel: t[product][tile][lane] += Σ_c v[product][tile][c] · u[product][c][lane].
 *
 * Tiles are columns of the micro-kernel, up to five at a time. A panel is cut into pieces as equal as can be, q + 1 or q tiles, for each q a
 * function of its own: sixteen tiles are four times four, not three times five and a single one.
 */
import type { Assembler, Callable } from '../kernel/assembler.ts'
import { type Expression, i32 } from '../kernel/expression.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { deep } from '../kernel/sum.ts'
import { emitTile, FIRST } from '../kernel/tile.ts'
import { type Pitches, PRODUCTS, sumBytes } from './block.ts'

const COLUMNS = 5
/** Channels an iteration. */
const UNROLL = 4

/** How many pieces of q + 1 tiles and how many of q make up a panel. */
export function pieces(tiles: number): { readonly q: number; readonly longer: number; readonly shorter: number } {
  const count = Math.ceil(tiles / COLUMNS)
  const q = Math.floor(tiles / count)
  const longer = tiles - q * count
  return { q, longer, shorter: count - longer }
}

/** Emits products(v, u, t, channels, longer, shorter, mode, zeros) for pieces of q + 1 and q tiles; mode FIRST starts sums from zero. */
export function emitProducts(module: Assembler, name: string, pitches: Pitches, lanes: 4 | 8, q: number): void {
  const shorterKernel = emitColumns(module, pitches, q, lanes)
  const longerKernel = q < COLUMNS ? emitColumns(module, pitches, q + 1, lanes) : undefined
  module.function(name, (f, v, u, t, channels, longer, shorter, mode, zeros) => {
    const from = f.local('i32')
    const to = f.local('i32')
    const run = (kernel: Callable, columns: number, count: Expression<'i32'>): void => {
      f.times(count, () => {
        f.call(kernel, from.get, u.get, channels.get, zeros.get, to.get, to.get, i32.and(mode.get, i32.const(FIRST)))
        f.advance(from, columns * pitches.tile)
        f.advance(to, columns * lanes * 4)
      })
    }
    f.times(PRODUCTS, () => {
      f.set(from, v.get)
      f.set(to, t.get)
      if (longerKernel) run(longerKernel, q + 1, longer.get)
      run(shorterKernel, q, shorter.get)
      f.advance(v, pitches.panel)
      f.advance(t, sumBytes(lanes))
      f.advance(u, pitches.weights)
    })
  })
}

const emitColumns = (module: Assembler, pitches: Pitches, columns: number, lanes: 4 | 8): Callable =>
  emitTile(module, `tile${columns}x${lanes}`, {
    columns: Array.from({ length: columns }, (_, j) => j * pitches.tile),
    lanes,
    valid: lanes,
    sum: deep([0], 4, UNROLL),
    finish: { kind: 'rows', row: lanes * 4 },
    fused: hasFusedMultiplyAdd,
  })
