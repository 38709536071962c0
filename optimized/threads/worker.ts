/** A worker: takes parts and computes them, and sleeps when there are none, until its process ends. */
import { workerData } from 'node:worker_threads'
import { Engine } from '../kernel/engine.ts'
import { Arena } from './arena.ts'
import { Control, DONE, REFUSED } from './control.ts'
import { computePart } from './part.ts'

const memory: unknown = workerData
if (!(memory instanceof WebAssembly.Memory))
  throw new TypeError('threads: this file is started by crew.ts, with a memory as its workerData')

const arena = new Arena(memory)
const control = new Control(memory)
const engine = new Engine()

for (;;) {
  const part = control.take()
  if (part === undefined) {
    control.awaitRelease()
    continue
  }
  try {
    const { byte, length } = control.messageOf(part)
    const message = arena.read(byte, length)
    const { result } = message
    const isDone = computePart(engine, arena, message, arena.floats(result.at, result.length))
    control.finish(part, isDone ? DONE : REFUSED)
  } catch (error) {
    control.fail(part, error)
  }
}
