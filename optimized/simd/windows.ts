/**
 * Pooling with windows of any shape, and its gradients: planes staged, bordered by what takes no part, pooled and copied out, as many at
 * a time as stay in cache.
 */
import type { AveragePool2dAttributes, Tensor } from '../../reference/contract.ts'
import type { PoolSizes } from '../../reference/shape/pooling.ts'
import { counted } from '../blocked/averagePool2d.ts'
import { windowsOf } from '../blocked/windows.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { emitWindows, type Reduction } from '../kernel/window.ts'
import { emitErrors, emitGather } from '../kernel/windowGradient.ts'
import { emitMeans } from '../kernel/windowMean.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import type { ErrorPlan, PoolWindow, SlidingPool } from '../pooling.ts'
import type { DepthwisePanel } from './depthwisePanel.ts'

type Place = Record<keyof SlidingPool['blocks'], number>

/** F17, F18. x (N,C,H,W) → (N,C,P,Q); a mean with its cells of each window. Undefined where memory has no room. */
export function slide(
  engine: Engine,
  plan: SlidingPool,
  sizes: PoolSizes,
  window: PoolWindow,
  x: Float32Array,
  cells?: Float32Array,
): Tensor | undefined {
  const at = engine.place(plan.blocks)
  if (at === undefined) return undefined
  const { N, C, H, W, P, Q } = sizes
  const reduction = cells ? 'mean' : 'maximum'
  const reduce = reducer(engine, plan, sizes, window, reduction, { plane: P * Q, pitch: Q })
  const { view } = engine
  if (cells) view.set(cells, at.table / 4)
  const data = new Float32Array(N * C * P * Q)
  for (let i = 0; i < N * C; i += plan.planes) {
    const planes = Math.min(plan.planes, N * C - i)
    view.set(x.subarray(i * H * W, (i + planes) * H * W), at.x / 4)
    reduce(at, at.result, planes)
    data.set(view.subarray(at.result / 4, at.result / 4 + planes * P * Q), i * P * Q)
  }
  return { shape: [N, C, P, Q], data }
}

/** F24, F25. dy (N,C,P,Q), and x (N,C,H,W) where it decides who has the error → (N,C,H,W). Undefined where memory has no room. */
export function slideBack(
  engine: Engine,
  plan: SlidingPool,
  sizes: PoolSizes,
  window: PoolWindow,
  dy: Float32Array,
  by: { readonly x: Float32Array } | { readonly cells: Float32Array },
): Tensor | undefined {
  const at = engine.place(plan.blocks)
  const { errors } = plan
  if (at === undefined || errors === undefined) return undefined
  const { N, C, H, W, P, Q } = sizes
  const x = 'x' in by ? by.x : undefined
  const { plane, pitch } = errors
  const find = x && reducer(engine, plan, sizes, window, 'place', { plane: 2 * plane, pitch: 2 * pitch })
  const kernels = gradientKernels(engine, errors, sizes, window, x === undefined)
  const { view } = engine
  view.set('cells' in by ? by.cells : firstTaps(sizes, window), at.table / 4)
  view.fill(0, at.errors / 4, at.errors / 4 + 2 * plan.planes * plane)
  // Behind the zeros above and left of them.
  const inside = 8 * (errors.before[0] * pitch + errors.before[1])
  const data = new Float32Array(N * C * H * W)
  for (let i = 0; i < N * C; i += plan.planes) {
    const planes = Math.min(plan.planes, N * C - i)
    if (x && find) {
      view.set(x.subarray(i * H * W, (i + planes) * H * W), at.x / 4)
      find(at, at.places + inside, planes)
    }
    view.set(dy.subarray(i * P * Q, (i + planes) * P * Q), at.dy / 4)
    kernels('errors')(at.dy, at.table, at.errors + inside, planes)
    kernels('gather')(at.errors, at.places, at.result, planes)
    data.set(view.subarray(at.result / 4, at.result / 4 + planes * H * W), i * H * W)
  }
  return { shape: [N, C, H, W], data }
}

