/**
 * From w to a transformed block: for each output lane and input channel the 36 numbers G g Gᵀ of its kernel.
 *
 *   u[product][channel][lane]
 *
 * Four lanes at a time, of kernels that lie wherever their addresses say: neighbours in M for a layer, in C for its input gradient,
 * which reads each kernel backwards.
 */
import type { Assembler } from '../kernel/assembler.ts'
import { type Expression, i32, v128 } from '../kernel/expression.ts'
import { quads } from '../kernel/transpose.ts'
import { PATCH, WEIGHT_BYTES } from './block.ts'
import { constant, keep, weightTransform } from './transform.ts'

const TAPS = 9
/** Columns of the result that are columns of the kernel come first, so that those need no register afterwards. */
const ORDER = [0, 5, 1, 2, 3, 4]

/**
 * Emits weights(w0, w1, w2, w3, next, u, channels, width): the kernels of four lanes, `next` bytes on to those of the next channel;
 * `width` bytes are a channel of u.
 */
export function emitWeights(module: Assembler, name: string, turned: boolean): void {
  module.function(name, (f, w0, w1, w2, w3, next, u, channels, width) => {
    const four = constant(f, 4)
    const lanes = [w0, w1, w2, w3] as const
    f.times(channels.get, () => {
      const vector = (i: number, offset: number) => keep(f, v128.load(lanes[i]!.get, offset))
      const first = quads(f, [vector(0, 0), vector(1, 0), vector(2, 0), vector(3, 0)])
      const second = quads(f, [vector(0, 16), vector(1, 16), vector(2, 16), vector(3, 16)])
      const splat = (i: number): Expression<'v128'> => v128.load32Splat(lanes[i]!.get, 32)
      const pair = (i: number): Expression<'v128'> => v128.shuffle32(splat(i), splat(i + 1), [0, 4, 0, 4])
      const last = keep(f, v128.shuffle32(pair(0), pair(2), [0, 1, 4, 5]))
      const taps = [...first, ...second, last].map((tap) => tap.get)
      const tap = (r: number, s: number): Expression<'v128'> => taps[turned ? TAPS - 1 - 3 * r - s : 3 * r + s]!
      const rows = [0, 1, 2].map((r) => weightTransform(f, four, [tap(r, 0), tap(r, 1), tap(r, 2)]))
      for (const s of ORDER) {
        const column = weightTransform(
          f,
          four,
          rows.map((row) => keep(f, row[s]!).get),
        )
        for (const [r, value] of column.entries()) f.storeV128(u.get, value, (PATCH * r + s) * WEIGHT_BYTES)
      }
      for (const lane of lanes) f.set(lane, i32.add(lane.get, next.get))
      f.set(u, i32.add(u.get, width.get))
    })
  })
}
