import { availableParallelism } from 'node:os'

/** Threads at most: from eight on the copies, which one thread makes, are what takes the time. */
const MOST_THREADS = 8

export const threadsHere = (): number => Math.min(MOST_THREADS, availableParallelism())

interface Globals {
  readonly SharedArrayBuffer?: unknown
  readonly WebAssembly?: unknown
}

/** Why threads cannot share a layer here; undefined where they can. */
export function obstacle(threads = threadsHere(), globals: Globals = globalThis): string | undefined {
  if (threads < 2) return 'there is one core'
  if (typeof globals.SharedArrayBuffer !== 'function') return 'this engine has no SharedArrayBuffer'
  if (typeof globals.WebAssembly !== 'object' || !hasSharedMemory()) return 'this engine has no WebAssembly threads'
  return undefined
}

function hasSharedMemory(): boolean {
  try {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    // Some threads, such as that of a window, may not wait: this throws there.
    Atomics.wait(new Int32Array(buffer), 0, 1, 0)
    return true
  } catch {
    return false
  }
}
