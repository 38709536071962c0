/** The calls of a depthwise layer: all planes of a batch one behind the other, in place. */
import { Assembler } from '../kernel/assembler.ts'
import { emitInPlace, fillMasks, MASKS } from '../kernel/depthwiseInPlace.ts'
import { emitSample } from '../pack/sample.ts'
import { flopsOf, type Layer } from '../plan.ts'
import { unitCut } from '../threads/cut.ts'
import type { Heap } from './heap.ts'
import { type Call, call, type Held, type Part, type Program } from './program.ts'
import { shared } from './share.ts'

/** Columns further apart are not picked from two vectors, as no network has them. */
export const isInPlace = ({ stride: [, sw] }: Layer): boolean => sw <= 2

/** Channels of all images, counted through, from … to. */
type Channels = readonly [from: number, to: number]

export function depthwise(heap: Heap, layer: Layer, { x, y, w, b, threads }: Held): Program {
  const { N, G, Co, in: [H, W], out: [P, Q] } = layer // biome-ignore format: one line
  const at = { w: heap.take(w.length), bias: heap.take(G * Co), masks: heap.take(MASKS) }
  heap.engine.view.set(w, at.w / 4)
  if (b) heap.engine.view.set(b, at.bias / 4)
  fillMasks(heap.floats(at.masks, MASKS))
  const { kernel, stride, dilation, before } = layer
  const shape = { in: layer.in, out: layer.out, kernel, stride, dilation, before, multiplier: Co }
  const kernels = heap.engine.kernels(`in place ${JSON.stringify(shape)}`, () => {
    const module = new Assembler()
    emitInPlace(module, shape)
    return module
  })
  const taps = kernel[0] * kernel[1]
  const planes = (from: number, to: number, result: number): Call => {
    const g = from % G
    const [weights, bias] = [at.w + 4 * g * Co * taps, at.bias + 4 * g * Co]
    return call(kernels, 'run', x + 4 * from * H * W, weights, bias, result, at.masks, to - from)
  }
  const resultOf = (channel: number): number => y + 4 * channel * Co * P * Q
  const ranges = shared<Channels>(
    [0, N * G],
    [{ ...unitCut(N * G, 1, (from, to): Channels => [from, to]), repeated: 0 }],
    flopsOf(layer),
    threads,
  )
  // A vector at the end of a channel may write beyond it, where another thread has been.
  const apart = ranges.length > 1 && Q % 4 > 0
  const { last } = heap.scratch({ last: apart ? Co * P * Q : 0 })
  const copied = (to: number): Call => {
    const kernels = heap.engine.kernels(`copy ${P} ${Q}`, () => {
      const module = new Assembler()
      emitSample(module, { out: [P, Q], stride: [1, 1], row: Q, plane: P * Q })
      return module
    })
    return call(kernels, 'sample', last, to, Co)
  }
  const partOf = ([from, to]: Channels): Part => {
    const end = apart ? to - 1 : to
    const calls: Call[] = []
    for (let channel = from; channel < end; ) {
      const next = Math.min(end, channel - (channel % G) + G)
      calls.push(planes(channel, next, resultOf(channel)))
      channel = next
    }
    return apart ? [...calls, planes(end, to, last), copied(resultOf(end))] : calls
  }
  return [ranges.map(partOf)]
}
