import type { Engine } from '../kernel/engine.ts'
import { W_BIAS } from '../kernel/tile.ts'
import { SCRATCH } from './program.ts'

/** Kernels may read a vector or two, and write three numbers, beyond a tensor: what is there is nobody's. */
const SLACK = 64

/**
 * The memory of a session. What is taken stays taken, at its address, until the session as a whole is garbage; layers run
 * one at a time and share one scratch a thread, the largest that any has asked for.
 */
export class Heap {
  readonly engine: Engine
  private readonly threads: number
  private end = W_BIAS
  private shared = { at: 0, numbers: 0 }

  constructor(engine: Engine, threads = 1) {
    this.engine = engine
    this.threads = threads
  }

  /** Byte address of so many float32, zeros. Throws RangeError when memory has no room. */
  take(numbers: number): number {
    const at = this.end
    const end = at + Math.ceil((4 * numbers) / 64) * 64 + SLACK
    if (!this.engine.reach(end)) {
      throw new RangeError(
        `session: ${numbers} numbers need ${end} bytes of WebAssembly memory with what is held already, and the system has no ` +
          `room for them; hold fewer tensors in one session`,
      )
    }
    this.end = end
    return at
  }

  /**
   * Byte addresses, in the scratch of whichever thread runs, of blocks of so many float32, by name: what runs next overwrites
   * them. A program is bound to the scratch that there is once all of it has been laid out.
   */
  scratch<Name extends string>(numbers: Readonly<Record<Name, number>>): Record<Name, number> {
    const names = Object.keys(numbers) as Name[]
    const sizes = names.map((name) => Math.ceil(numbers[name] / 16) * 16 + 16)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    if (total > this.shared.numbers) this.shared = { at: this.take(this.threads * total), numbers: total }
    let at = SCRATCH
    const starts = names.map((name, i) => {
      const start = at
      at += 4 * sizes[i]!
      return [name, start] as const
    })
    return Object.fromEntries(starts) as Record<Name, number>
  }

  /** Byte address of the scratch of a thread. */
  scratchOf(thread: number): number {
    return this.shared.at + 4 * thread * this.shared.numbers
  }

  floats(at: number, length: number): Float32Array {
    return this.engine.view.subarray(at / 4, at / 4 + length)
  }
}
