/** One layer on all threads: lay operands out, release the parts, take a share, bring the results together. */

import { sizeOf, type Tensor } from '../../reference/tensor.ts'
import type { Engine } from '../kernel/engine.ts'
import type { Message } from './arena.ts'
import { DATA_AT, DONE, FAILED } from './control.ts'
import type { Crew } from './crew.ts'
import type { Divisible, Division, Part } from './cut.ts'
import { compute, type Named, type Shared } from './kernels.ts'
import { gather, type Slice, scatter, sliceShape, startOf } from './slice.ts'

export interface Job {
  readonly operator: Shared
  readonly operands: Named
  readonly layer: Divisible
  readonly division: Division
}

export interface Terms {
  /** Milliseconds in which some part must be finished. */
  readonly limitMs: number
  /** Leaves every part to the workers: for tests, which must know that they compute. */
  readonly onlyWorkers: boolean
}

/** The result; undefined where another rung must do it. Throws when a worker does not answer or fails: the crew is of no use then. */
export function runJob(
  crew: Crew,
  engine: Engine,
  { operator, operands, layer, division }: Job,
  terms: Terms,
): Float32Array | undefined {
  const { arena, control } = crew
  const parts = terms.onlyWorkers ? [division.own, ...division.offered] : division.offered
  const { bytes, messages, texts } = layOut(operator, layer, parts)
  if (!arena.reserve(bytes)) return undefined
  crew.start()
  control.reset()
  const copied = new Set<string>()
  for (const [part, { byte, text }] of texts.entries()) {
    for (const [name, { shape, at }] of Object.entries(messages[part]!.operands)) {
      const slice = parts[part]!.operands[name] ?? 'whole'
      if (slice === 'whole' && copied.has(name)) continue
      copied.add(name)
      gather(singlesOf(operands, name), layer.shapes[name]!, slice, arena.floats(at, sizeOf(shape)))
    }
    arena.write(text, byte)
    control.release(part, byte, text.length)
  }

  const result = new Float32Array(sizeOf(layer.result))
  let refused = false
  const computeHere = (part: Part): void => {
    refused ||= !computeInto(result, engine, { operator, operands, layer }, part)
  }
  if (!terms.onlyWorkers) computeHere(division.own)
  const delivered = new Set<number>()
  const deliver = (part: number): void => {
    const state = control.stateOf(part)
    if (state === 0 || delivered.has(part)) return
    delivered.add(part)
    if (state === FAILED) throw new Error(`${operator}: a worker thread failed: ${control.error}; use the simd rung`)
    crew.worked()
    const { at, length } = messages[part]!.result
    if (state === DONE) scatter(arena.floats(at, length), result, layer.result, parts[part]!.result)
    else refused = true
  }
  while (delivered.size < parts.length) {
    const seen = control.finished
    const before = delivered.size
    const part = terms.onlyWorkers ? undefined : control.take()
    if (part !== undefined) {
      computeHere(parts[part]!)
      delivered.add(part)
      control.finish(part, DONE)
    }
    for (let other = 0; other < parts.length; other++) deliver(other)
    if (delivered.size === before && !control.awaitFinish(seen, terms.limitMs))
      throw new Error(silence(operator, parts.length - control.finished, terms.limitMs))
  }
  return refused ? undefined : result
}

/** One part, from the operands where they are to its place in the result; false where another rung must do it. */
function computeInto(
  result: Float32Array,
  engine: Engine,
  { operator, operands, layer }: Omit<Job, 'division'>,
  part: Part,
): boolean {
  const own: Record<string, Tensor> = {}
  for (const [name, shape] of Object.entries(layer.shapes))
    own[name] = cutOut(singlesOf(operands, name), shape, part.operands[name] ?? 'whole')
  const length = sizeOf(sliceShape(layer.result, part.result))
  const start = startOf(layer.result, part.result)
  const data = start === undefined ? new Float32Array(length) : result.subarray(start, start + length)
  const isDone = compute(engine, operator, own, part.attributes, data)
  if (start === undefined) scatter(data, result, layer.result, part.result)
  return isDone
}

/** A slice as a tensor: a view where it lies in one piece. */
function cutOut(data: Float32Array, shape: readonly number[], slice: Slice): Tensor {
  const own = sliceShape(shape, slice)
  const start = startOf(shape, slice)
  if (start !== undefined) return { shape: own, data: data.subarray(start, start + sizeOf(own)) }
  const copy = new Float32Array(sizeOf(own))
  gather(data, shape, slice, copy)
  return { shape: own, data: copy }
}

const silence = (operator: string, left: number, limitMs: number): string =>
  `${operator}: no worker thread answered within ${limitMs / 1000} s, ${left} parts of the layer are still with them; ` +
  `the next call starts new ones, so call again, and take the simd rung, which needs none, if it happens again`

/** The contract has them arrive as float32. */
function singlesOf(operands: Named, name: string): Float32Array {
  const data = operands[name]?.data
  return data instanceof Float32Array ? data : Float32Array.from(data ?? [])
}

interface Layout {
  readonly bytes: number
  readonly messages: readonly Message[]
  readonly texts: readonly { readonly byte: number; readonly text: string }[]
}

/** Where everything lies, each block on a cache line of its own; operands that every part reads whole once. */
function layOut(operator: Shared, { shapes, result }: Divisible, parts: readonly Part[]): Layout {
  let end = DATA_AT / 4
  const place = (numbers: number): number => {
    const at = end
    end += Math.ceil(numbers / 16) * 16 + 16
    return at
  }
  const whole = new Map<string, number>()
  for (const [name, shape] of Object.entries(shapes)) {
    if (parts.every(({ operands }) => operands[name] === undefined)) whole.set(name, place(sizeOf(shape)))
  }
  const messages = parts.map((part) => {
    const placed = Object.entries(shapes).map(([name, shape]) => {
      const slice: Slice = part.operands[name] ?? 'whole'
      const own = sliceShape(shape, slice)
      return [name, { shape: own, at: whole.get(name) ?? place(sizeOf(own)) }] as const
    })
    const length = sizeOf(sliceShape(result, part.result))
    const { attributes } = part
    return { operator, attributes, operands: Object.fromEntries(placed), result: { at: place(length), length } }
  })
  const texts = messages.map((message) => {
    const text = JSON.stringify(message)
    return { byte: 4 * place(Math.ceil(text.length / 4)), text }
  })
  return { bytes: 4 * end, messages, texts }
}
