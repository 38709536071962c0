/**
 * The kernel of input gradients into few channels: lanes over neighbouring columns, one row of dx at a time.
 *
 *   dx[c, i·sh + d, j·sw + e] = b[c] + Σ_m Σ_{r of d} Σ_{s of e} dy[m, i + at(r), j + at(s)] · w[m, c, r, s]
 *
 * The columns of a phase e are neighbours in dy. Two phases are summed side by side and their vectors interleaved, more are
 * written lane by lane. Weights are read as they come. What a last vector writes beyond its row belongs to rows that are written
 * after it, or to nobody.
 */
import type { Meeting } from '../woven.ts'
import type { Assembler, Callable, FunctionBuilder, Local } from './assembler.ts'
import { i32, multiplyAdd, v128 } from './expression.ts'
import { split } from './slide.ts'
import { W_BIAS } from './tile.ts'

/** Pitches in bytes. */
export interface WovenShape {
  readonly channels: number
  readonly maps: number
  readonly kernel: readonly [height: number, width: number]
  readonly height: number
  readonly width: number
  readonly stride: readonly [height: number, width: number]
  /** The taps that each phase of rows, and of columns, meets. */
  readonly down: readonly (readonly Meeting[])[]
  readonly across: readonly (readonly Meeting[])[]
  readonly pitch: number
  readonly plane: number
  readonly yPlane: number
  readonly fused: boolean
}

/** Ten sums, up to three weights, an operand: with twelve of three channels and three weights V8 spills, 23 GFLOP/s and not 34. */
const MOST_SUMS = 10
/**
 * From so many maps on stores are of no matter, and one phase at a time leaves each weight more columns: 34 GFLOP/s on 3→64 7×7,
 * stride 2, not 25. One or few, as in depthwise layers, are interleaved.
 */
const MANY_MAPS = 8
const X_BIAS = 1 << 15

interface Phase {
  readonly first: number
  readonly taps: readonly Meeting[]
}

/** Emits run(x, w, bias, y, groups, steps, rest): `steps` times the rows of all phases, and where `rest` is not 0 those that are left of H. */
export function emitWoven(module: Assembler, shape: WovenShape): void {
  const { width, height, channels, maps, kernel, down } = shape
  const [sh, sw] = shape.stride
  const vectors = Math.ceil(Math.ceil(width / sw) / 4)
  const phases = shape.across.map((taps, first) => ({ first, taps }))
  const sets = sw === 2 && maps < MANY_MAPS ? [phases] : phases.map((phase) => [phase])
  const lines = down.map((rows, d) =>
    sets.map((set, e) => {
      const parts = split(vectors, Math.floor(MOST_SUMS / (set.length * channels)))
      return parts.map(({ size, times }) => ({
        size,
        times,
        tile: emitTile(module, `tile${d},${e}x${size}`, shape, rows, set, size),
      }))
    }),
  )
  module.function('run', (f, x, w, bias, y, groups, steps, rest) => {
    const [xRow, yRow, xTile, yTile] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
    const row = (line: (typeof lines)[number]): void => {
      for (const tiles of line) {
        f.set(xTile, xRow.get)
        f.set(yTile, yRow.get)
        for (const { size, times, tile } of tiles) {
          f.times(times, () => {
            f.call(tile, xTile.get, w.get, bias.get, yTile.get)
            f.advance(xTile, 16 * size)
            f.advance(yTile, 16 * size * sw)
          })
        }
      }
      f.advance(yRow, 4 * width)
    }
    f.times(groups.get, () => {
      f.set(xRow, x.get)
      f.set(yRow, y.get)
      f.times(steps.get, () => {
        for (const line of lines) row(line)
        f.advance(xRow, shape.pitch)
      })
      f.if(rest.get, () => {
        for (const line of lines.slice(0, height % sh)) row(line)
      })
      f.advance(x, maps * shape.plane)
      f.advance(w, 4 * maps * channels * kernel[0] * kernel[1])
      f.advance(bias, 4 * channels)
      f.advance(y, channels * shape.yPlane)
    })
  })
}

