/** The memory that all threads see: a page of words for their agreement (control.ts), then operands and results. */

import { grown, PAGE } from '../kernel/pages.ts'

/** Addresses of float32 beyond are not whole pages any more: 4 GiB less one. */
const MOST_PAGES = 65535

/** A part as it lies in memory. Positions count float32 from the start of it. */
export interface Message {
  readonly operator: string
  readonly attributes: object
  readonly operands: Readonly<Record<string, { readonly shape: readonly number[]; readonly at: number }>>
  readonly result: { readonly at: number; readonly length: number }
}

export class Arena {
  readonly memory: WebAssembly.Memory

  constructor(memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared: true })) {
    this.memory = memory
  }

  /** Makes room for so many bytes in all; false when the system has none. */
  reserve(bytes: number): boolean {
    const missing = Math.ceil(bytes / PAGE) - this.memory.buffer.byteLength / PAGE
    return missing <= 0 || grown(this.memory, missing)
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.bufferOf(4 * (at + length)), 4 * at, length)
  }

  write(message: string, byte: number): void {
    Buffer.from(this.bufferOf(byte), byte).write(message)
  }

  read(byte: number, length: number): Message {
    return JSON.parse(Buffer.from(this.bufferOf(byte + length), byte, length).toString())
  }

  /** What another thread has grown is seen here at the latest when this one asks to grow by nothing. */
  private bufferOf(bytes: number): ArrayBuffer {
    if (this.memory.buffer.byteLength < bytes) this.memory.grow(0)
    return this.memory.buffer
  }
}
