/** Depthwise layers: planes staged, padded, convolved and copied out, as many at a time as stay in cache. */
import { Assembler } from '../kernel/assembler.ts'
import { emitDepthwise } from '../kernel/depthwise.ts'
import type { Engine } from '../kernel/engine.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitFinite } from '../pack/weights.ts'
import { type Layer, PLANES, type Plan } from '../plan.ts'
import { deliver, type Operands, type Refusal, type Weights } from './block.ts'
import { depthwisePanel } from './depthwisePanel.ts'

export function depthwise(
  engine: Engine,
  { layer }: Plan,
  { x, weights, bias, target }: Operands,
): Refusal | undefined {
  const { N, G, Co } = layer
  const [R, S] = layer.kernel
  const [P, Q] = layer.out
  const [sh, sw] = layer.stride
  const [top, left] = layer.before
  const panel = depthwisePanel(layer)
  const { pitch, plane } = panel
  const [H, W] = layer.in
  const above = borderOf(-top, panel.rows, H)
  const cells = P * Q
  const most = Math.max(1, Math.min(G, Math.floor(PLANES / Math.max(plane, Co * cells, H * W))))
  const at = engine.layout([
    4 * weights.data.length + 16,
    4 * G * Co * R * S,
    4 * G * Co,
    4 * most * H * W,
    4 * most * plane + 64,
    4 * most * Co * cells + 16,
  ])
  if (at === undefined) return 'no memory'
  const [wStage, wPacked, biasAt, xStage, xPanel, y] = at as [number, number, number, number, number, number]
  const shape = [G, Co, R, S, H, W, ...layer.stride, ...layer.dilation, top, left, P, Q]
  const kernels = engine.kernels(`depthwise ${shape.join()}`, () => {
    const module = new Assembler()
    emitFinite(module, 'finite')
    const border = borderOf(-left, panel.columns, W)
    emitBorder(module, 'border', W, border, { plane: 4 * plane, pitch, phases: sw })
    const steps = { rowStep: 4 * sh * panel.row, xPlane: 4 * plane, yPlane: 4 * cells }
    emitDepthwise(module, { width: Q, height: P, taps: panel.taps, multiplier: Co, ...steps })
    return module
  })
  const view = engine.view
  view.set(weights.data, wStage / 4)
  view.fill(0, wStage / 4 + weights.data.length, wStage / 4 + weights.data.length + 4)
  if (bias) view.set(bias, biasAt / 4)
  else view.fill(0, biasAt / 4, biasAt / 4 + G * Co)
  if (kernels('finite')(wStage, Math.ceil(weights.data.length / 4)) !== 0) return 'not finite'
  const inOrder = weights.first === 0 && weights.column === 1 && weights.row === S && weights.group === Co * R * S
  const w = inOrder ? wStage : wPacked
  if (!inOrder) order(weights, layer, view.subarray(wPacked / 4))
  const run = kernels('run')
  for (let n = 0; n < N; n++) {
    for (let g = 0; g < G; g += most) {
      const planes = Math.min(most, G - g)
      const source = (n * G + g) * H * W
      view.set(x.subarray(source, source + planes * H * W), xStage / 4)
      const from = xStage + 4 * above.from * W
      kernels('border')(from, xPanel, planes, 4 * H * W, above.before, above.copied, above.after)
      run(xPanel, w + 4 * g * Co * R * S, biasAt + 4 * g * Co, y, planes)
      deliver(view, y / 4, cells, { rows: P, columns: Q, channels: planes * Co }, target, (n * G + g) * Co, 0, 0)
    }
  }
  return undefined
}

/** The weights of each output plane, its taps one behind the other. They are few. */
function order({ data, group, first, out, row, column }: Weights, { G, Co, kernel: [R, S] }: Layer, to: Float32Array) {
  let k = 0
  for (let g = 0; g < G; g++) {
    for (let o = 0; o < Co; o++) {
      const start = g * group + first + o * out
      for (let r = 0; r < R; r++) for (let s = 0; s < S; s++) to[k++] = data[start + r * row + s * column]!
    }
  }
}
