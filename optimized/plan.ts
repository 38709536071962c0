/**
 * From a shape to an algorithm and its block sizes. A layer here is a correlation, whichever operator it comes from:
 *
 *   y[n, g·Co+o, p, q] = b[g·Co+o] + Σ_{i,r,s} x[n, g·Ci+i, p·sh−t+r·dh, q·sw−l+s·dw] · weight(g, o, i, r, s)
 *
 * where t and l may be negative and x is zero outside its bounds.
 */

export interface Layer {
  readonly N: number
  readonly G: number
  readonly Ci: number
  readonly Co: number
  readonly in: readonly [height: number, width: number]
  readonly out: readonly [height: number, width: number]
  readonly kernel: readonly [height: number, width: number]
  readonly stride: readonly [height: number, width: number]
  readonly dilation: readonly [height: number, width: number]
  readonly before: readonly [top: number, left: number]
}

export interface Plan {
  readonly algorithm: 'pointwise' | 'direct' | 'depthwise'
  /** The layer as it is computed: a pointwise one is one row of H·W columns. */
  readonly layer: Layer
  /** Input channels, output rows and columns, and whole images a block. */
  readonly channels: number
  readonly rows: number
  readonly columns: number
  readonly images: number
  /** The panel of x: rows and numbers a row of a block; whether it is padded, or x itself. */
  readonly panelRows: number
  readonly panelColumns: number
  readonly padded: boolean
  readonly flops: number
  /** Bytes of blocks in WebAssembly memory: all but weights and bias, which are packed whole. */
  readonly bytes: number
}

/**
 * Depth of a block: 8 lanes · 4 bytes · 256 is 8 KiB of weights, a quarter of L1. From 128 to 1024, and panels from 32 to
 * 512 KiB, no size made a difference beyond the noise of 10 % on nine layers of ResNet-50: what counts is that there are blocks.
 */
const DEPTH = 256
/** Numbers of a panel of x: 128 KiB, well inside L2. */
const PANEL = 32768
/** Numbers of y a block: 1 MiB. */
const RESULT = 262144

/** Taps that the depthwise kernel unrolls. */
const MOST_TAPS = 49

const ceil = (a: number, b: number): number => Math.ceil(a / b)
/** The size of the fewest equal blocks that are none above `most`. */
export const even = (total: number, most: number): number =>
  ceil(total, ceil(total, Math.max(1, Math.min(total, most))))

/** `flatten` allows to take the rows of a plane for one, where rows of the result follow each other. */
export function planLayer(given: Layer, flatten = true): Plan {
  const [R, S] = given.kernel
  const flops = 2 * given.N * given.G * given.Co * given.Ci * R * S * given.out[0] * given.out[1]
  const layer = flatten && isPointwise(given) ? flattened(given) : given
  const algorithm =
    layer !== given ? 'pointwise' : given.Ci === 1 && given.Co <= 2 && R * S <= MOST_TAPS ? 'depthwise' : 'direct'
  const [P, Q] = layer.out
  const span = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * layer.stride[axis] + layer.dilation[axis] * (layer.kernel[axis] - 1) + 1
  const channels = algorithm === 'depthwise' ? 1 : even(layer.Ci, Math.floor(DEPTH / (R * S)))
  const columns = algorithm === 'pointwise' ? even(Q, Math.max(40, Math.floor(PANEL / channels))) : Q
  const panelColumns = span(1, columns)
  const fits = (rows: number): boolean =>
    channels * span(0, rows) * panelColumns <= PANEL && layer.Co * rows * columns <= RESULT
  let rows = P
  while (rows > 1 && !fits(rows)) rows = even(P, rows - 1)
  const panelRows = span(0, rows)
  const whole = rows === P && columns === Q && channels === layer.Ci && algorithm !== 'depthwise'
  const perImage = Math.max(channels * panelRows * panelColumns, layer.Co * rows * columns)
  const images = whole ? Math.min(layer.N, Math.max(1, Math.floor(PANEL / perImage))) : 1
  const [t, l] = layer.before
  const padded =
    t > 0 ||
    l > 0 ||
    span(0, P) - t > layer.in[0] ||
    span(1, Q) - l > layer.in[1] ||
    l !== 0 ||
    algorithm === 'depthwise'
  const bytes = 4 * images * (2 * channels * panelRows * panelColumns + 2 * layer.Co * rows * columns)
  return { algorithm, layer, channels, rows, columns, images, panelRows, panelColumns, padded, flops, bytes }
}

function isPointwise({ kernel, stride, before, in: [H, W], out: [P, Q] }: Layer): boolean {
  return [...kernel, ...stride].every((v) => v === 1) && before.every((v) => v === 0) && H === P && W === Q
}

function flattened(layer: Layer): Layer {
  const cells = layer.in[0] * layer.in[1]
  return { ...layer, in: [1, cells], out: [1, cells] }
}

/** A plan as lines of text. */
export function planText(plan: Plan): string {
  const { algorithm, layer, channels, rows, columns, images, flops, bytes } = plan
  return [
    `${algorithm}: ${layer.Ci}→${layer.Co} channels a group, ${layer.G} groups, ${layer.N} images of ${layer.in.join('×')} → ${layer.out.join('×')}`,
    `blocks of ${images} images, ${channels} channels, ${rows} rows, ${columns} columns; ${plan.padded ? 'padded panel' : 'panel is x itself'} ${plan.panelRows}×${plan.panelColumns}`,
    `${(flops / 1e6).toFixed(2)} MFLOP, ${(bytes / 1024).toFixed(0)} KiB of blocks, ${bound(plan)}`,
  ].join('\n')
}

/** Below this many operations a number moved, memory is the limit: 50 GFLOP/s over 10 GB/s of copies of four bytes. */
const BALANCE = 20

function bound({
  layer: {
    N,
    G,
    Ci,
    Co,
    in: [H, W],
    out: [P, Q],
  },
  flops,
}: Plan): string {
  const moved = N * G * (Ci * H * W + Co * P * Q)
  const intensity = flops / moved
  return `${intensity.toFixed(0)} operations a number moved: bound by ${intensity < BALANCE ? 'memory' : 'compute'}`
}
