/** The plan of a pooling layer as lines of text: which rung computes it, with which kernels. */
import type { PoolSizes } from '../reference/shape/pooling.ts'
import { allOf } from './planText.ts'
import type { Pooling, PoolPlan, SlidingPool } from './pooling.ts'

export function poolText(pooling: Pooling, sizes: PoolSizes, plan: PoolPlan | undefined): string {
  const { N, C, H, W, R, S, P, Q } = sizes
  const layer = `${N * C} planes of ${H}×${W}, ${P}×${Q} windows of ${R}×${S}`
  const lines = [
    ['algorithm', `${plan?.algorithm ?? 'blocked: portable code'}: ${layer}`],
    ...(plan?.algorithm === 'sliding' ? slidingLines(pooling, plan) : []),
    ['work', `${((N * C * P * Q * R * S) / 1e6).toFixed(2)} million cells of windows`],
    ...(plan === undefined ? [] : [['kernels', KERNELS[pooling][plan.algorithm].join(', ')]]),
  ]
  return lines.map(([name, text]) => `${name!.padEnd(10)}${text}`).join('\n')
}

function slidingLines(pooling: Pooling, { planes, panel, errors, blocks }: SlidingPool): string[][] {
  const parts = [
    ...(panel ? [`${panel.rows}×${panel.columns} of x, ${pooling.startsWith('max') ? '−∞' : 'zeros'} around it`] : []),
    ...(errors ? [`${errors.plane / errors.pitch}×${errors.pitch} errors in float64, zeros around them`] : []),
  ]
  return [
    ['blocks', `${planes} planes`],
    ['panel', parts.join('; ')],
    ['memory', allOf(blocks)],
  ]
}

/** Functions of the modules that simd/pool2d.ts and simd/windows.ts have emitted. */
const KERNELS: Readonly<Record<Pooling, Readonly<Record<PoolPlan['algorithm'], readonly string[]>>>> = {
  maxPool2d: { halving: ['max'], sliding: ['border', 'run (maximum)'] },
  maxPool2dGradient: { halving: ['maxGradient'], sliding: ['border', 'run (place)', 'errors', 'gather'] },
  averagePool2d: { halving: ['average'], sliding: ['border', 'run (mean)'] },
  averagePool2dGradient: { halving: ['averageGradient'], sliding: ['errors', 'gather'] },
}
