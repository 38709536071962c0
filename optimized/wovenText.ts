/** The plan of an input gradient into few channels as lines of text. */
import { forwardLayer } from './layers.ts'
import { flopsOf } from './plan.ts'
import { allOf, boundText, kibibytes } from './planText.ts'
import { type WovenPlan, wovenBlocks } from './woven.ts'

export function wovenText(plan: WovenPlan): string {
  const { sizes, stride, groups, steps, pitch, down } = plan
  const { N, H, W, P, Q, G, Cg, Mg } = sizes
  const blocks = wovenBlocks(plan)
  const layer = forwardLayer(sizes, { stride, padding: [0, 0, 0, 0], dilation: [1, 1], groups: G })
  const lines = [
    ['algorithm', `woven: ${Mg}→${Cg} channels a group, ${G} groups, ${N} images of ${P}×${Q} → ${H}×${W}`],
    ['tile', `four columns by up to ten; ${stride.join('×')} phases of the stride side by side`],
    ['blocks', `${groups} groups, ${Math.min(H, steps * stride[0])} of ${H} rows`],
    ['panel', `${steps + down.reach}×${pitch} of dy, zeros around it`],
    ['memory', `${allOf(blocks)}: weights ${kibibytes(blocks.weights)}, dy ${kibibytes(blocks.stage + blocks.panel)}, results ${kibibytes(blocks.result)}`],
    ['work', `${(flopsOf(layer) / 1e6).toFixed(2)} MFLOP, ${boundText(layer)}`],
    ['kernels', 'finite, border, run'],
  ] // biome-ignore format: one line each
  return lines.map(([name, text]) => `${name!.padEnd(10)}${text}`).join('\n')
}
