/** How operands are laid out for the sweep, and the loops around it. */
import type { Tensor } from '../../reference/tensor.ts'
import { type Sweep, sweepRow, sweepTile, TILE } from './sweep.ts'

type Floats = Tensor['data']

/** Rows of one depth, four interleaved at a time; the rows that do not fill a tile follow one by one. */
export interface Packed {
  readonly data: Float64Array
  readonly rows: number
  readonly depth: number
}

/**
 * Columns that are swept before the next row tile comes, so that their part of b is still near when it does. From 48
 * to uncut no width made a difference beyond the noise of 15 % (64→64 on 56², 32→32 on 224², dense 64×1024×1024): at
 * the rate of scalar code the caches keep up. 48 is a multiple of the columns of both sweeps.
 */
const COLUMNS = 48

/** The numbers in double. Native `set` widens in 0.2 ns a number where a loop takes 3 and the constructor 4.5. */
export function widen(values: Floats): Float64Array {
  const wide = new Float64Array(values.length)
  wide.set(values)
  return wide
}

/** Number k of row i, values[start + i·rowStride + index[k]], goes to its place in the tile of the row. */
export function pack(values: Float64Array, start: number, rows: number, rowStride: number, index: Int32Array): Packed {
  const depth = index.length
  const data = new Float64Array(rows * depth)
  let row = 0
  for (; row + TILE <= rows; row += TILE) {
    const from = start + row * rowStride
    let to = row * depth
    for (let k = 0; k < depth; k++) {
      const at = from + index[k]!
      data[to] = values[at]!
      data[to + 1] = values[at + rowStride]!
      data[to + 2] = values[at + 2 * rowStride]!
      data[to + 3] = values[at + 3 * rowStride]!
      to += TILE
    }
  }
  for (; row < rows; row++) {
    const from = start + row * rowStride
    for (let k = 0; k < depth; k++) data[row * depth + k] = values[from + index[k]!]!
  }
  return { data, rows, depth }
}

/** c += a·b for all rows of a and all columns of the sweep; row i of c starts at cStart + i·cStride. */
export function multiply(
  a: Packed,
  b: Float64Array,
  c: Float64Array,
  cStart: number,
  cStride: number,
  sweep: Sweep,
): void {
  const columns = sweep.source.length
  for (let from = 0; from < columns; from += COLUMNS) {
    const to = Math.min(columns, from + COLUMNS)
    let row = 0
    for (; row + TILE <= a.rows; row += TILE) {
      sweepTile(a.data, row * a.depth, b, c, cStart + row * cStride, cStride, sweep, from, to)
    }
    for (; row < a.rows; row++) sweepRow(a.data, row * a.depth, b, c, cStart + row * cStride, sweep, from, to)
  }
}

/** (channels, cells) from `start` on becomes (cells, channels): a sum over channels then walks neighbours. */
export function channelsLast(values: Floats, start: number, channels: number, cells: number, to: Float64Array): void {
  if (channels === 1) {
    to.set(values.subarray(start, start + cells))
    return
  }
  const plane = new Float64Array(cells)
  for (let c = 0; c < channels; c++) {
    plane.set(values.subarray(start + c * cells, start + (c + 1) * cells))
    for (let i = 0, at = c; i < cells; i++, at += channels) to[at] = plane[i]!
  }
}

/** The numbers 0, step, 2·step, … */
export function ramp(length: number, step: number): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = i * step
  return numbers
}
