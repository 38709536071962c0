/** Runs a layer block by block: stage rows of x, pad them, slide, copy the finished block of y into the result. */
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep, FIRST, LAST, type Sum } from '../kernel/tile.ts'
import { type Border, borderOf, emitBorder } from '../pack/border.ts'
import { emitFinite, emitPack, type Step } from '../pack/weights.ts'
import { type Layer, type Plan, planLayer } from '../plan.ts'
import { copyRows, deliver, type Refusal, stage, type Target, type Weights } from './block.ts'
import { depthwise } from './depthwise.ts'

/** Fills the target, or says why not; what was written until then does not count. */
export function correlate(
  engine: Engine,
  layer: Layer,
  x: Float32Array,
  weights: Weights,
  bias: Float32Array | undefined,
  target: Target,
): Refusal | undefined {
  const plan = planLayer(layer, target.column === 1 && target.row === layer.out[1])
  if (plan.algorithm === 'depthwise') return depthwise(engine, plan, x, weights, bias, target)
  return direct(engine, plan, x, weights, bias, target)
}

function direct(
  engine: Engine,
  plan: Plan,
  x: Float32Array,
  weights: Weights,
  bias: Float32Array | undefined,
  target: Target,
): Refusal | undefined {
  const { layer, images, padded } = plan
  const { N, G, Ci, Co } = layer
  const [R, S] = layer.kernel
  const [H, W] = layer.in
  const [P, Q] = layer.out
  const [sh] = layer.stride
  const [top, left] = layer.before
  const { padded: lanes } = lanesOf(Co)
  const depth = Ci * R * S
  const pitch = plan.panelColumns
  const plane = plan.panelRows * pitch
  const image = plan.channels * plane
  const cells = plan.rows * plan.columns
  const blocked = plan.channels < Ci
  const staged = padded ? plan.channels * plan.panelRows * W * images : 0
  const at = engine.layout([
    4 * weights.group + 16,
    4 * lanes * depth,
    4 * lanes,
    4 * staged,
    4 * images * image,
    blocked ? 4 * images * lanes * cells : 0,
    4 * images * Co * cells,
  ])
  if (at === undefined) return 'no memory'
  const [wStage, wPacked, biasAt, xStage, xPanel, panel, y] = at as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const key = [
    'direct', Ci, Co, R, S, H, W, ...layer.stride, ...layer.dilation, left, plan.channels, plan.rows,
    weights.out, weights.in, weights.row, weights.column, padded, images,
  ].join() // biome-ignore format: one key

  for (let g = 0; g < G; g++) {
    const view = engine.view
    view.set(weights.data.subarray(g * weights.group, (g + 1) * weights.group), wStage / 4)
    view.fill(0, wStage / 4 + weights.group, wStage / 4 + weights.group + 4)
    view.fill(0, biasAt / 4, biasAt / 4 + lanes)
    if (bias) view.set(bias.subarray(g * Co, (g + 1) * Co), biasAt / 4)
    for (let q0 = 0; q0 < Q; q0 += plan.columns) {
      const columns = Math.min(plan.columns, Q - q0)
      const border = borderOf(q0 * layer.stride[1] - left, pitch, W)
      const kernels = engine.kernels(`${key},${columns}`, () => emit(plan, weights, columns, border))
      if (q0 === 0) {
        if (padded && kernels('finite')(wStage, Math.ceil(weights.group / 4)) !== 0) return 'not finite'
        kernels('pack')(wStage + 4 * weights.first, wPacked)
      }
      for (let n = 0; n < N; n += images) {
        const together = Math.min(images, N - n)
        for (let p0 = 0; p0 < P; p0 += plan.rows) {
          const rows = Math.min(plan.rows, P - p0)
          const need = (rows - 1) * sh + layer.dilation[0] * (R - 1) + 1
          const above = borderOf(p0 * sh - top, need, H)
          for (let c = 0; c < Ci; c += plan.channels) {
            const channels = Math.min(plan.channels, Ci - c)
            for (let i = 0; i < together; i++) {
              const source = (((n + i) * G + g) * Ci + c) * H * W
              const to = xPanel / 4 + i * image
              if (padded) {
                stage(view, x, source, channels, H * W, above.from * W, above.copied * W, xStage / 4)
                kernels('border')(
                  xStage, 4 * to, channels, 4 * above.copied * W, above.before, above.copied, above.after,
                ) // biome-ignore format: one call
              } else if (plan.algorithm === 'pointwise') {
                for (let k = 0; k < channels; k++) {
                  const start = source + k * W + q0
                  view.set(x.subarray(start, start + columns), to + k * plane)
                }
              } else {
                for (let k = 0; k < channels; k++)
                  copyRows(view, x, source + k * H * W + above.from * W, need, W, to + k * plane, pitch)
              }
            }
            const mode = (c === 0 ? FIRST : 0) | (c + channels === Ci ? LAST : 0)
            kernels('run')(xPanel, wPacked, c * R * S, biasAt, panel, y, together, rows, channels, mode)
          }
          for (let i = 0; i < together; i++) {
            const from = y / 4 + i * Co * cells
            deliver(view, from, cells, { rows, columns, channels: Co }, target, ((n + i) * G + g) * Co, p0, q0)
          }
        }
      }
    }
  }
  return undefined
}

function emit(plan: Plan, weights: Weights, columns: number, border: Border): Assembler {
  const { layer, panelRows, panelColumns: pitch } = plan
  const { Ci, Co } = layer
  const [R, S] = layer.kernel
  const plane = 4 * panelRows * pitch
  const cells = 4 * plan.rows * plan.columns
  const module = new Assembler()
  const steps: Step[] = [
    { times: Ci, step: weights.in },
    { times: R, step: weights.row },
    { times: S, step: weights.column },
  ]
  emitPack(module, 'pack', Co, weights.out, steps)
  emitFinite(module, 'finite')
  if (plan.padded) emitBorder(module, 'border', layer.in[1], border, { plane, pitch, phases: 1 })
  emitSlide(module, {
    lanes: Co,
    columns: Array.from({ length: columns }, (_, q) => 4 * q * layer.stride[1]),
    rowStep: 4 * layer.stride[0] * pitch,
    imageStep: plan.channels * plane,
    sum: sumOf(layer, pitch, plane),
    weightsPerLane: 4 * Ci * R * S,
    finish: { kind: 'planes', plane: cells },
    yColumn: 4,
    yRow: 4 * columns,
    yImage: Co * cells,
    yLane: cells,
    fused: hasFusedMultiplyAdd,
  })
  return module
}

/** Taps unrolled in one loop iteration: beyond, code no longer fits where instructions are kept decoded. */
const MOST_TAPS = 32

/** Channels outermost, then rows and columns of the kernel: unrolled where they are few. */
function sumOf({ kernel: [R, S], dilation: [dh, dw] }: Layer, pitch: number, plane: number): Sum {
  const row = Array.from({ length: S }, (_, s) => 4 * s * dw)
  const down = 4 * dh * pitch
  if (R * S <= MOST_TAPS) {
    const taps = Array.from({ length: R }, (_, r) => row.map((offset) => r * down + offset)).flat()
    return deep(taps, plane, R * S === 1 ? 8 : R * S <= 4 ? 2 : 1)
  }
  const inner: Sum =
    S <= MOST_TAPS
      ? { kind: 'taps', offsets: row }
      : { kind: 'loop', times: S, step: 4 * dw, body: { kind: 'taps', offsets: [0] } }
  const rows: Sum = { kind: 'loop', times: R, step: down, body: inner }
  return { kind: 'loop', times: (count) => count, step: plane, body: rows }
}
