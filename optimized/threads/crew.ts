/** The workers: started when first needed, started anew when one has ended, no reason for a process to stay. */
import { Worker } from 'node:worker_threads'
import { Arena } from './arena.ts'
import { Control } from './control.ts'

/** What a worker runs: worker.js beside this file when built, and what loads worker.ts else. */
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './source.mjs' : './worker.js', import.meta.url)

/** Workers that end in an error one after the other, none of them having computed anything: then no more are started. */
const MOST_FAILURES = 3

export interface CrewOptions {
  /** What a worker runs: for tests. */
  readonly file?: URL | undefined
  readonly arena?: Arena
  /** Tells a new worker, the first being 1, what it must know. */
  readonly greet?: (worker: Worker, seat: number) => void
}

export class Crew {
  readonly arena: Arena
  readonly control: Control
  private readonly workers = new Map<number, Worker>()
  private readonly size: number
  private readonly file: URL
  private readonly greet: CrewOptions['greet']
  private failures = 0

  constructor(size: number, { file = workerFile, arena = new Arena(), greet }: CrewOptions = {}) {
    this.size = size
    this.file = file
    this.arena = arena
    this.control = new Control(arena.memory)
    this.greet = greet
  }

  /** Has as many workers as it should; those that are new take part as soon as they have loaded. */
  start(): void {
    if (this.workers.size === this.size) return
    for (let seat = 1; seat <= this.size && this.isUsable; seat++)
      if (!this.workers.has(seat)) this.workers.set(seat, this.startOne(seat))
  }

  /** A worker has computed a part: it is no failure. */
  worked(): void {
    this.failures = 0
  }

  /** False once workers have ended in an error again and again. */
  get isUsable(): boolean {
    return this.failures < MOST_FAILURES
  }

  get alive(): number {
    return this.workers.size
  }

  /** For each worker there is, as `greet` for those to come. */
  tell(what: (worker: Worker, seat: number) => void): void {
    for (const [seat, worker] of this.workers) what(worker, seat)
  }

  /** Ends all workers. Until they have, the memory is theirs as well. */
  async stop(): Promise<void> {
    const workers = [...this.workers.values()]
    this.workers.clear()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  private startOne(seat: number): Worker {
    // Flags of the parent are the process's own already, and a loader of the parent is not needed.
    const worker = new Worker(this.file, { workerData: this.arena.memory, execArgv: [] })
    worker.unref()
    let reason = 'it gave no reason'
    worker.on('error', ({ message }: Error) => {
      reason = message
    })
    worker.on('exit', (code) => {
      // One that was stopped is not there any more.
      if (this.workers.get(seat) !== worker) return
      this.workers.delete(seat)
      if (code === 0 || ++this.failures < MOST_FAILURES) return
      process.emitWarning(`threads: ${MOST_FAILURES} workers ended, computing on one thread from now on: ${reason}`)
    })
    this.greet?.(worker, seat)
    return worker
  }
}
