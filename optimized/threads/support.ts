import { availableParallelism } from 'node:os'

/** Threads of their own accord: one thread makes all copies, and with more of them waits for nothing else. */
const USUAL_THREADS = 8
/** A thread has two parts at most, of 1024 that control.ts has words for. */
const MOST_THREADS = 512

/** As many as asked for, else one a core, eight at most. Throws RangeError. */
export function threadCount(asked?: number): number {
  if (asked === undefined) return Math.min(USUAL_THREADS, availableParallelism())
  if (Number.isInteger(asked) && asked >= 1 && asked <= MOST_THREADS) return asked
  throw new RangeError(
    `threads: ${asked} threads were asked for, whole numbers from 1 to ${MOST_THREADS} can be had; this machine has cores for ` +
      `${availableParallelism()}`,
  )
}

/** What an engine may lack. */
interface Globals {
  readonly SharedArrayBuffer?: unknown
  readonly WebAssembly?: MemoryMaker
}
interface MemoryMaker {
  readonly Memory: new (descriptor: WebAssembly.MemoryDescriptor) => { readonly buffer: ArrayBufferLike }
}

/** Why threads cannot share a layer here; undefined where they can. */
export function obstacle(threads: number, globals: Globals = globalThis): string | undefined {
  if (threads < 2) return 'there is one core'
  if (typeof globals.SharedArrayBuffer !== 'function') return 'this engine has no SharedArrayBuffer'
  if (!globals.WebAssembly || !isShareable(globals.WebAssembly)) return 'this engine has no WebAssembly threads'
  return undefined
}

function isShareable({ Memory }: MemoryMaker): boolean {
  try {
    const { buffer } = new Memory({ initial: 1, maximum: 1, shared: true })
    // Throws where memory is not shared, and in threads that may not wait, such as that of a window.
    Atomics.wait(new Int32Array(buffer), 0, 1, 0)
    return true
  } catch {
    return false
  }
}
