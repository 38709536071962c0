/** The jobs that a worker has been told of: calls of kernels over the memory that all threads see. */
import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { kernelsOf } from '../kernel/engine.ts'
import { bound, type Step } from '../session/program.ts'

/** What a worker is told of a job: the calls of each part, and where its own scratch lies. */
export interface Told {
  readonly job: number
  readonly parts: readonly (readonly ToldCall[])[]
  readonly scratch: number
}
interface ToldCall {
  readonly module: WebAssembly.Module
  readonly name: string
  readonly values: readonly number[]
}

export class Known {
  private readonly memory: WebAssembly.Memory
  private readonly jobs = new Map<number, readonly (readonly Step[])[]>()

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory
  }

  /** Computes a part; true. Throws for a job that it has not been told of. */
  run(job: number, part: number): true {
    if (!this.jobs.has(job)) this.listen()
    const steps = this.jobs.get(job)?.[part]
    if (steps === undefined) throw new RangeError(`job ${job} has no part ${part}`)
    for (const step of steps) step()
    return true
  }

  /** What has been sent is there before its job begins. A worker never returns to its event loop: it asks. */
  private listen(): void {
    if (parentPort === null) throw new TypeError('threads: a worker has a parent')
    // What another thread has grown is seen by new instances once this one asks to grow by nothing.
    this.memory.grow(0)
    for (;;) {
      const received: { message: Told } | undefined = receiveMessageOnPort(parentPort)
      if (received === undefined) return
      this.learn(received.message)
    }
  }

  private learn({ job, parts, scratch }: Told): void {
    const instances = new Map<WebAssembly.Module, ReturnType<typeof kernelsOf>>()
    const kernels = (module: WebAssembly.Module) => {
      const instance = instances.get(module) ?? kernelsOf(module, this.memory)
      instances.set(module, instance)
      return instance
    }
    const steps = parts.map((calls) =>
      calls.map(({ module, name, values }) => bound(kernels(module)(name), values, scratch)),
    )
    this.jobs.set(job, steps)
  }
}
