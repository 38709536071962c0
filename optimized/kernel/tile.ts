/**
 * The micro-kernel: a tile of output columns by output lanes, the one place where products are summed.
 *
 *   t[j, i] += Σ_k x[column_j + offset_k] · w[k, i],   i = 0 … lanes−1
 *
 * w is packed, `lanes` numbers a k; x is read by broadcast loads wherever it lies, so that a direct convolution, a matrix
 * product and a weight gradient differ in their columns and offsets alone. Sums live in registers: V8 gives 15, a tile of
 * 5×8 takes 10 for sums, 2 for w, 1 for x and 1 for a product; with fused multiply-add (no product) 6×8. A function of its own:
 * inlined into loops that need registers too, V8 spills the sums and 49 GFLOP/s become 21.
 *
 * Edges are exact: a tile of fewer columns, or of four lanes, is another emission of this code.
 */
import type { Assembler, Callable, FunctionBuilder, Local } from './assembler.ts'
import { i32, multiplyAdd, v128 } from './expression.ts'
import type { Sum } from './sum.ts'
import { quads } from './transpose.ts'

/** Where finished sums go. */
export type Finish =
  /** y[lane·plane + j]: columns are neighbours, lanes a plane apart; a transposition in registers. */
  | { readonly kind: 'planes'; readonly plane: number }
  /** y[j·row + lane]: lanes are neighbours. */
  | { readonly kind: 'rows'; readonly row: number }

export interface TileShape {
  /** Byte offset of each column's operand from the address x. */
  readonly columns: readonly number[]
  /** Taps, counted through the sum's unrolled ones, that a column does without: cells of padding take no part. */
  readonly misses?: readonly (readonly number[])[] | undefined
  readonly lanes: 4 | 8
  /** Lanes that exist; the rest compute on zero weights and are not stored. */
  readonly valid: number
  readonly sum: Sum
  readonly finish: Finish
  readonly fused: boolean
}

/** Bits of the tile's parameter `mode`: sums start from the bias rather than the panel, and end in y rather than there. */
export const FIRST = 1
export const LAST = 2

/** Emits tile(x, w, count, bias, panel, y, mode). */
export function emitTile(module: Assembler, name: string, shape: TileShape): Callable {
  return module.function(name, (f, x, w, count, bias, panel, y, mode) => {
    const vectors = shape.lanes / 4
    const sums = shape.columns.map(() => Array.from({ length: vectors }, () => f.local('v128')))
    const each = (write: (sum: Local<'v128'>, column: number, vector: number) => void): void => {
      for (const [j, column] of sums.entries()) for (const [v, sum] of column.entries()) write(sum, j, v)
    }
    const inPanel = (j: number, v: number): number => (j * vectors + v) * 16
    f.if(
      i32.and(mode.get, i32.const(FIRST)),
      () => each((sum, _, v) => f.set(sum, v128.load(bias.get, 16 * v))),
      () => each((sum, j, v) => f.set(sum, v128.load(panel.get, inPanel(j, v)))),
    )
    emitSum(f, shape, x, w, count, sums)
    f.if(
      i32.and(mode.get, i32.const(LAST)),
      () => emitFinish(f, shape, sums, y),
      () => each((sum, j, v) => f.storeV128(panel.get, sum.get, inPanel(j, v))),
    )
  })
}

/**
 * Three things keep V8's code free of spills and of needless instructions (Node 20, seen in --print-wasm-code; a 3×3 tile in L1):
 * each tap is a block of its own, behind a test that always holds, or all its loads are moved ahead of all its products and spill
 * (20 GFLOP/s); within it columns are read backwards, the order in which V8 places the sums (22 → 38); and all taps
 * share the same few constant offsets while x itself moves, for V8 folds no offset into a broadcast load (47 → 51).
 */
function emitSum(
  f: FunctionBuilder,
  { columns, misses, lanes, sum, fused }: TileShape,
  from: Local<'i32'>,
  weightsFrom: Local<'i32'>,
  count: Local<'i32'>,
  sums: readonly (readonly Local<'v128'>[])[],
): void {
  const vectors = lanes / 4
  const weights = Array.from({ length: vectors }, () => f.local('v128'))
  const value = f.local('v128')
  const x = f.local('i32')
  const w = f.local('i32')
  // A difference, unlike a parameter, is known to V8 as a clean 64-bit index.
  f.set(x, i32.sub(from.get, i32.const(X_BIAS)))
  f.set(w, i32.sub(weightsFrom.get, i32.const(W_BIAS)))
  let moved = 0
  let tests = 0
  const move = (to: number): void => {
    f.advance(x, to - moved)
    moved = to
  }
  const tap = (k: number): void => {
    for (const [v, weight] of weights.entries()) f.set(weight, v128.load(w.get, W_BIAS + (k * vectors + v) * 16))
    for (let j = columns.length - 1; j >= 0; j--) {
      if (misses?.[j]?.includes(k)) continue
      f.set(value, v128.load32Splat(x.get, X_BIAS + columns[j]!))
      for (let v = vectors - 1; v >= 0; v--) {
        const [to, weight] = [sums[j]![v]!, weights[v]!]
        f.set(to, multiplyAdd(fused, value.get, weight.get, to.get))
      }
    }
  }
  const walk = (part: Sum): void => {
    if (part.kind === 'taps') {
      for (const [k, offset] of part.offsets.entries()) {
        if (misses?.every((column) => column.includes(k))) continue
        move(offset)
        f.if(i32.gtS(x.get, i32.const(-1 - tests++)), () => tap(k))
      }
      f.advance(w, part.offsets.length * vectors * 16)
    } else if (part.kind === 'sequence') for (const next of part.parts) walk(next)
    else {
      const before = moved
      moved = 0
      f.times(typeof part.times === 'number' ? part.times : part.times(count.get), () => {
        walk(part.body)
        move(part.step)
        moved = 0
      })
      // After a loop whose length only the call knows, what follows goes on from where x is.
      moved = typeof part.times === 'number' ? before + part.times * part.step : 0
    }
  }
  walk(sum)
}

/**
 * Offsets of loads from x and w that no other access uses: one that is shared costs a register. Addresses are therefore
 * never below W_BIAS.
 */
const X_BIAS = 1 << 15
export const W_BIAS = 1 << 16

function emitFinish(
  f: FunctionBuilder,
  { columns, lanes, valid, finish }: TileShape,
  sums: readonly (readonly Local<'v128'>[])[],
  y: Local<'i32'>,
): void {
  if (finish.kind === 'rows') {
    for (const [j, column] of sums.entries()) {
      for (const [v, sum] of column.entries()) {
        const at = j * finish.row + 16 * v
        if (valid >= 4 * (v + 1)) f.storeV128(y.get, sum.get, at)
        else for (let i = 0; i < valid - 4 * v; i++) f.storeLane32(y.get, sum.get, i, at + 4 * i)
      }
    }
    return
  }
  for (let v = 0; v < lanes / 4; v++) {
    const count = Math.min(4, valid - 4 * v)
    const column = (j: number): Local<'v128'> => sums[j]![v]!
    let j = 0
    for (; j + 4 <= columns.length; j += 4) {
      const turned = quads(f, [column(j), column(j + 1), column(j + 2), column(j + 3)])
      for (let i = 0; i < count; i++) f.storeV128(y.get, turned[i]!.get, (4 * v + i) * finish.plane + 4 * j)
    }
    for (; j < columns.length; j++) {
      for (let i = 0; i < count; i++) f.storeLane32(y.get, column(j).get, i, (4 * v + i) * finish.plane + 4 * j)
    }
  }
}
