/** Input gradients into few channels: blocks of groups, or of rows of one, staged, padded, summed and copied out. */
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { emitWoven } from '../kernel/woven.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitFinite } from '../pack/weights.ts'
import { rowsMet, type WovenPlan, wovenBlocks } from '../woven.ts'
import type { Refusal } from './block.ts'
import { copyParts } from './panel.ts'

export interface WovenOperands {
  readonly dy: Float32Array
  readonly w: Float32Array
  readonly b: Float32Array | undefined
}

/** Fills `dx`, or says why not; what was written until then does not count. */
export function woven(
  engine: Engine,
  plan: WovenPlan,
  { dy, w, b }: WovenOperands,
  dx: Float32Array,
): Refusal | undefined {
  const { sizes, groups, steps, yPlane } = plan
  const { N, H, W, P, Q, R, S, G, Cg, Mg } = sizes
  const [sh] = plan.stride
  const weights = Mg * Cg * R * S
  const at = engine.place({ ...wovenBlocks(plan) })
  if (at === undefined) return 'no memory'
  const kernels = engine.kernels(keyOf(plan), () => emit(plan))
  const [finite, border, run] = [kernels('finite'), kernels('border'), kernels('run')]
  const view = engine.view
  const all = Math.ceil(H / sh)
  view.fill(0, at.bias / 4, at.bias / 4 + groups * Cg)
  for (let g = 0; g < G; g += groups) {
    const some = Math.min(groups, G - g)
    view.set(w.subarray(g * weights, (g + some) * weights), at.weights / 4)
    view.fill(0, at.weights / 4 + some * weights, at.weights / 4 + some * weights + 4)
    if (finite(at.weights, Math.ceil((some * weights) / 4)) !== 0) return 'not finite'
    if (b) view.set(b.subarray(g * Cg, (g + some) * Cg), at.bias / 4)
    for (let n = 0; n < N; n++) {
      for (let i0 = 0; i0 < all; i0 += steps) {
        const met = Math.min(steps, all - i0)
        const rows = rowsMet(plan, i0, met)
        const source = ((n * G + g) * Mg * P + rows.from) * Q
        copyParts(view, at.stage / 4, rows.copied * Q, dy, source, P * Q, some * Mg, rows.copied * Q)
        border(at.stage, at.panel, some * Mg, 4 * rows.copied * Q, rows.before, rows.copied, rows.after)
        const whole = Math.min(met, Math.floor(H / sh) - i0)
        run(at.panel, at.weights, at.bias, at.result, some, whole, met - whole)
        const lines = Math.min(H - i0 * sh, met * sh) * W
        const to = (n * G + g) * Cg * H * W + i0 * sh * W
        for (let c = 0; c < some * Cg; ) {
          // Planes that lie whole and one behind the other are copied as one.
          const planes = yPlane === H * W && lines === H * W ? some * Cg : 1
          const from = at.result / 4 + c * yPlane
          dx.set(view.subarray(from, from + planes * lines), to + c * H * W)
          c += planes
        }
      }
    }
  }
  return undefined
}

function keyOf({ sizes, stride, down, across, groups, steps }: WovenPlan): string {
  const { H, W, Q, R, S, Cg, Mg } = sizes
  return `woven ${JSON.stringify([H, W, Q, R, S, Cg, Mg, stride, down, across, groups, steps])}`
}

function emit({ sizes, stride, down, across, pitch, plane, yPlane }: WovenPlan): Assembler {
  const { H, W, Q, R, S, Cg, Mg } = sizes
  const module = new Assembler()
  emitFinite(module, 'finite')
  emitBorder(module, 'border', Q, borderOf(across.start, pitch, Q), { plane: 4 * plane, pitch, phases: 1 })
  emitWoven(module, {
    channels: Cg,
    maps: Mg,
    kernel: [R, S],
    height: H,
    width: W,
    stride,
    down: down.phases,
    across: across.phases,
    pitch: 4 * pitch,
    plane: 4 * plane,
    yPlane: 4 * yPlane,
    fused: hasFusedMultiplyAdd,
  })
  return module
}
