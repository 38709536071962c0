/** The workers: started when first needed, started anew when one has ended, no reason for a process to stay. */
import { Worker } from 'node:worker_threads'
import { Arena } from './arena.ts'
import { Control } from './control.ts'

/** What a worker runs: worker.js beside this file when built, and what loads worker.ts else. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './source.mjs' : './worker.js', import.meta.url)

/** Workers that end in an error one after the other, none of them having computed anything: then no more are started. */
const MOST_FAILURES = 3

export class Crew {
  arena = new Arena()
  control = new Control(this.arena.memory)
  private readonly workers = new Set<Worker>()
  private readonly size: number
  private readonly file: URL
  private failures = 0

  constructor(size: number, file = workerFile) {
    this.size = size
    this.file = file
  }

  /** Has as many workers as it should; those that are new take part as soon as they have loaded. */
  start(): void {
    while (this.workers.size < this.size && this.failures < MOST_FAILURES) this.workers.add(this.startOne())
  }

  /** A worker has computed a part: it is no failure. */
  worked(): void {
    this.failures = 0
  }

  get alive(): number {
    return this.workers.size
  }

  /** Ends all workers and leaves the memory to whoever still writes to it. */
  async stop(): Promise<void> {
    const workers = [...this.workers]
    this.workers.clear()
    this.arena = new Arena()
    this.control = new Control(this.arena.memory)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  private startOne(): Worker {
    // Flags of the parent are the process's own already, and a loader of the parent is not needed.
    const worker = new Worker(this.file, { workerData: this.arena.memory, execArgv: [] })
    worker.unref()
    let reason = 'it gave no reason'
    worker.on('error', ({ message }: Error) => {
      reason = message
    })
    worker.on('exit', (code) => {
      // One that was stopped is not there any more.
      if (!this.workers.delete(worker) || code === 0 || ++this.failures < MOST_FAILURES) return
      process.emitWarning(`threads: ${MOST_FAILURES} workers ended, computing on one thread from now on: ${reason}`)
    })
    return worker
  }
}
