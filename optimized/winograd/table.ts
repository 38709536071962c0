/**
 * The tables by which kernels find the tiles of a chunk: where each begins in x and y, how much of it lies in y, and which cells of
 * its patch are cells of x.
 */
import { ENTRY, PATCH, PRODUCTS, STEP } from './block.ts'
import type { Layer, Plan } from './plan.ts'

/** Bytes of a mask: 36 vectors, all ones where the cell exists. */
const MASK_BYTES = 16 * PRODUCTS

/** What is the same for all tiles of one row or column of tiles. */
interface Span {
  /** Coordinate in y, results that exist, coordinate in x. */
  readonly at: number
  readonly results: number
  readonly from: number
  /** One bit a cell of the patch that exists. */
  readonly cells: number
}

const ALL = 2 ** PATCH - 1

function spansOf(count: number, outputs: number, extent: number, before: number): Span[] {
  return Array.from({ length: count }, (_, tile) => {
    const at = tile * STEP
    const from = at - before
    let cells = 0
    for (let i = 0; i < PATCH; i++) if (from + i >= 0 && from + i < extent) cells |= 1 << i
    return { at, results: Math.min(STEP, outputs - at), from, cells }
  })
}

export interface Table {
  /** Entries of `ENTRY`, a tile each; masks are numbered from 1, 0 is none. */
  readonly entries: Int32Array
  readonly masks: Int32Array
  /** How far patches reach before the first and beyond the last number of a chunk of x, in numbers. */
  readonly before: number
  readonly beyond: number
}

export function tableOf({ Ci, Co, in: [H, W], out: [P, Q], before }: Layer, plan: Plan): Table {
  const rows = spansOf(plan.tileRows, P, H, before[0])
  const columns = spansOf(plan.tileColumns, Q, W, before[1])
  const masks = new Map<number, number>()
  const entries = new Int32Array((plan.images * rows.length * columns.length * ENTRY.bytes) / 4)
  let at = 0
  for (let n = 0; n < plan.images; n++) {
    for (const row of rows) {
      for (const column of columns) {
        entries[at + ENTRY.x / 4] = 4 * (n * Ci * H * W + row.from * W + column.from)
        entries[at + ENTRY.mask / 4] = maskOf(row.cells, column.cells)
        entries[at + ENTRY.y / 4] = 4 * (n * Co * P * Q + row.at * Q + column.at)
        entries[at + ENTRY.rows / 4] = row.results
        entries[at + ENTRY.columns / 4] = column.results
        at += ENTRY.bytes / 4
      }
    }
  }
  const last = (spans: readonly Span[]): number => spans[spans.length - 1]!.from + PATCH
  return {
    entries,
    masks: drawn([...masks.keys()]),
    before: Math.max(0, before[0] * W + before[1]),
    // Channels are transformed four at a time, so up to three planes that do not exist are read.
    beyond: 3 * H * W + Math.max(0, last(rows) - H + 1) * W + Math.max(0, last(columns)) + PATCH,
  }

  function maskOf(rowCells: number, columnCells: number): number {
    if (rowCells === ALL && columnCells === ALL) return 0
    const key = rowCells * (ALL + 1) + columnCells
    const known = masks.get(key) ?? masks.size + 1
    masks.set(key, known)
    return known
  }
}

function drawn(keys: readonly number[]): Int32Array {
  const masks = new Int32Array((keys.length * MASK_BYTES) / 4)
  for (const [index, key] of keys.entries()) {
    const [rowCells, columnCells] = [Math.floor(key / (ALL + 1)), key % (ALL + 1)]
    for (let i = 0; i < PRODUCTS; i++) {
      const exists = (rowCells >> Math.floor(i / PATCH)) & (columnCells >> (i % PATCH)) & 1
      masks.fill(-exists, (index * MASK_BYTES) / 4 + 4 * i, (index * MASK_BYTES) / 4 + 4 * i + 4)
    }
  }
  return masks
}

/** Puts both tables into memory, masks by their addresses. */
export function placeTable(memory: ArrayBufferLike, { entries, masks }: Table, at: number, masksAt: number): void {
  new Int32Array(memory, masksAt, masks.length).set(masks)
  const placed = new Int32Array(memory, at, entries.length)
  placed.set(entries)
  for (let i = ENTRY.mask / 4; i < placed.length; i += ENTRY.bytes / 4) {
    const mask = placed[i]!
    if (mask > 0) placed[i] = masksAt + (mask - 1) * MASK_BYTES
  }
}
