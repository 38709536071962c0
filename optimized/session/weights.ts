import { Assembler } from '../kernel/assembler.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitPack } from '../pack/weights.ts'
import type { Heap } from './heap.ts'

/** Where weights lie packed in blocks of eight lanes, and their bias: bytes. Maps from a multiple of eight on begin `map` and 4 bytes a map later. */
export interface Packed {
  readonly w: number
  readonly bias: number
  /** Bytes of a map's weights. */
  readonly map: number
}

/** `count` maps of `depth` weights each, one map behind the other, packed once for all runs. */
export function packed(heap: Heap, w: Float32Array, b: Float32Array | undefined, count: number, depth: number): Packed {
  const { padded } = lanesOf(count)
  const at = { w: heap.take(padded * depth), bias: heap.take(8 * Math.ceil(count / 8)) }
  heap.scratch({ raw: count * depth })
  const raw = heap.scratchOf(0)
  const kernels = heap.engine.kernels(`pack ${count} ${depth}`, () => {
    const module = new Assembler()
    emitPack(module, 'pack', count, depth, [{ times: depth, step: 1 }])
    return module
  })
  heap.engine.view.set(w, raw / 4)
  kernels('pack')(raw, at.w, ...allBlocks(count))
  if (b) heap.engine.view.set(b, at.bias / 4)
  return { ...at, map: 4 * depth }
}
