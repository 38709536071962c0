/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536

/** Makes a memory so many pages larger; false where the system has none. */
export function grown(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
