/**
 * From w to a transformed block: for each output lane and input channel the 36 numbers G g Gᵀ of its kernel.
 *
 *   u[product][channel][lane]
 *
 * Four lanes at a time, of kernels that lie wherever their addresses say: neighbours in M for a layer, in C for its input gradient,
 * which reads each kernel backwards.
 */
import type { Assembler, FunctionBuilder, Local } from '../kernel/assembler.ts'
import { type Expression, f32x4, i32, v128 } from '../kernel/expression.ts'
import { quads } from '../kernel/transpose.ts'
import { PATCH, type Pitches } from './block.ts'
import { constant, keep, weightTransform } from './transform.ts'

const TAPS = 9

/**
 * Emits weights(w, out, exist, next, u, channels): the kernels of a block of lanes, `out` bytes apart, and `next` bytes on those of
 * the next channel. Of lanes that do not exist the last one's are taken, lest a NaN that is nobody's raises the alarm.
 *
 * Both halves of eight lanes are stored before the next channel: one after the other, each line of u came into L1 twice, and
 * 512→512 took 1.0 ms for its weights instead of 0.9.
 */
export function emitWeights(module: Assembler, name: string, pitches: Pitches, lanes: 4 | 8, turned: boolean): void {
  module.function(name, (f, w, out, exist, next, u, channels) => {
    const four = constant(f, 4)
    const kernels = Array.from({ length: lanes }, () => f.local('i32'))
    for (const [i, kernel] of kernels.entries()) {
      f.set(kernel, i === 0 ? w.get : kernels[i - 1]!.get)
      if (i > 0) f.if(i32.gtS(exist.get, i32.const(i)), () => f.set(kernel, i32.add(kernel.get, out.get)))
    }
    f.times(channels.get, () => {
      for (let lane = 0; lane < lanes; lane += 4) {
        const taps = tapsOf(f, kernels.slice(lane, lane + 4))
        const row = (r: number): Row => {
          const [a, b, c] = [0, 1, 2].map((s) => taps[turned ? TAPS - 1 - 3 * r - s : 3 * r + s]!)
          return [a!, b!, c!]
        }
        for (const [r, values] of transformedRows(f, four, row(0), row(1), row(2))) {
          for (const [s, value] of weightTransform(f, four, values).entries())
            f.storeV128(u.get, value, (PATCH * r + s) * pitches.weights + 4 * lane)
        }
      }
      for (const kernel of kernels) f.set(kernel, i32.add(kernel.get, next.get))
      f.advance(u, 4 * lanes)
    })
  })
}

/** The nine taps of four kernels, a vector each. */
function tapsOf(f: FunctionBuilder, kernels: readonly Local<'i32'>[]): Expression<'v128'>[] {
  const [a, b, c, d] = [kernels[0]!, kernels[1]!, kernels[2]!, kernels[3]!]
  const transposed = (offset: number): Expression<'v128'>[] => {
    const load = (kernel: Local<'i32'>) => keep(f, v128.load(kernel.get, offset))
    return quads(f, [load(a), load(b), load(c), load(d)]).map((tap) => tap.get)
  }
  const splat = (kernel: Local<'i32'>): Expression<'v128'> => v128.load32Splat(kernel.get, 32)
  const pair = (first: Local<'i32'>, second: Local<'i32'>): Expression<'v128'> =>
    v128.shuffle32(splat(first), splat(second), [0, 4, 0, 4])
  return [...transposed(0), ...transposed(16), keep(f, v128.shuffle32(pair(a, b), pair(c, d), [0, 1, 4, 5])).get]
}

type Row = readonly [Expression<'v128'>, Expression<'v128'>, Expression<'v128'>]

/**
 * The six rows of G g with their numbers, one at a time, so that no more than the taps and one row ask for a register; first those that
 * are rows of g.
 */
function* transformedRows(
  f: FunctionBuilder,
  four: Expression<'v128'>,
  g0: Row,
  g1: Row,
  g2: Row,
): Generator<[number, Row]> {
  const { add, sub, mul } = f32x4
  const row = (of: (s: 0 | 1 | 2) => Expression<'v128'>): Row => [
    keep(f, of(0)).get,
    keep(f, of(1)).get,
    keep(f, of(2)).get,
  ]
  yield [0, g0]
  yield [5, g2]
  const outer = row((s) => add(g0[s], g2[s]))
  const outer2 = row((s) => add(g0[s], mul(four, g2[s])))
  yield [1, row((s) => add(outer[s], g1[s]))]
  yield [2, row((s) => sub(outer[s], g1[s]))]
  const inner2 = row((s) => add(g1[s], g1[s]))
  yield [3, row((s) => add(outer2[s], inner2[s]))]
  yield [4, row((s) => sub(outer2[s], inner2[s]))]
}
