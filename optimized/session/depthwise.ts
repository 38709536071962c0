/** The call of a depthwise layer: all planes of a batch one behind the other, in place. */
import { Assembler } from '../kernel/assembler.ts'
import { emitInPlace, fillMasks, MASKS } from '../kernel/depthwiseInPlace.ts'
import type { Layer } from '../plan.ts'
import type { Heap } from './heap.ts'
import { type Held, type Program, step } from './program.ts'

/** Columns further apart are not picked from two vectors, as no network has them. */
export const isInPlace = ({ stride: [, sw] }: Layer): boolean => sw <= 2

export function depthwise(heap: Heap, layer: Layer, { x, y, w, b }: Held): Program {
  const { N, G, Co, in: [H, W], out: [P, Q] } = layer // biome-ignore format: one line
  const at = { w: heap.take(w.length), bias: heap.take(G * Co), masks: heap.take(MASKS) }
  heap.engine.view.set(w, at.w / 4)
  if (b) heap.engine.view.set(b, at.bias / 4)
  fillMasks(heap.floats(at.masks, MASKS))
  const { kernel, stride, dilation, before } = layer
  const shape = { in: layer.in, out: layer.out, kernel, stride, dilation, before, multiplier: Co }
  const run = heap.engine.kernels(`in place ${JSON.stringify(shape)}`, () => {
    const module = new Assembler()
    emitInPlace(module, shape)
    return module
  })('run')
  return Array.from({ length: N }, (_, n) =>
    step(run, x + 4 * n * G * H * W, at.w, at.bias, y + 4 * n * G * Co * P * Q, at.masks, G),
  )
}
