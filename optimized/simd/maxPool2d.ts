/** Max pooling with windows of any shape: planes staged, bordered by −∞, pooled and copied out, as many at a time as stay in cache. */
import type { MaxPool2dAttributes, Tensor } from '../../reference/contract.ts'
import type { PoolSizes } from '../../reference/shape/pooling.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { emitMaxPool } from '../kernel/maxPool.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { MOST_TAPS } from '../plan.ts'
import { PLANES } from './depthwise.ts'
import { depthwisePanel } from './depthwisePanel.ts'

/** Numbers of the largest plane, with its border, that is pooled here: 512 KiB. */
const LARGEST = 131072

/** F17. x (N,C,H,W) → (N,C,P,Q); undefined where another rung must do it. */
export function slidingMaximum(
  engine: Engine,
  x: Float32Array,
  { N, C, H, W, R, S, P, Q }: PoolSizes,
  { stride, padding: [top, left], dilation }: MaxPool2dAttributes,
): Tensor | undefined {
  const panel = depthwisePanel({ kernel: [R, S], out: [P, Q], stride, dilation })
  const { plane, pitch } = panel
  const cells = P * Q
  const largest = Math.max(H * W, plane, cells)
  if (R * S > MOST_TAPS || largest > LARGEST) return undefined
  const most = Math.max(1, Math.min(N * C, Math.floor(PLANES / largest)))
  // A last vector reads and writes up to three numbers beyond its row.
  const at = engine.place({ x: most * H * W, panel: most * plane + 4, y: most * cells + 4 })
  if (at === undefined) return undefined
  const above = borderOf(-top, panel.rows, H)
  const kernels = engine.kernels(`maxPool ${[H, W, R, S, P, Q, ...stride, ...dilation, left].join()}`, () => {
    const module = new Assembler()
    const border = { plane: 4 * plane, pitch, phases: stride[1], fill: Number.NEGATIVE_INFINITY }
    emitBorder(module, 'border', W, borderOf(-left, panel.columns, W), border)
    const steps = { rowStep: 4 * stride[0] * panel.row, xPlane: 4 * plane, yPlane: 4 * cells }
    emitMaxPool(module, { width: Q, height: P, taps: panel.taps, ...steps })
    return module
  })
  const { view } = engine
  const data = new Float32Array(N * C * cells)
  for (let i = 0; i < N * C; i += most) {
    const planes = Math.min(most, N * C - i)
    view.set(x.subarray(i * H * W, (i + planes) * H * W), at.x / 4)
    kernels('border')(at.x + 4 * above.from * W, at.panel, planes, 4 * H * W, above.before, above.copied, above.after)
    kernels('run')(at.panel, at.y, planes)
    data.set(view.subarray(at.y / 4, at.y / 4 + planes * cells), i * cells)
  }
  return { shape: [N, C, P, Q], data }
}
