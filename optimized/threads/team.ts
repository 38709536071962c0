/**
 * Threads that compute over one memory, in programs that all of them know beforehand: a run wakes the workers, takes parts as they
 * do, and waits for the last.
 */
import { bound, type Part, type Step } from '../session/program.ts'
import { Arena } from './arena.ts'
import { DONE, FAILED } from './control.ts'
import { Crew } from './crew.ts'
import type { Terms } from './job.ts'
import type { Told } from './known.ts'

export interface TeamOptions extends Terms {
  /** What a worker runs: for tests. */
  readonly worker: URL | undefined
}

/** Threads may compute; they may still write to memory after an error; the calling thread is alone. */
type State = 'together' | 'ending' | 'alone'

export class Team {
  private readonly crew: Crew
  private readonly count: number
  private readonly terms: Terms
  private readonly jobs: ((seat: number) => Told)[] = []
  private state: State = 'together'
  private ended: Promise<void> | undefined

  /** `count` threads in all, the calling one included. */
  constructor(memory: WebAssembly.Memory, count: number, { worker, ...terms }: TeamOptions) {
    this.count = count
    this.terms = terms
    this.crew = new Crew(count - 1, {
      file: worker,
      arena: new Arena(memory),
      greet: (worker, seat) => {
        for (const told of this.jobs) worker.postMessage(told(seat))
      },
    })
  }

  /** How many threads a run has. */
  get size(): number {
    return this.state === 'together' && this.crew.isUsable ? this.count : 1
  }

  /** Why it is one. */
  get obstacle(): string | undefined {
    if (this.state !== 'together') return 'its worker threads have been ended'
    return this.crew.isUsable ? undefined : 'its worker threads ended in an error, one after the other'
  }

  /** Parts that may run side by side, each thread with its own scratch: returns what runs them all. */
  job(parts: readonly Part[], scratchOf: (thread: number) => number): () => void {
    const calls = parts.map((part) => part.map(({ kernels: { module }, name, values }) => ({ module, name, values })))
    const job = this.jobs.length + 1
    const scratches = Array.from({ length: this.count }, (_, thread) => scratchOf(thread))
    const told = (seat: number): Told => ({ job, parts: calls, scratch: scratches[seat]! })
    this.jobs.push(told)
    this.crew.tell((worker, seat) => worker.postMessage(told(seat)))
    const own = parts.map((part) => part.map((c) => bound(c.kernels(c.name), c.values, scratches[0]!)))
    return () => this.run(job, own)
  }

  /** From now on the calling thread computes alone. */
  close(): Promise<void> {
    if (this.state === 'together') this.state = 'alone'
    return this.end()
  }

  private end(): Promise<void> {
    this.ended ??= this.crew.stop().then(() => {
      this.state = 'alone'
    })
    return this.ended
  }

  private run(job: number, parts: readonly (readonly Step[])[]): void {
    if (this.state === 'ending')
      throw new Error(
        'session: the worker threads of a run that failed are being ended; await close(), then run again, on one thread',
      )
    if (this.state === 'alone') {
      for (const part of parts) for (const step of part) step()
      return
    }
    try {
      this.share(job, parts)
    } catch (error) {
      // Parts may still be computed.
      this.state = 'ending'
      void this.end()
      throw error
    }
  }

  private share(job: number, parts: readonly (readonly Step[])[]): void {
    const { crew, terms } = this
    const { control } = crew
    crew.start()
    control.start(job, parts.length)
    let own = 0
    for (let part = this.take(); part !== undefined; part = this.take()) {
      for (const step of parts[part]!) step()
      control.finish(part, DONE)
      own++
    }
    for (let seen = control.finished; seen < parts.length; seen = control.finished)
      if (!control.awaitFinish(seen, terms.limitMs)) throw new Error(silence(parts.length - seen, terms.limitMs))
    if (own === parts.length) return
    for (let part = 0; part < parts.length; part++)
      if (control.stateOf(part) === FAILED)
        throw new Error(`session: a worker thread failed: ${control.error}; ${MEND}`)
    crew.worked()
  }

  private take(): number | undefined {
    return this.terms.onlyWorkers ? undefined : this.crew.control.take()
  }
}

const MEND = 'what the layer wrote is of no use: await close(), then run again, on one thread'

const silence = (left: number, limitMs: number): string =>
  `session: no worker thread answered within ${limitMs / 1000} s, ${left} parts of the layer are still with them; ${MEND}`
