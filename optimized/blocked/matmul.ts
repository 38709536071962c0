import type { Tensor } from '../../reference/tensor.ts'
import { multiply, pack, ramp, widen } from './panel.ts'

/** A matrix inside an array: element (i,k) lies at i·row + k·depth. */
export interface Matrix {
  readonly data: Tensor['data']
  readonly rows: number
  readonly row: number
  readonly depth: number
}

/**
 * c[j·cColumn + i·cRow] += Σ_k a[i,k] · b[j,k]: the product of a with b transposed. The three products of a dense
 * layer differ in which operand is read along its rows. Cutting the sums at 128 … 2048 terms gained nothing.
 */
export function matmul(
  a: Matrix,
  b: Matrix,
  depth: number,
  c: Float64Array,
  { cRow, cColumn }: { cRow: number; cColumn: number },
): void {
  const packed = pack(widen(a.data), 0, a.rows, a.row, ramp(depth, a.depth))
  const right = b.depth === 1 ? widen(b.data) : transposed(widen(b.data), depth, b.rows)
  const sweep = {
    aRun: Int32Array.of(0),
    bRun: Int32Array.of(0),
    length: depth,
    step: 1,
    source: ramp(b.rows, depth),
    target: ramp(b.rows, cColumn),
  }
  multiply(packed, right, c, 0, cRow, sweep)
}

/** (rows, columns) → (columns, rows). Read along rows: writes are the cheaper ones to scatter. */
function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(values.length)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j]!
  }
  return turned
}
