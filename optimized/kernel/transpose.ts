import type { FunctionBuilder, Local } from './assembler.ts'
import { v128 } from './expression.ts'

type Quad = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>]

/** The transposed 4×4 matrix of four vectors, in eight shuffles: pairs of rows are interleaved, then pairs of pairs. */
export function quads(f: FunctionBuilder, [a, b, c, d]: Quad): Quad {
  const shuffled = (from: Local<'v128'>, and: Local<'v128'>, lanes: readonly [number, number, number, number]) => {
    const to = f.local('v128')
    f.set(to, v128.shuffle32(from.get, and.get, lanes))
    return to
  }
  const low = [shuffled(a, b, [0, 4, 1, 5]), shuffled(c, d, [0, 4, 1, 5])] as const
  const high = [shuffled(a, b, [2, 6, 3, 7]), shuffled(c, d, [2, 6, 3, 7])] as const
  return [
    shuffled(...low, [0, 1, 4, 5]),
    shuffled(...low, [2, 3, 6, 7]),
    shuffled(...high, [0, 1, 4, 5]),
    shuffled(...high, [2, 3, 6, 7]),
  ]
}
