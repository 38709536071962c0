/**
 * How threads agree on who computes what. A job is a row of parts. The main thread releases them one after the other, every
 * thread, itself included, takes the next; a job is over when all of them are finished. A worker that comes late finds
 * nothing to take and harms nobody: what a part is stands in memory before its release and until its end.
 *
 * The words, on the first page of memory: released · 2¹⁶ + taken; how many are finished; the number of the job; then, for each
 * part, its state and where its message lies.
 */
const TICKET = 0
const FINISHED = 1
const JOB = 2
const PARTS = 16
const WORDS_A_PART = 3
const RELEASED = 1 << 16

const MOST_PARTS = 1024
/** Bytes of the words, and of the text of an error behind them. */
const ERROR_AT = 4 * (PARTS + WORDS_A_PART * MOST_PARTS)
const ERROR_BYTES = 1024
/** Where operands begin. */
export const DATA_AT = 65536

/** What became of a part: computed; left to another rung; an error. */
export const DONE = 1
export const REFUSED = 2
export const FAILED = 3

/**
 * How long a thread looks before it sleeps. Waking a sleeping one takes 50 µs and more, and calls follow each other: a network
 * leaves less than that between two layers.
 */
const SPIN_MS = 0.1

export class Control {
  private readonly words: Int32Array
  private readonly text: Buffer

  constructor(memory: WebAssembly.Memory) {
    this.words = new Int32Array(memory.buffer, 0, PARTS + WORDS_A_PART * MOST_PARTS)
    this.text = Buffer.from(memory.buffer, ERROR_AT, ERROR_BYTES)
  }

  /** Only when every part that was released is finished. */
  reset(): void {
    Atomics.store(this.words, FINISHED, 0)
    Atomics.store(this.words, TICKET, 0)
  }

  /** Lets the next part be taken; its message of so many bytes lies at `byte`. */
  release(part: number, byte: number, length: number): void {
    const at = PARTS + part * WORDS_A_PART
    Atomics.store(this.words, at, 0)
    Atomics.store(this.words, at + 1, byte / 4)
    Atomics.store(this.words, at + 2, length)
    Atomics.add(this.words, TICKET, RELEASED)
    Atomics.notify(this.words, TICKET, 1)
  }

  /** All parts of a job at once, that workers know by its number, from 1 on. Only when every part that was released is finished. */
  start(job: number, parts: number): void {
    for (let part = 0; part < parts; part++) Atomics.store(this.words, PARTS + part * WORDS_A_PART, 0)
    Atomics.store(this.words, FINISHED, 0)
    Atomics.store(this.words, JOB, job)
    Atomics.store(this.words, TICKET, parts * RELEASED)
    Atomics.notify(this.words, TICKET)
  }

  /** The job that parts are of; 0 where each has its message. */
  get job(): number {
    return Atomics.load(this.words, JOB)
  }

  /** Takes a part, if one is left. */
  take(): number | undefined {
    for (;;) {
      const ticket = Atomics.load(this.words, TICKET)
      const taken = ticket % RELEASED
      if (taken >= Math.floor(ticket / RELEASED)) return undefined
      if (Atomics.compareExchange(this.words, TICKET, ticket, ticket + 1) === ticket) return taken
    }
  }

  messageOf(part: number): { byte: number; length: number } {
    const at = PARTS + part * WORDS_A_PART
    return { byte: 4 * (Atomics.load(this.words, at + 1) >>> 0), length: Atomics.load(this.words, at + 2) }
  }

  finish(part: number, state: number): void {
    Atomics.store(this.words, PARTS + part * WORDS_A_PART, state)
    Atomics.add(this.words, FINISHED, 1)
    Atomics.notify(this.words, FINISHED)
  }

  fail(part: number, error: unknown): void {
    this.text.fill(0).write(error instanceof Error ? error.message : String(error))
    this.finish(part, FAILED)
  }

  get error(): string {
    return this.text.toString().replace(/\0+$/, '')
  }

  /** 0 while it is computed. */
  stateOf(part: number): number {
    return Atomics.load(this.words, PARTS + part * WORDS_A_PART)
  }

  get finished(): number {
    return Atomics.load(this.words, FINISHED)
  }

  /** Sleeps until there may be something to take. */
  awaitRelease(): void {
    const idle = (): boolean => {
      const ticket = Atomics.load(this.words, TICKET)
      return ticket % RELEASED >= Math.floor(ticket / RELEASED)
    }
    if (!spin(idle)) return
    const ticket = Atomics.load(this.words, TICKET)
    if (idle()) Atomics.wait(this.words, TICKET, ticket)
  }

  /** Sleeps while no more than `seen` parts are finished; false when that lasts longer than the limit. */
  awaitFinish(seen: number, limitMs: number): boolean {
    const idle = (): boolean => this.finished === seen
    return !spin(idle) || Atomics.wait(this.words, FINISHED, seen, limitMs) !== 'timed-out'
  }
}

/** Whether it still held after a while. */
function spin(holds: () => boolean): boolean {
  const end = performance.now() + SPIN_MS
  while (holds()) if (performance.now() > end) return true
  return false
}
