/**
 * Runs layers block by block: stage the weights of some maps; for each layer pack those of its taps, and for each block of outputs and
 * each block of channels fill the panel of x and slide; copy what is finished into the result, some maps at a time.
 */
import type { Engine, Kernels } from '../kernel/engine.ts'
import { allBlocks } from '../kernel/lanes.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { type Blocks, blocksOf, type Plan, tilesOf, withMaps } from '../plan.ts'
import { deliver, type Operands, type Refusal } from './block.ts'
import { edges, emitKernels, keyOf, stagedIn } from './kernels.ts'
import { copyParts, fillColumns, fillRows } from './panel.ts'

/** Byte addresses of the blocks. */
type Places = Readonly<Record<keyof Blocks, number>>

/** A group's maps o0 … o0+count−1. */
interface Maps {
  readonly g: number
  readonly o0: number
  readonly count: number
}

/** A layer and its operands. */
export interface Planned {
  readonly plan: Plan
  readonly operands: Operands
}

/** And where its blocks lie. */
interface Slide extends Planned {
  readonly at: Places
}

/**
 * The layers are one, or the phases of a stride: of the same groups, channels and maps, over different taps of the same weights, which
 * are staged once for all. Staged for each of four phases, the weights of 512→512 3×3 took a third of its input gradient.
 */
export function direct(engine: Engine, layers: readonly Planned[]): Refusal | undefined {
  let most = Number.POSITIVE_INFINITY
  for (const { plan } of layers) most = Math.min(most, plan.maps)
  const slides: Slide[] = []
  for (const { plan: own, operands } of layers) {
    const plan = own.maps === most ? own : withMaps(own, most)
    const { in: next, out } = operands.weights
    const at = engine.place({ ...blocksOf(plan, Math.min(next, out)) })
    if (at === undefined) return 'no memory'
    slides.push({ plan, operands, at })
  }
  const { G, Co } = slides[0]!.plan.layer
  for (let g = 0; g < G; g++) {
    for (let o0 = 0; o0 < Co; o0 += most) {
      const maps = { g, o0, count: Math.min(most, Co - o0) }
      const staged = stageWeights(engine.view, slides[0]!, maps)
      for (const slide of slides) if (someMaps(engine, slide, maps, staged)) return 'not finite'
    }
  }
  return undefined
}

/** True where weights that are not finite would meet a padded cell. */
function someMaps(engine: Engine, { plan, operands, at }: Slide, maps: Maps, staged: number): boolean {
  const { layer, images } = plan
  const [P, Q] = plan.algorithm === 'pointwise' ? [1, layer.out[0] * layer.out[1]] : layer.out
  for (let q0 = 0; q0 < Q; q0 += plan.columns) {
    const columns = Math.min(plan.columns, Q - q0)
    const kernelsFor = (rows: number, p0: number): Kernels =>
      engine.kernels(keyOf(plan, operands.weights, rows, columns, p0), () =>
        emitKernels(plan, operands.weights, rows, columns, p0),
      )
    const usual = kernelsFor(plan.rows, 0)
    const byPlace = edges(plan, plan.rows, 0).length > 0
    if (q0 === 0) {
      if (plan.padded && usual('finite')(at.weights, Math.ceil(staged / 4)) !== 0) return true
      packWeights(engine.view, plan, usual, operands, at, maps)
    }
    for (let n = 0; n < layer.N; n += images) {
      const together = Math.min(images, layer.N - n)
      for (let p0 = 0; p0 < P; p0 += plan.rows) {
        const rows = Math.min(plan.rows, P - p0)
        const kernels = (rows === plan.rows && (p0 === 0 || !byPlace)) || plan.tiled ? usual : kernelsFor(rows, p0)
        const block = { n, together, p0, q0, rows, columns }
        someOutputs(engine.view, plan, kernels, operands, at, maps, block)
      }
    }
  }
  return false
}

