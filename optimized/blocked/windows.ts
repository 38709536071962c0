/** The cells of the input under each pooling window, one axis at a time. */

/** Window p covers from[p], from[p] + dilation, … below to[p]: the cells inside the input, never none. */
export interface Windows {
  readonly from: Int32Array
  readonly to: Int32Array
}

export function windowsOf(
  outputs: number,
  extent: number,
  { kernel, stride, before, dilation }: { kernel: number; stride: number; before: number; dilation: number },
): Windows {
  const from = new Int32Array(outputs)
  const to = new Int32Array(outputs)
  for (let p = 0; p < outputs; p++) {
    const start = p * stride - before
    from[p] = start >= 0 ? start : start + Math.ceil(-start / dilation) * dilation
    to[p] = Math.min(extent, start + (kernel - 1) * dilation + 1)
  }
  return { from, to }
}
