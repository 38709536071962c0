/** Fills the panel of x: channels `plane` numbers apart, each a block of rows, with the zeros around it that the layer pads. */
import type { Kernels } from '../kernel/engine.ts'
import { borderOf } from '../pack/border.ts'
import type { Plan } from '../plan.ts'

/** Input channels of one image, from number `source` of x on. */
export interface Channels {
  readonly x: Float32Array
  readonly source: number
  readonly count: number
}

/** Where the copy of x without borders and the panel lie: bytes. */
export interface PanelPlaces {
  readonly stage: number
  readonly panel: number
}

/** Rows p0 … p0+rows−1 of a direct layer see rows `need` of x; `kernels` holds its border. */
export function fillRows(
  view: Float32Array,
  { layer, panelColumns, plane, padded }: Plan,
  kernels: Kernels,
  { x, source, count }: Channels,
  { stage, panel }: PanelPlaces,
  p0: number,
  rows: number,
): void {
  const [H, W] = layer.in
  const need = (rows - 1) * layer.stride[0] + layer.dilation[0] * (layer.kernel[0] - 1) + 1
  const { from, copied, before, after } = borderOf(p0 * layer.stride[0] - layer.before[0], need, H)
  if (padded) {
    copyParts(view, stage / 4, copied * W, x, source + from * W, H * W, count, copied * W)
    kernels('border')(stage, panel, count, 4 * copied * W, before, copied, after)
    return
  }
  for (let c = 0; c < count; c++) {
    const [start, to] = [source + c * H * W + from * W, panel / 4 + c * plane]
    if (panelColumns === W) view.set(x.subarray(start, start + need * W), to)
    else copyParts(view, to, panelColumns, x, start, W, need, panelColumns)
  }
}

/** Outputs q0 … q0+columns−1 of a pointwise layer, counted through its rows, see one cell of x each: channels `columns` numbers apart. */
export function fillColumns(
  view: Float32Array,
  { layer }: Plan,
  { x, source, count }: Channels,
  panel: number,
  q0: number,
  columns: number,
): void {
  const [H, W] = layer.in
  const [sh, sw] = layer.stride
  const Q = layer.out[1]
  if (sh === 1 && sw === 1 && Q === W) {
    copyParts(view, panel / 4, columns, x, source + q0, H * W, count, columns)
  } else {
    let to = panel / 4
    for (let c = 0; c < count; c++) {
      for (let q = q0; q < q0 + columns; ) {
        const end = Math.min(q0 + columns, q - (q % Q) + Q)
        let from = source + c * H * W + Math.floor(q / Q) * sh * W + (q % Q) * sw
        for (; q < end; q++, from += sw) view[to++] = x[from]!
      }
    }
  }
}

/** `count` parts of `length` numbers, `step` apart in x, `pitch` apart in memory. */
export function copyParts(
  view: Float32Array,
  to: number,
  pitch: number,
  x: Float32Array,
  from: number,
  step: number,
  count: number,
  length: number,
): void {
  if (length === step && length === pitch) view.set(x.subarray(from, from + count * length), to)
  else for (let i = 0; i < count; i++) view.set(x.subarray(from + i * step, from + i * step + length), to + i * pitch)
}
