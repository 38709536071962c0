/**
 * The kernel of depthwise layers: one plane in, one plane out, lanes over neighbouring columns of it.
 *
 *   y[p, q] = b + Σ_{r,s} x[row(p) + r·dh, q·sw + s·dw] · w[r,s]
 *
 * Tiles lie as kernel/plane.ts says.
 */
import type { Assembler, Callable, Local } from './assembler.ts'
import { f32x4, i32, v128 } from './expression.ts'
import { overPlane, type PlaneShape, planeTiles } from './plane.ts'

export interface DepthwiseShape extends PlaneShape {
  /** Outputs that read the same plane of x. */
  readonly multiplier: number
}

/** Ten sums, a weight, an operand and a product are 13 registers. */
const MOST_VECTORS = 10
const X_BIAS = 1 << 15

/** Emits run(x, w, bias, y, planes): weights lie R·S a plane. */
export function emitDepthwise(module: Assembler, shape: DepthwiseShape): void {
  const tiles = planeTiles(shape, MOST_VECTORS, (rows, size) => emitTile(module, shape, rows, size))
  module.function('run', (f, x, w, bias, y, planes) => {
    f.times(planes.get, () => {
      f.times(shape.multiplier, () => {
        const streams = [
          { at: x, vector: 16, row: shape.rowStep },
          { at: y, vector: 16, row: 4 * shape.width },
        ]
        overPlane(f, tiles, streams, (tile, [xTile, yTile]) => f.call(tile, xTile!, w.get, bias.get, yTile!))
        f.advance(w, shape.taps.length * 4)
        f.advance(bias, 4)
        f.advance(y, shape.yPlane)
      })
      f.advance(x, shape.xPlane)
    })
  })
}

/** Taps as blocks of their own, sums backwards: kernel/tile.ts says why. */
function emitTile(module: Assembler, shape: DepthwiseShape, rows: number, size: number): Callable {
  const { taps, rowStep, width } = shape
  const cells = Array.from({ length: rows * size }, (_, i) => ({ row: Math.floor(i / size), vector: i % size }))
  return module.function(`tile${rows}x${size}`, (f, from, w, bias, y) => {
    const start = f.local('v128')
    const weight = f.local('v128')
    const x = f.local('i32')
    const sums: Local<'v128'>[] = cells.map(() => f.local('v128'))
    f.set(start, v128.load32Splat(bias.get))
    for (const sum of sums) f.set(sum, start.get)
    f.set(x, i32.sub(from.get, i32.const(X_BIAS)))
    for (const [k, offset] of taps.entries()) {
      f.advance(x, offset - (taps[k - 1] ?? 0))
      f.if(i32.gtS(x.get, i32.const(-1 - k)), () => {
        f.set(weight, v128.load32Splat(w.get, 4 * k))
        for (const [i, { row, vector }] of [...cells.entries()].reverse()) {
          const sum = sums[i]!
          const value = v128.load(x.get, X_BIAS + row * rowStep + 16 * vector)
          f.set(sum, f32x4.add(sum.get, f32x4.mul(value, weight.get)))
        }
      })
    }
    for (const [i, { row, vector }] of cells.entries()) {
      f.storeV128(y.get, sums[i]!.get, row * width * 4 + 16 * vector)
    }
  })
}
