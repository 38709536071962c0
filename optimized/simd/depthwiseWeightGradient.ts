import type { Conv2dSizes } from '../../reference/shape/convolution.ts'
import { Assembler } from '../kernel/assembler.ts'
import { emitDepthwiseGradient } from '../kernel/depthwiseGradient.ts'
import type { Engine } from '../kernel/engine.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitFinite } from '../pack/weights.ts'
import type { Layer } from '../plan.ts'
import { depthwisePanel } from './depthwisePanel.ts'

/** Numbers of planes handled at a time: 128 KiB. */
const PLANES = 32768

/** Layers of one map a channel. */
export const isDepthwise = ({ Cg, Mg, G }: Conv2dSizes): boolean => Cg === 1 && Mg === 1 && G > 1

/** F27 of a depthwise layer; false where operands are not finite or memory does not hold them. dw is all zeros before. */
export function depthwiseWeightGradient(
  engine: Engine,
  layer: Layer,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
): boolean {
  const { N, G, in: [H, W], out: [P, Q], kernel: [R, S], stride: [sh, sw], before: [top, left] } = layer // biome-ignore format: one line
  const panel = depthwisePanel(layer)
  const vectors = Math.ceil(Q / 4)
  const most = Math.max(1, Math.min(G, Math.floor(PLANES / Math.max(panel.plane, H * W))))
  const at = engine.place({
    xStage: most * H * W + 4,
    xPanel: most * panel.plane + 16,
    dyStage: most * P * Q + 4,
    dyPanel: most * P * 4 * vectors,
    sums: G * R * S,
  })
  if (at === undefined) return false
  const key = ['depthwise weights', H, W, P, Q, R, S, ...layer.stride, ...layer.dilation, top, left].join()
  const kernels = engine.kernels(key, () => {
    const module = new Assembler()
    emitFinite(module, 'finite')
    const { pitch, plane, taps, row } = panel
    emitBorder(module, 'border', W, borderOf(-left, panel.columns, W), { plane: 4 * plane, pitch, phases: sw })
    const whole = { plane: 16 * vectors * P, pitch: 4 * vectors, phases: 1 }
    emitBorder(module, 'fill', Q, borderOf(0, 4 * vectors, Q), whole)
    emitDepthwiseGradient(module, { height: P, vectors, taps, rowStep: 4 * sh * row, xPlane: 4 * plane })
    return module
  })
  const view = engine.view
  const above = borderOf(-top, panel.rows, H)
  const [finite, border, fill, gradient] = ['finite', 'border', 'fill', 'gradient'].map((name) => kernels(name))
  /** Numbers into memory; false where one is not finite, which a zero of the padding may not meet. */
  const stage = (from: Float32Array, start: number, count: number, to: number): boolean => {
    view.set(from.subarray(start, start + count), to / 4)
    view.fill(0, to / 4 + count, to / 4 + count + 4)
    return finite!(to, Math.ceil(count / 4)) === 0
  }
  view.fill(0, at.sums / 4, at.sums / 4 + G * R * S)
  for (let n = 0; n < N; n++) {
    for (let g = 0; g < G; g += most) {
      const planes = Math.min(most, G - g)
      if (!stage(x, (n * G + g) * H * W, planes * H * W, at.xStage)) return false
      if (!stage(dy, (n * G + g) * P * Q, planes * P * Q, at.dyStage)) return false
      border!(at.xStage + 4 * above.from * W, at.xPanel, planes, 4 * H * W, above.before, above.copied, above.after)
      const end = at.xPanel / 4 + planes * panel.plane
      view.fill(0, end, end + 16)
      fill!(at.dyStage, at.dyPanel, planes, 4 * P * Q, 0, P, 0)
      gradient!(at.xPanel, at.dyPanel, at.sums + 4 * g * R * S, planes)
    }
  }
  dw.set(view.subarray(at.sums / 4, at.sums / 4 + G * R * S))
  return true
}
