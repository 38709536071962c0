/**
 * The kernel of depthwise layers over planes that lie in memory as they are, without a border of zeros.
 *
 *   y[p, q] = b + Σ_{r,s} x[p·sh − t + r·dh, q·sw − l + s·dw] · w[r,s],   sw 1 or 2
 *
 * A tile is rows by vectors of four columns. Each row of x is read once for all rows of the tile that meet it. Rows outside of
 * x are left out of a tile's code, lanes outside are set to zero by a mask, so that tiles at an edge are emissions of their own;
 * those alike are one function. Columns two apart are picked from two vectors: neighbouring taps are the even and the odd lanes
 * of the same. The last vector of a row writes up to three numbers too many, which belong to the next row, written later.
 */
import type { Assembler, Callable, FunctionBuilder, Local } from './assembler.ts'
import { type Expression, f32x4, i32, v128 } from './expression.ts'
import { split } from './slide.ts'

type Pair = readonly [height: number, width: number]

export interface InPlaceShape {
  readonly in: Pair
  readonly out: Pair
  readonly kernel: Pair
  readonly stride: Pair
  readonly dilation: Pair
  readonly before: Pair
  /** Outputs that read the same plane of x. */
  readonly multiplier: number
}

/** Numbers of the table of masks: mask m keeps lane i where bit i of m is set. */
export const MASKS = 64

export function fillMasks(floats: Float32Array): void {
  const bits = new Int32Array(floats.buffer, floats.byteOffset, MASKS)
  for (let i = 0; i < MASKS; i++) bits[i] = ((i >> 2) >> (i & 3)) & 1 ? -1 : 0
}

const ALL = 15
/** Offset of loads from x that no other access uses: a shared constant costs a register (kernel/tile.ts). */
const X_BIAS = 1 << 15

/** A tap of a row of x and the sums it goes into: rows of the tile, and the tap's number. */
interface Met {
  readonly row: number
  readonly tap: number
}

/** All that the code of a tile depends on. */
interface TileShape {
  readonly rows: number
  /** Rows of x from the first that the tile would see, each with what meets it, by column s of the kernel. */
  readonly lines: readonly { readonly line: number; readonly met: readonly (readonly Met[])[] }[]
  /** Mask of each vector at each column of the kernel. */
  readonly masks: readonly (readonly number[])[]
}

interface Placed {
  readonly tile: Callable
  readonly size: number
  readonly times: number
}

/** Emits run(x, w, bias, y, masks, planes): weights lie R·S a plane, `masks` is the table of fillMasks. */
export function emitInPlace(module: Assembler, shape: InPlaceShape): void {
  const { in: [H, W], out: [P, Q], kernel: [R, S], stride: [sh, sw], before: [top, left], multiplier } = shape // biome-ignore format: one line
  const [most, least] = tileSize(shape)
  const known = new Map<string, Callable>()
  const emitted = (tile: TileShape): Callable => {
    const key = JSON.stringify(tile)
    const callable = known.get(key) ?? emitTile(module, `tile${known.size}`, shape, tile)
    known.set(key, callable)
    return callable
  }
  const across = split(Math.ceil(Q / 4), most)
  const down: { size: number; times: number; row: Placed[] }[] = []
  let p = 0
  for (const { size: rows, times } of split(P, least)) {
    for (let i = 0; i < times; i++, p += rows) {
      const row: Placed[] = []
      let j = 0
      for (const { size, times } of across) {
        for (let k = 0; k < times; k++, j += size) {
          const tile = emitted({ rows, lines: linesOf(shape, p, rows), masks: masksOf(shape, j, size) })
          const before = row.at(-1)
          if (before?.tile === tile) row[row.length - 1] = { ...before, times: before.times + 1 }
          else row.push({ tile, size, times: 1 })
        }
      }
      const before = down.at(-1)
      if (before && JSON.stringify(before.row) === JSON.stringify(row)) before.times++
      else down.push({ size: rows, times: 1, row })
    }
  }
  module.function('run', (f, x, w, bias, y, masks, planes) => {
    const [xRow, yRow, xTile, yTile] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
    f.times(planes.get, () => {
      f.times(multiplier, () => {
        f.set(xRow, i32.add(x.get, i32.const(-4 * (top * W + left))))
        f.set(yRow, y.get)
        for (const { size: rows, times, row } of down) {
          f.times(times, () => {
            f.set(xTile, xRow.get)
            f.set(yTile, yRow.get)
            for (const { tile, size, times } of row) {
              f.times(times, () => {
                f.call(tile, xTile.get, w.get, bias.get, yTile.get, masks.get)
                f.advance(xTile, 16 * size * sw)
                f.advance(yTile, 16 * size)
              })
            }
            f.advance(xRow, 4 * rows * sh * W)
            f.advance(yRow, 4 * rows * Q)
          })
        }
        f.advance(w, 4 * R * S)
        f.advance(bias, 4)
        f.advance(y, 4 * P * Q)
      })
      f.advance(x, 4 * H * W)
    })
  })
}

/** Registers hold that many sums beside what is read: one vector and two weights, or two vectors. */
const MOST_SUMS = 10

