import type { Engine } from '../kernel/engine.ts'
import type { Arena, Message } from './arena.ts'
import { compute, isShared, type Named } from './kernels.ts'

/** Computes a part from the memory of all threads into an array; false where another rung must do it. */
export function computePart(engine: Engine, arena: Arena, message: Message, into: Float32Array): boolean {
  const { operator, attributes, operands } = message
  if (!isShared(operator)) throw new RangeError(`threads: no kernel is called ${operator}`)
  const named: Record<string, Named[string]> = {}
  for (const [name, { shape, at }] of Object.entries(operands))
    named[name] = { shape, data: arena.floats(at, shape.reduce((a, b) => a * b, 1)) } // biome-ignore format: one line
  return compute(engine, operator, named, attributes, into)
}