/** The weights of some maps as they come, all taps of them: returns how many numbers that are. */
function stageWeights(view: Float32Array, { plan, operands, at }: Slide, { g, o0, count }: Maps): number {
  const { data, out, in: next, group } = operands.weights
  const { Ci } = plan.layer
  const from = g * group + o0 * out
  const to = at.weights / 4
  const pitch = stagedIn(operands.weights, plan.maps)
  // Input channels outermost, the maps of a block are a piece of each.
  const pieces = next >= out
  if (pieces) copyParts(view, to, pitch, data, from, next, Ci, count * out)
  else view.set(data.subarray(from, from + count * out), to)
  const staged = pieces ? Ci * pitch : count * out
  if (pieces && count < plan.maps)
    for (let i = 0; i < Ci; i++) view.fill(0, to + i * pitch + count * out, to + (i + 1) * pitch)
  view.fill(0, to + staged, to + staged + 4)
  return staged
}

/** Those of a layer's taps, as the kernels read them, and the bias. */
function packWeights(
  view: Float32Array,
  plan: Plan,
  kernels: Kernels,
  { weights, bias }: Operands,
  at: Places,
  { g, o0, count }: Maps,
): void {
  kernels('pack')(at.weights + 4 * weights.first, at.packed, ...allBlocks(count))
  view.fill(0, at.bias / 4, at.bias / 4 + 8 * Math.ceil(plan.maps / 8))
  const first = g * plan.layer.Co + o0
  if (bias) view.set(bias.subarray(first, first + count), at.bias / 4)
}

interface Block {
  readonly n: number
  readonly together: number
  readonly p0: number
  readonly q0: number
  readonly rows: number
  readonly columns: number
}

function someOutputs(
  view: Float32Array,
  plan: Plan,
  kernels: Kernels,
  { x, target }: Operands,
  at: Places,
  { g, o0, count }: Maps,
  { n, together, p0, q0, rows, columns }: Block,
): void {
  const { layer, window } = plan
  const { G, Ci, Co } = layer
  const [R, S] = layer.kernel
  const [H, W] = layer.in
  const run = kernels('run')
  for (let c = 0; c < Ci; c += plan.channels) {
    const channels = Math.min(plan.channels, Ci - c)
    // Images that lie whole and one behind the other are as so many channels.
    const alike = G === 1 && channels === Ci ? together : 1
    for (let i = 0; i < together; i += alike) {
      const some = { x, source: (((n + i) * G + g) * Ci + c) * H * W, count: alike * channels }
      const panel = at.panel + 4 * i * plan.channels * plan.plane
      if (plan.algorithm === 'pointwise') fillColumns(view, plan, some, panel, q0, columns)
      else fillRows(view, plan, kernels, some, { stage: at.stage, panel }, p0, rows)
    }
    if (plan.tiled) {
      const [from, to] = [4 * plan.channels * plan.plane, 4 * tilesOf(plan)]
      for (let i = 0; i < together; i++) kernels('tiles')(at.panel + i * from, at.tiles + i * to, channels, rows)
    }
    const last = c + channels === Ci
    const mode = (c === 0 ? FIRST : 0) | (last ? LAST : 0)
    const each = last ? window : count
    for (let o = 0; o < count; o += each) {
      const maps = Math.min(each, count - o)
      const w = at.packed + 4 * o * Ci * R * S
      const sums = at.sums + 4 * o * together * rows * columns
      const [from, lines] = plan.tiled ? [at.tiles, rows] : [at.panel, 1]
      const bias = at.bias + 4 * o
      run(from, w, c * R * S, bias, sums, at.result, together, lines, channels, mode, ...allBlocks(maps))
      if (!last) continue
      const cells = plan.rows * plan.columns
      const joined = G === 1 && maps === Co ? together : 1
      for (let i = 0; i < together; i += joined) {
        const first = ((n + i) * G + g) * Co + o0 + o
        const from = at.result / 4 + i * window * cells
        deliver(view, from, cells, { rows, columns, channels: joined * maps }, target, first, p0, q0)
      }
    }
  }
}