/** The cells of x that each window divides by. */
export function cellsOf(sizes: PoolSizes, a: AveragePool2dAttributes): Float32Array {
  const [rows, columns] = counted(sizes, a)
  return table(sizes, (p, q) => rows.cells[p]! * columns.cells[q]!)
}

/** The first tap of each window that lies inside x. */
function firstTaps({ H, W, R, S, P, Q }: PoolSizes, { stride, padding, dilation = [1, 1] }: PoolWindow): Float32Array {
  const first = (axis: 0 | 1, outputs: number, extent: number, kernel: number): number[] => {
    const [step, before] = [stride[axis], padding[axis]]
    const { from } = windowsOf(outputs, extent, { kernel, stride: step, before, dilation: dilation[axis] })
    return Array.from(from, (cell, p) => (cell - (p * step - before)) / dilation[axis])
  }
  const [rows, columns] = [first(0, P, H, R), first(1, Q, W, S)]
  return table({ P, Q }, (p, q) => rows[p]! * S + columns[q]!)
}

function table({ P, Q }: Pick<PoolSizes, 'P' | 'Q'>, of: (p: number, q: number) => number): Float32Array {
  const numbers = new Float32Array(P * Q)
  for (let p = 0; p < P; p++) for (let q = 0; q < Q; q++) numbers[p * Q + q] = of(p, q)
  return numbers
}

/** What borders the staged planes and reduces their windows, to results of so many numbers a row and a plane. */
function reducer(
  engine: Engine,
  { panel }: SlidingPool,
  sizes: PoolSizes,
  { stride, padding: [top, left], dilation = [1, 1] }: PoolWindow,
  reduction: Reduction | 'mean',
  to: { readonly plane: number; readonly pitch: number },
): (at: Place, result: number, planes: number) => void {
  const { H, W, R, S, P, Q } = sizes
  const { rows, columns, pitch, plane, row, taps } = panel as DepthwisePanel
  const above = borderOf(-top, rows, H)
  const shape = [H, W, R, S, P, Q, ...stride, ...dilation, left, to.pitch, to.plane]
  const kernels = engine.kernels(`${reduction} ${shape.join()}`, () => {
    const module = new Assembler()
    const fill = reduction === 'mean' ? 0 : Number.NEGATIVE_INFINITY
    const border = { plane: 4 * plane, pitch, phases: stride[1], fill }
    emitBorder(module, 'border', W, borderOf(-left, columns, W), border)
    const steps = { rowStep: 4 * stride[0] * row, xPlane: 4 * plane, yRow: 4 * to.pitch, yPlane: 4 * to.plane }
    const windows = { width: Q, height: P, kernel: [R, S], taps, ...steps } as const
    if (reduction === 'mean') emitMeans(module, windows, row)
    else emitWindows(module, windows, reduction)
    return module
  })
  return (at, result, planes) => {
    kernels('border')(at.x + 4 * above.from * W, at.panel, planes, 4 * H * W, above.before, above.copied, above.after)
    if (reduction === 'mean') kernels('run')(at.panel, at.table, at.sums, result, planes)
    else kernels('run')(at.panel, at.table, result, planes)
  }
}

function gradientKernels(
  engine: Engine,
  errors: ErrorPlan,
  { H, W, R, S, P, Q }: PoolSizes,
  window: PoolWindow,
  isMean: boolean,
) {
  const {
    stride,
    padding: [top, left],
    dilation = [1, 1],
  } = window
  const shape = [H, W, R, S, P, Q, ...stride, ...dilation, top, left]
  return engine.kernels(`${isMean ? 'mean' : 'maximum'} gradient ${shape.join()}`, () => {
    const module = new Assembler()
    emitErrors(module, [P, Q], errors, isMean)
    const { down, across } = errors
    emitGather(
      module,
      { width: W, cells: H * W, kernelColumns: S, stride: errors.stride, down, across, panel: errors },
      isMean,
    )
    return module
  })
}