/** Emits tile(x, w, bias, y): `size` vectors of each channel and each phase of the set, in a row that meets `rows`. */
function emitTile(
  module: Assembler,
  name: string,
  shape: WovenShape,
  rows: readonly Meeting[],
  set: readonly Phase[],
  size: number,
): Callable {
  const { channels, maps, kernel, pitch, plane, fused } = shape
  const [R, S] = kernel
  const places = [...new Set(set.flatMap(({ taps }) => taps.map(({ at }) => at)))].sort((a, b) => a - b)
  return module.function(name, (f, from, weightsFrom, bias, y) => {
    const sums = set.map(() =>
      Array.from({ length: channels }, () => Array.from({ length: size }, () => f.local('v128'))),
    )
    const weights = Array.from({ length: channels }, () => f.local('v128'))
    const value = f.local('v128')
    const [x, w] = [f.local('i32'), f.local('i32')]
    for (let c = 0; c < channels; c++) {
      f.set(value, v128.load32Splat(bias.get, 4 * c))
      for (const phase of sums) for (const sum of phase[c]!) f.set(sum, value.get)
    }
    f.set(x, i32.sub(from.get, i32.const(X_BIAS)))
    f.set(w, i32.sub(weightsFrom.get, i32.const(W_BIAS)))
    let moved = 0
    let tests = 0
    const move = (to: number): void => {
      f.advance(x, to - moved)
      moved = to
    }
    /** Products of the cells at one place with their tap of a phase: of all channels, last first (kernel/tile.ts says why). */
    const products = (row: Meeting, tap: Meeting, phase: readonly (readonly Local<'v128'>[])[]): void => {
      for (const [c, weight] of weights.entries())
        f.set(weight, v128.load32Splat(w.get, W_BIAS + 4 * ((c * R + row.tap) * S + tap.tap)))
      for (let v = size - 1; v >= 0; v--) {
        f.set(value, v128.load(x.get, X_BIAS + 16 * v))
        for (let c = channels - 1; c >= 0; c--) {
          const [sum, weight] = [phase[c]![v]!, weights[c]!]
          f.set(sum, multiplyAdd(fused, value.get, weight.get, sum.get))
        }
      }
    }
    f.times(rows.length === 0 ? 0 : maps, () => {
      moved = 0
      for (const row of rows) {
        for (const place of places) {
          move(row.at * pitch + 4 * place)
          for (const [e, { taps }] of set.entries()) {
            const tap = taps.find(({ at }) => at === place)
            // A block of its own, of few loads, behind a test that always holds, or V8 spills the sums: 12 GFLOP/s, not 24.
            if (tap) f.if(i32.gtS(x.get, i32.const(-1 - tests++)), () => products(row, tap, sums[e]!))
          }
        }
      }
      move(plane)
      f.advance(w, 4 * channels * R * S)
    })
    for (let c = 0; c < channels; c++) {
      const own = sums.map((phase) => phase[c]!)
      emitStores(f, shape, set, own, y, c * shape.yPlane)
    }
  })
}

/** The vectors of each phase of a channel to their places in a row. */
function emitStores(
  f: FunctionBuilder,
  { stride: [, sw] }: WovenShape,
  set: readonly Phase[],
  sums: readonly (readonly Local<'v128'>[])[],
  y: Local<'i32'>,
  at: number,
): void {
  const [even, odd] = sums
  if (even && odd) {
    for (const [v, a] of even.entries()) {
      const b = odd[v]!
      f.storeV128(y.get, v128.shuffle32(a.get, b.get, [0, 4, 1, 5]), at + 32 * v)
      f.storeV128(y.get, v128.shuffle32(a.get, b.get, [2, 6, 3, 7]), at + 32 * v + 16)
    }
    return
  }
  for (const [e, { first }] of set.entries()) {
    for (const [v, sum] of sums[e]!.entries()) {
      if (sw === 1) f.storeV128(y.get, sum.get, at + 16 * v)
      else for (let i = 0; i < 4; i++) f.storeLane32(y.get, sum.get, i, at + 4 * (sw * (4 * v + i) + first))
    }
  }
}
