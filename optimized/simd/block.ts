/** What a layer is computed from and into, and the copies of blocks between it and WebAssembly memory. */

export interface Weights {
  readonly data: Float32Array
  /** Numbers a group, those of taps that are left out included. */
  readonly group: number
  /** Where weight(o=0, i=0, r=0, s=0) of a group lies in it, and the steps from there; those of a turned kernel are negative. */
  readonly first: number
  readonly out: number
  readonly in: number
  readonly row: number
  readonly column: number
}

/** Where output (p, q) of a plane of the result lies: start + p·row + q·column, planes `plane` apart. */
export interface Target {
  readonly data: Float32Array
  readonly plane: number
  readonly start: number
  readonly row: number
  readonly column: number
}

export interface Operands {
  readonly x: Float32Array
  readonly weights: Weights
  readonly bias: Float32Array | undefined
  readonly target: Target
}

/** Why a layer was not computed here. */
export type Refusal = 'not finite' | 'no memory'

/** Channels of x from `from` on, `length` numbers each, one behind the other. */
export function stage(
  view: Float32Array,
  x: Float32Array,
  source: number,
  channels: number,
  plane: number,
  from: number,
  length: number,
  to: number,
): void {
  if (length === plane) {
    view.set(x.subarray(source, source + channels * plane), to)
    return
  }
  for (let c = 0; c < channels; c++) {
    const start = source + c * plane + from
    view.set(x.subarray(start, start + length), to + c * length)
  }
}

/** A finished block of planes, `cells` apart, to its place in the result. */
export function deliver(
  view: Float32Array,
  from: number,
  cells: number,
  { rows, columns, channels }: { rows: number; columns: number; channels: number },
  { data, plane, start, row, column }: Target,
  firstPlane: number,
  p0: number,
  q0: number,
): void {
  const whole = column === 1 && (rows === 1 || row === columns)
  if (whole && rows * columns === plane && cells === plane) {
    data.set(view.subarray(from, from + channels * plane), firstPlane * plane)
    return
  }
  for (let c = 0; c < channels; c++) {
    const to = (firstPlane + c) * plane + start + p0 * row + q0 * column
    const source = from + c * cells
    if (whole) data.set(view.subarray(source, source + rows * columns), to)
    else {
      for (let p = 0; p < rows; p++) {
        let [at, from] = [to + p * row, source + p * columns]
        for (const end = from + columns; from < end; at += column) data[at] = view[from++]!
      }
    }
  }
}
