/** Bytes of the WebAssembly binary format. Source: WebAssembly Core Specification, chapter 5. */

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
export const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]

/** A section: its number, its length in bytes, its contents. Built without a spread, as code may be long. */
export const section = (id: number, contents: readonly number[]): number[] =>
  [id].concat(unsigned(contents.length), contents)
