/**
 * The weight gradient of depthwise layers: one plane of x and one of dy in, the sums of all taps out, lanes over neighbouring columns.
 *
 *   dw[r,s] += Σ_{p,q} dy[p,q] · x[row(p) + r·dh, q·sw + s·dw]
 *
 * x lies as for kernel/depthwise.ts; rows of dy are filled up with zeros to whole vectors, and what a last vector reads of x beyond
 * its row must be finite.
 */
import type { Assembler, Callable } from './assembler.ts'
import { f32, f32x4, i32, v128 } from './expression.ts'

/** Pitches in bytes. */
export interface DepthwiseGradientShape {
  readonly height: number
  /** Vectors a row of dy. */
  readonly vectors: number
  /** Byte offset of each tap in x from a vector's first column. */
  readonly taps: readonly number[]
  readonly rowStep: number
  readonly xPlane: number
}

/** Nine sums, dy, three operands and a product are 14 registers. */
const MOST_SUMS = 9
/** Operands loaded at a time: a block of its own each, or V8 loads all first and spills (kernel/tile.ts). */
const AT_ONCE = 3

/** Emits gradient(x, dy, dw, planes), which adds to dw: R·S numbers a plane. */
export function emitDepthwiseGradient(module: Assembler, shape: DepthwiseGradientShape): void {
  const { taps, height, vectors, xPlane } = shape
  const parts: Callable[] = []
  for (let k = 0; k < taps.length; k += MOST_SUMS) parts.push(emitPart(module, shape, k))
  module.function('gradient', (f, x, dy, dw, planes) => {
    f.times(planes.get, () => {
      for (const part of parts) f.call(part, x.get, dy.get, dw.get)
      f.advance(x, xPlane)
      f.advance(dy, 16 * vectors * height)
      f.advance(dw, 4 * taps.length)
    })
  })
}

/** The sums of taps first … first + 8 of one plane. */
function emitPart(
  module: Assembler,
  { taps, height, vectors, rowStep }: DepthwiseGradientShape,
  first: number,
): Callable {
  const own = taps.slice(first, first + MOST_SUMS)
  return module.function(`taps${first}`, (f, xRow, dy, dw) => {
    const sums = own.map(() => f.local('v128'))
    const values = Array.from({ length: AT_ONCE }, () => f.local('v128'))
    const error = f.local('v128')
    const x = f.local('i32')
    for (const sum of sums) f.set(sum, v128.zero)
    f.times(height, () => {
      f.set(x, xRow.get)
      f.times(vectors, () => {
        f.set(error, v128.load(dy.get))
        for (let k = 0; k < own.length; k += AT_ONCE) {
          const some = own.slice(k, k + AT_ONCE)
          f.if(i32.gtS(x.get, i32.const(-1 - k)), () => {
            for (const [i, tap] of some.entries()) f.set(values[i]!, v128.load(x.get, tap))
            for (const i of some.keys()) {
              const sum = sums[k + i]!
              f.set(sum, f32x4.add(sum.get, f32x4.mul(values[i]!.get, error.get)))
            }
          })
        }
        f.advance(x, 16)
        f.advance(dy, 16)
      })
      f.advance(xRow, rowStep)
    })
    for (const [i, sum] of sums.entries()) {
      const lane = (j: number) => f32x4.extractLane(sum.get, j)
      const total = f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)))
      const at = 4 * (first + i)
      f.storeF32(dw.get, f32.add(f32.load(dw.get, at), total), at)
    }
  })
}
