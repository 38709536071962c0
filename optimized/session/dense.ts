/** The calls of a fully connected layer (F19): the product of simd/dense.ts, over rows that are read where they lie. */
import { Assembler } from '../kernel/assembler.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep } from '../kernel/sum.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { productBlocks } from '../simd/dense.ts'
import type { Heap } from './heap.ts'
import { type Held, type Program, type Step, step } from './program.ts'
import { packed } from './weights.ts'

/** x (N,I), w (O,I), b (O) or none → y (N,O). */
export function dense(heap: Heap, [N, I, O]: readonly [number, number, number], { x, y, w, b }: Held): Program {
  const blocks = productBlocks(N, O, I)
  const { rows, maps } = blocks
  // A single row meets each weight once: nothing is gained by weights that stay in cache.
  const depth = N === 1 ? I : blocks.depth
  const weights = packed(heap, w, b, O, I)
  const { sums } = heap.scratch({ sums: depth < I ? rows * lanesOf(maps).padded : 0 })
  const steps: Step[] = []
  for (let o = 0; o < O; o += maps) {
    for (let n = 0; n < N; n += rows) {
      const height = Math.min(rows, N - n)
      const run = heap.engine.kernels(`dense ${height} ${I} ${O}`, () => emit(height, I, O))('run')
      for (let k = 0; k < I; k += depth) {
        const count = Math.min(depth, I - k)
        const mode = (k === 0 ? FIRST : 0) | (k + count === I ? LAST : 0)
        const lanes = allBlocks(Math.min(maps, O - o))
        const [from, to] = [x + 4 * (n * I + k), y + 4 * (n * O + o)]
        const [w, bias] = [weights.w + o * weights.map, weights.bias + 4 * o]
        steps.push(step(run, from, w, k, bias, sums, to, 1, 1, count, mode, ...lanes))
      }
    }
  }
  return steps
}

function emit(height: number, I: number, O: number): Assembler {
  const module = new Assembler()
  emitSlide(module, {
    lanes: O,
    columns: Array.from({ length: height }, (_, j) => 4 * j * I),
    rowStep: 0,
    imageStep: 0,
    sum: deep([0], 4, 8),
    weightsPerLane: 4 * I,
    finish: { kind: 'rows', row: 4 * O },
    yColumn: 4 * O,
    yRow: 0,
    yImage: 0,
    yLane: 4,
    fused: hasFusedMultiplyAdd,
  })
  return module
}
