/**
 * Runs a layer block by block: pack the weights of some maps; for each block of outputs and each block of channels fill the panel
 * of x and slide; copy what is finished into the result, some maps at a time.
 */
import type { Engine, Kernels } from '../kernel/engine.ts'
import { allBlocks } from '../kernel/lanes.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { type Blocks, blocksOf, type Plan, tilesOf } from '../plan.ts'
import { deliver, type Operands, type Refusal } from './block.ts'
import { emitKernels, keyOf, stagedIn } from './kernels.ts'
import { copyParts, fillColumns, fillRows } from './panel.ts'

/** Byte addresses of the blocks. */
type Places = Readonly<Record<keyof Blocks, number>>

/** A group's maps o0 … o0+count−1. */
interface Maps {
  readonly g: number
  readonly o0: number
  readonly count: number
}

export function direct(engine: Engine, plan: Plan, operands: Operands): Refusal | undefined {
  const { G, Co } = plan.layer
  const { in: next, out } = operands.weights
  const at = engine.place({ ...blocksOf(plan, Math.min(next, out)) })
  if (at === undefined) return 'no memory'
  for (let g = 0; g < G; g++) {
    for (let o0 = 0; o0 < Co; o0 += plan.maps) {
      const maps = { g, o0, count: Math.min(plan.maps, Co - o0) }
      const refused = someMaps(engine, plan, operands, at, maps)
      if (refused) return refused
    }
  }
  return undefined
}

function someMaps(engine: Engine, plan: Plan, operands: Operands, at: Places, maps: Maps): Refusal | undefined {
  const { layer, images } = plan
  const [P, Q] = plan.algorithm === 'pointwise' ? [1, layer.out[0] * layer.out[1]] : layer.out
  for (let q0 = 0; q0 < Q; q0 += plan.columns) {
    const columns = Math.min(plan.columns, Q - q0)
    const kernelsFor = (rows: number): Kernels =>
      engine.kernels(keyOf(plan, operands.weights, rows, columns), () =>
        emitKernels(plan, operands.weights, rows, columns),
      )
    const usual = kernelsFor(plan.rows)
    if (q0 === 0 && !packWeights(engine.view, plan, usual, operands, at, maps)) return 'not finite'
    for (let n = 0; n < layer.N; n += images) {
      const together = Math.min(images, layer.N - n)
      for (let p0 = 0; p0 < P; p0 += plan.rows) {
        const rows = Math.min(plan.rows, P - p0)
        const kernels = rows === plan.rows || plan.tiled ? usual : kernelsFor(rows)
        const block = { n, together, p0, q0, rows, columns }
        someOutputs(engine.view, plan, kernels, operands, at, maps, block)
      }
    }
  }
  return undefined
}

/** The weights of some maps, packed, and their bias; whether they may meet a padded cell. */
function packWeights(
  view: Float32Array,
  plan: Plan,
  kernels: Kernels,
  { weights, bias }: Operands,
  at: Places,
  { g, o0, count }: Maps,
): boolean {
  const { data, out } = weights
  const { Ci, Co } = plan.layer
  const from = g * weights.group + o0 * out
  const to = at.weights / 4
  const pitch = stagedIn(weights, plan.maps)
  // Input channels outermost, the maps of a block are a piece of each.
  const pieces = weights.in >= out
  if (pieces) copyParts(view, to, pitch, data, from, weights.in, Ci, count * out)
  else view.set(data.subarray(from, from + count * out), to)
  const staged = pieces ? Ci * pitch : count * out
  if (pieces && count < plan.maps)
    for (let i = 0; i < Ci; i++) view.fill(0, to + i * pitch + count * out, to + (i + 1) * pitch)
  view.fill(0, to + staged, to + staged + 4)
  if (plan.padded && kernels('finite')(at.weights, Math.ceil(staged / 4)) !== 0) return false
  kernels('pack')(at.weights + 4 * weights.first, at.packed, ...allBlocks(count))
  view.fill(0, at.bias / 4, at.bias / 4 + 8 * Math.ceil(plan.maps / 8))
  if (bias) view.set(bias.subarray(g * Co + o0, g * Co + o0 + count), at.bias / 4)
  return true
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
