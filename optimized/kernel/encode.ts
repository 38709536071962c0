/**
 * Bytes of the WebAssembly binary format. Source: WebAssembly Core Specification, chapter 5.
 *
 * Code grows from its smallest parts. A statement's are put into each other as they are and written out once it is whole: copied at
 * each step, the 10 KiB of a convolution took 11 ms before V8 saw them; kept as parts until the end, 140 KiB were 10 MB of small arrays,
 * which the garbage collector moved for 30 ms.
 */

/** Bytes, and parts made of bytes, in their order. */
export type Bytes = Uint8Array | readonly (number | Bytes)[]

/** Bytes that grow at their end. */
export class Writer {
  private out = new Uint8Array(1024)
  private length = 0

  write(bytes: Bytes): void {
    if (bytes instanceof Uint8Array) {
      this.reserve(bytes.length)
      this.out.set(bytes, this.length)
      this.length += bytes.length
      return
    }
    for (let i = 0; i < bytes.length; i++) {
      const part = bytes[i]!
      if (typeof part === 'number') this.byte(part)
      else this.write(part)
    }
  }

  byte(value: number): void {
    this.reserve(1)
    this.out[this.length++] = value
  }

  /** What was written, as long as nothing more is. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.out.subarray(0, this.length)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.out.length) return
    const longer = new Uint8Array(Math.max(2 * this.out.length, this.length + more))
    longer.set(this.bytes)
    this.out = longer
  }
}

/** All parts one behind the other. */
export function written(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  writer.write(bytes)
  return writer.bytes
}

/** Numbers of one byte, the same array each time: most indices and counts are. */
const small: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, value) => [value])

/** Unsigned LEB128: seven bits a byte, lowest first, the high bit says that more follow. */
export function unsigned(value: number): readonly number[] {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new RangeError(`assembler: ${value} is no unsigned 32-bit number; offsets, counts and indices must be`)
  }
  if (value < 128) return small[value]!
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** Signed LEB128 of a 32-bit number: ends where the rest is the sign of the last byte, bit 6. */
export function signed(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
    bytes.push(isLast ? low : low + 128)
    if (isLast) return bytes
  }
}

/** The four bytes of a float32, lowest first. */
export const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)]

/** The eight bytes of a float64. */
export const float64 = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)]

/** A name: its length in bytes, then UTF-8. */
export function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)]
  return [...unsigned(bytes.length), ...bytes]
}

/** A vector: how many, then each. */
export const vector = (items: readonly Bytes[]): Bytes => [unsigned(items.length), ...items]

/** How many bytes follow, then those. */
export function sized(contents: Bytes): Bytes {
  const bytes = written(contents)
  return [unsigned(bytes.length), bytes]
}

/** A section: its number, its length in bytes, its contents. */
export const section = (id: number, contents: Bytes): Bytes => [id, sized(contents)]
