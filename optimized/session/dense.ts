/** The calls of a fully connected layer (F19): the product of simd/dense.ts, over rows that are read where they lie. */
import { Assembler } from '../kernel/assembler.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep } from '../kernel/sum.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { eights, even } from '../plan.ts'
import { productBlocks } from '../simd/dense.ts'
import { laneCut, unitCut } from '../threads/cut.ts'
import type { Heap } from './heap.ts'
import { type Call, call, type Held, type Part, type Program } from './program.ts'
import { READ, shared } from './share.ts'
import { packed } from './weights.ts'

/** Rows n and outputs o of y, from … to. */
interface Box {
  readonly n: readonly [from: number, to: number]
  readonly o: readonly [from: number, to: number]
}

/** x (N,I), w (O,I), b (O) or none → y (N,O). */
export function dense(heap: Heap, [N, I, O]: readonly [number, number, number], held: Held): Program {
  const { x, y, w, b, threads } = held
  const blocks = productBlocks(N, O, I)
  // A single row meets each weight once: nothing is gained by weights that stay in cache.
  const depth = N === 1 ? I : blocks.depth
  const weights = packed(heap, w, b, O, I)
  const { sums } = heap.scratch({ sums: depth < I ? blocks.rows * lanesOf(blocks.maps).padded : 0 })
  const partOf = (box: Box): Part => {
    const calls: Call[] = []
    const maps = eights(box.o[1] - box.o[0], blocks.maps)
    const rows = even(box.n[1] - box.n[0], blocks.rows)
    for (let o = box.o[0]; o < box.o[1]; o += maps) {
      for (let n = box.n[0]; n < box.n[1]; n += rows) {
        const height = Math.min(rows, box.n[1] - n)
        const kernels = heap.engine.kernels(`dense ${height} ${I} ${O}`, () => emit(height, I, O))
        for (let k = 0; k < I; k += depth) {
          const count = Math.min(depth, I - k)
          const mode = (k === 0 ? FIRST : 0) | (k + count === I ? LAST : 0)
          const lanes = allBlocks(Math.min(maps, box.o[1] - o))
          const [from, to] = [x + 4 * (n * I + k), y + 4 * (n * O + o)]
          const [w, bias] = [weights.w + o * weights.map, weights.bias + 4 * o]
          calls.push(call(kernels, 'run', from, w, k, bias, sums, to, 1, 1, count, mode, ...lanes))
        }
      }
    }
    return calls
  }
  const whole: Box = { n: [0, N], o: [0, O] }
  const ways = [
    { ...unitCut(N, 1, (from, to): Box => ({ ...whole, n: [from, to] })), repeated: READ * I * O },
    { ...laneCut(O, (from, to): Box => ({ ...whole, o: [from, to] })), repeated: READ * N * I },
  ]
  return [shared(whole, ways, 2 * N * I * O, threads).map(partOf)]
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
