/** How output lanes are cut into blocks of eight, and what the last block holds. */
export interface Lanes {
  readonly full: number
  /** Lanes of the last block that exist, 0…7. */
  readonly rest: number
  /** Width of the last block: 0, 4 or 8. */
  readonly restWidth: 0 | 4 | 8
  /** All lanes, those that do not exist included. */
  readonly padded: number
}

export function lanesOf(count: number): Lanes {
  const full = Math.floor(count / 8)
  const rest = count % 8
  const restWidth = rest === 0 ? 0 : rest <= 4 ? 4 : 8
  return { full, rest, restWidth, padded: full * 8 + restWidth }
}

/** `blocks` and `narrow` of the kernels for all lanes. */
export function allBlocks(count: number): [blocks: number, narrow: number] {
  const { full, rest } = lanesOf(count)
  return [full, rest > 0 ? 1 : 0]
}
