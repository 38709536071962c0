/** How the padded planes of a depthwise layer lie: rows above each other, the columns of a stride apart from each other. */
import type { Layer } from '../plan.ts'

export interface DepthwisePanel {
  readonly rows: number
  readonly columns: number
  /** Numbers of the columns of one phase of the stride, of a row, of a plane. */
  readonly pitch: number
  readonly row: number
  readonly plane: number
  /** Byte offset of each tap from an output's first. */
  readonly taps: readonly number[]
}

export function depthwisePanel({
  kernel: [R, S],
  out: [P, Q],
  stride: [sh, sw],
  dilation: [dh, dw],
}: Pick<Layer, 'kernel' | 'out' | 'stride' | 'dilation'>): DepthwisePanel {
  const rows = (P - 1) * sh + dh * (R - 1) + 1
  const columns = (Q - 1) * sw + dw * (S - 1) + 1
  // Rows begin at multiples of 16 bytes; what a last vector reads beyond its row is not kept.
  const pitch = Math.ceil(columns / sw / 4) * 4
  const row = sw * pitch
  const taps = Array.from({ length: R * S }, (_, k) => {
    const [r, s] = [Math.floor(k / S), k % S]
    return 4 * ((r * dh * sw + ((s * dw) % sw)) * pitch + Math.floor((s * dw) / sw))
  })
  return { rows, columns, pitch, row, plane: rows * row, taps }
}
