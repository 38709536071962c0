/** A worker: takes parts and computes them, and sleeps when there are none, until its process ends. */
import { workerData } from 'node:worker_threads'
import { sizeOf } from '../../reference/tensor.ts'
import { Engine } from '../kernel/engine.ts'
import { Arena, type Message } from './arena.ts'
import { Control, DONE, REFUSED } from './control.ts'
import { compute, isShared, type Named } from './kernels.ts'
import { Known } from './known.ts'

const memory: unknown = workerData
if (!(memory instanceof WebAssembly.Memory))
  throw new TypeError('threads: this file is started by crew.ts, with a memory as its workerData')

const arena = new Arena(memory)
const control = new Control(memory)
const engine = new Engine()
const known = new Known(memory)

/** False where another rung must do it. */
function computePart({ operator, attributes, operands, result }: Message): boolean {
  if (!isShared(operator)) throw new RangeError(`no kernel is called ${operator}`)
  const own: Record<string, Named[string]> = {}
  for (const [name, { shape, at }] of Object.entries(operands))
    own[name] = { shape, data: arena.floats(at, sizeOf(shape)) }
  return compute(engine, operator, own, attributes, arena.floats(result.at, result.length))
}

function run(part: number): boolean {
  if (control.job > 0) return known.run(control.job, part)
  const { byte, length } = control.messageOf(part)
  return computePart(arena.read(byte, length))
}

for (;;) {
  const part = control.take()
  if (part === undefined) {
    control.awaitRelease()
    continue
  }
  try {
    control.finish(part, run(part) ? DONE : REFUSED)
  } catch (error) {
    control.fail(part, error)
  }
}
