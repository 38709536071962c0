import { availableParallelism } from 'node:os'

/** Threads at most: from eight on the copies, which one thread makes, are what takes the time. */
const MOST_THREADS = 8

export const threadsHere = (): number => Math.min(MOST_THREADS, availableParallelism())

/** What an engine may lack. */
interface Globals {
  readonly SharedArrayBuffer?: unknown
  readonly WebAssembly?: MemoryMaker
}
interface MemoryMaker {
  readonly Memory: new (descriptor: WebAssembly.MemoryDescriptor) => { readonly buffer: ArrayBufferLike }
}

/** Why threads cannot share a layer here; undefined where they can. */
export function obstacle(threads = threadsHere(), globals: Globals = globalThis): string | undefined {
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
