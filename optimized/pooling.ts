/** From the shape of a pooling layer to the kernels that compute it, and what of WebAssembly memory they take. */
import type { Padding, Pair } from '../reference/contract.ts'
import type { PoolSizes } from '../reference/shape/pooling.ts'
import type { ErrorPanel } from './kernel/windowGradient.ts'
import { type Phase, phasesOf } from './phase.ts'
import { MOST_TAPS, PLANES } from './plan.ts'
import { type DepthwisePanel, depthwisePanel } from './simd/depthwisePanel.ts'

export const poolings = ['maxPool2d', 'maxPool2dGradient', 'averagePool2d', 'averagePool2dGradient'] as const
export type Pooling = (typeof poolings)[number]

export interface PoolWindow {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  /** 1 where left out, as in a mean. */
  readonly dilation?: Pair
}

/** Windows of 2×2 side by side halve a plane (kernel/halving.ts); others slide over it (kernel/window.ts, windowMean.ts, windowGradient.ts). */
export type PoolPlan = { readonly algorithm: 'halving' } | SlidingPool

export interface SlidingPool {
  readonly algorithm: 'sliding'
  /** Planes staged, pooled and copied out at a time. */
  readonly planes: number
  /** The padded planes of x, which the gradient of a mean does without. */
  readonly panel: DepthwisePanel | undefined
  /** Where a gradient keeps its errors. */
  readonly errors: ErrorPlan | undefined
  /** Numbers of each block in memory. */
  readonly blocks: Readonly<Record<PoolBlock, number>>
}

type PoolBlock = 'x' | 'panel' | 'table' | 'sums' | 'places' | 'dy' | 'errors' | 'result'

/** The panel of errors: zeros around P×Q of them, as far as cells of x look for a window. */
export interface ErrorPlan extends ErrorPanel {
  /** Cells of x from one of a phase to the next: the stride, or the whole axis where there is one window. */
  readonly stride: Pair
  readonly before: readonly [top: number, left: number]
  readonly down: readonly Phase[]
  readonly across: readonly Phase[]
}

/** Numbers of the largest plane, with what surrounds it, that slides: 512 KiB. */
const LARGEST = 131072
/** Phases that a gradient has code for. */
const MOST_PHASES = 64

/** Undefined where the portable rung must do it: planes above 512 KiB, windows above 49 columns, in gradients above 49 cells. */
export function planPool(pooling: Pooling, sizes: PoolSizes, window: PoolWindow): PoolPlan | undefined {
  if (halves(sizes, window)) return { algorithm: 'halving' }
  const { N, C, H, W, R, S, P, Q } = sizes
  const { stride, dilation = [1, 1] } = window
  const isGradient = pooling.endsWith('Gradient')
  if (isGradient ? R * S > MOST_TAPS : S > MOST_TAPS) return undefined
  const panel =
    pooling === 'averagePool2dGradient' ? undefined : depthwisePanel({ kernel: [R, S], out: [P, Q], stride, dilation })
  const errors = isGradient ? errorPlan(sizes, window) : undefined
  if (errors && errors.down.length * errors.across.length > MOST_PHASES) return undefined
  const padded = panel?.plane ?? 0
  const doubles = 2 * (errors?.plane ?? 0)
  const largest = Math.max(H * W, padded, P * Q, doubles)
  if (largest > LARGEST) return undefined
  const planes = Math.max(1, Math.min(N * C, Math.floor(PLANES / largest)))
  // A last vector reads and writes up to three numbers beyond its row.
  const blocks = {
    x: panel ? planes * H * W : 0,
    panel: panel ? planes * padded + 4 : 0,
    table: pooling === 'maxPool2d' ? 0 : P * Q + 4,
    sums: pooling === 'averagePool2d' && panel ? 2 * panel.row + 8 : 0,
    places: pooling === 'maxPool2dGradient' ? planes * doubles + 8 : 0,
    dy: isGradient ? planes * P * Q + 4 : 0,
    errors: planes * doubles + 8,
    result: planes * (isGradient ? H * W : P * Q + 4),
  }
  return { algorithm: 'sliding', planes, panel, errors, blocks }
}

/** Whether all windows are 2×2, whole and side by side: none reaches into padding or beyond an edge. */
const halves = ({ H, W, P, Q }: PoolSizes, { kernel, stride, padding, dilation = [1, 1] }: PoolWindow): boolean =>
  [...kernel, ...stride].every((extent) => extent === 2) &&
  dilation.every((step) => step === 1) &&
  padding.every((extent) => extent === 0) &&
  2 * P <= H &&
  2 * Q <= W

function errorPlan({ H, W, R, S, P, Q }: PoolSizes, { stride, padding, dilation = [1, 1] }: PoolWindow): ErrorPlan {
  const rows = errorAxis({
    windows: P,
    extent: H,
    kernel: R,
    stride: stride[0],
    before: padding[0],
    dilation: dilation[0],
  })
  const columns = errorAxis({
    windows: Q,
    extent: W,
    kernel: S,
    stride: stride[1],
    before: padding[1],
    dilation: dilation[1],
  })
  const pitch = 2 * Math.ceil(columns.length / 2)
  const before = [rows.before, columns.before] as const
  return {
    stride: [rows.stride, columns.stride],
    pitch,
    plane: rows.length * pitch,
    before,
    down: rows.phases,
    across: columns.phases,
  }
}

interface ErrorAxis {
  readonly windows: number
  readonly extent: number
  readonly kernel: number
  readonly stride: number
  readonly before: number
  readonly dilation: number
}

/** How many zeros stand before the errors of an axis, and how long it is with those behind them. */
function errorAxis({ windows, extent, ...axis }: ErrorAxis) {
  // A single window is the same at any stride. At one beyond all cells each is a phase, and meets the one tap that lies on it.
  const stride = windows === 1 ? extent + axis.before + axis.kernel * axis.dilation : axis.stride
  const phases = phasesOf(extent, { ...axis, stride })
  const met = phases.filter(({ taps }) => taps > 0)
  const before = Math.max(0, ...met.map((phase) => phase.before))
  const ends = met.map((phase) => phase.outputs + (phase.taps - 1) * phase.dilation - phase.before)
  return { stride, phases, before, length: before + Math.max(windows, ...ends) }
}