/** Vectors and rows of a tile. */
function tileSize({ out: [P, Q] }: InPlaceShape): [vectors: number, rows: number] {
  const vectors = Math.min(Math.ceil(Q / 4), MOST_SUMS)
  return [vectors, Math.min(P, Math.max(1, Math.floor(MOST_SUMS / vectors)))]
}

function linesOf(
  { in: [H], kernel: [R, S], stride: [sh], dilation: [dh], before: [top] }: InPlaceShape,
  p: number,
  rows: number,
): TileShape['lines'] {
  const lines: TileShape['lines'][number][] = []
  for (let line = 0; line < (rows - 1) * sh + dh * (R - 1) + 1; line++) {
    const h = p * sh - top + line
    if (h < 0 || h >= H) continue
    const met = Array.from({ length: S }, (_, s) => {
      const own: Met[] = []
      for (let row = 0; row < rows; row++) {
        const r = (line - row * sh) / dh
        if (Number.isInteger(r) && r >= 0 && r < R) own.push({ row, tap: r * S + s })
      }
      return own
    })
    if (met[0]!.length > 0) lines.push({ line, met })
  }
  return lines
}

function masksOf(
  { in: [, W], out: [, Q], kernel: [, S], stride: [, sw], dilation: [, dw], before: [, left] }: InPlaceShape,
  first: number,
  size: number,
): number[][] {
  return Array.from({ length: S }, (_, s) =>
    Array.from({ length: size }, (_, v) => {
      let [mask, outside] = [0, false]
      for (let i = 0; i < 4; i++) {
        const q = 4 * (first + v) + i
        const column = q * sw - left + s * dw
        const inside = column >= 0 && column < W
        // Of a lane beyond the row nothing is kept, whatever it holds.
        if (inside || q >= Q) mask |= 1 << i
        else outside = true
      }
      const some = Array.from({ length: 4 }, (_, i) => (4 * (first + v) + i) * sw - left + s * dw).some(
        (c, i) => c >= 0 && c < W && 4 * (first + v) + i < Q,
      )
      return some ? (outside ? mask : ALL) : 0
    }),
  )
}

/** Taps as blocks of their own, sums backwards: kernel/tile.ts says why. */
function emitTile(module: Assembler, name: string, shape: InPlaceShape, { rows, lines, masks }: TileShape): Callable {
  const { in: [, W], out: [, Q], kernel: [, S], stride: [, sw], dilation: [, dw] } = shape // biome-ignore format: one line
  const vectors = masks[0]!.length
  return module.function(name, (f, from, w, bias, y, table) => {
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')))
    const start = f.local('v128')
    const weights = Array.from({ length: 2 * rows }, () => f.local('v128'))
    const [value, low, high] = [f.local('v128'), f.local('v128'), f.local('v128')]
    const x = f.local('i32')
    f.set(start, v128.load32Splat(bias.get))
    for (const sum of sums.flat()) f.set(sum, start.get)
    f.set(x, i32.sub(from.get, i32.const(X_BIAS)))
    let [moved, tests] = [0, 0]
    const masked = (mask: number, loaded: Expression<'v128'>): Expression<'v128'> =>
      mask === ALL ? loaded : v128.and(loaded, v128.load(table.get, 16 * mask))
    for (const { line, met } of lines) {
      for (let s = 0; s < S; ) {
        // Even and odd lanes of the same two vectors are two taps.
        const taps = sw === 2 && dw === 1 && s + 1 < S ? [s, s + 1] : [s]
        const to = 4 * (line * W + s * dw)
        f.advance(x, to - moved)
        moved = to
        f.if(i32.gtS(x.get, i32.const(-1 - tests++)), () => {
          load(
            f,
            weights,
            w,
            taps.flatMap((tap) => met[tap]!),
          )
          for (let v = vectors - 1; v >= 0; v--) {
            if (taps.every((tap) => masks[tap]![v] === 0)) continue
            if (sw === 2) {
              f.set(low, v128.load(x.get, X_BIAS + 32 * v))
              f.set(high, v128.load(x.get, X_BIAS + 32 * v + 16))
            }
            let at = 0
            for (const [odd, tap] of taps.entries()) {
              const mask = masks[tap]![v]!
              if (mask !== 0) {
                const lanes = odd ? ([1, 3, 5, 7] as const) : ([0, 2, 4, 6] as const)
                const read = sw === 2 ? v128.shuffle32(low.get, high.get, lanes) : v128.load(x.get, X_BIAS + 16 * v)
                f.set(value, masked(mask, read))
                for (const [i, { row }] of met[tap]!.entries()) {
                  const sum = sums[row]![v]!
                  f.set(sum, f32x4.add(sum.get, f32x4.mul(value.get, weights[at + i]!.get)))
                }
              }
              at += met[tap]!.length
            }
          }
        })
        s += taps.length
      }
    }
    for (const [p, row] of sums.entries()) {
      for (const [v, sum] of row.entries()) f.storeV128(y.get, sum.get, 4 * p * Q + 16 * v)
    }
  })
}

function load(f: FunctionBuilder, to: readonly Local<'v128'>[], w: Local<'i32'>, met: readonly Met[]): void {
  for (const [i, { tap }] of met.entries()) f.set(to[i]!, v128.load32Splat(w.get, 4 * tap))
}
