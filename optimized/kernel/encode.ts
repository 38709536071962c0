/**
 * Bytes of the WebAssembly binary format. Source: WebAssembly Core Specification, chapter 5.
 *
 * Code grows from its smallest parts, so that parts are put into each other as they are and written out once: copied at each
 * step, the 10 KiB of a convolution took 11 ms before V8 saw them, five times as long as V8 then took.
 */

/** Bytes, and parts made of bytes, in their order. */
export type Bytes = Uint8Array | readonly (number | Bytes)[]

/** All parts one behind the other. */
export function written(bytes: Bytes): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(4096)
  let length = 0
  const grow = (least: number): void => {
    const longer = new Uint8Array(Math.max(2 * out.length, least))
    longer.set(out)
    out = longer
  }
  const write = (part: Bytes): void => {
    if (part instanceof Uint8Array) {
      if (length + part.length > out.length) grow(length + part.length)
      out.set(part, length)
      length += part.length
      return
    }
    for (let i = 0; i < part.length; i++) {
      const item = part[i]!
      if (typeof item !== 'number') write(item)
      else {
        if (length === out.length) grow(length + 1)
        out[length++] = item
      }
    }
  }
  write(bytes)
  return out.slice(0, length)
}

/** Unsigned LEB128: seven bits a byte, lowest first, the high bit says that more follow. */
export function unsigned(value: number): number[] {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new RangeError(`assembler: ${value} is no unsigned 32-bit number; offsets, counts and indices must be`)
  }
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
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return [...bytes, low]
    bytes.push(low + 128)
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
