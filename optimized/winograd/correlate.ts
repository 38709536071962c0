/**
 * Runs a layer, loop by loop:
 *
 *   for chunk of images                       x is copied in, y out
 *     for panel of tiles
 *       for block of input channels           Bᵀ d B of the panel
 *       for block of output channels          w is copied in and G g Gᵀ taken at its first use
 *         for block of input channels         36 products
 *         Aᵀ t A
 */
import type { Tensor } from '../../reference/tensor.ts'
import type { Engine } from '../kernel/engine.ts'
import { FIRST } from '../kernel/tile.ts'
import { ENTRY, PRODUCTS, pitchesFor } from './block.ts'
import { kernelsFor, type LayerKernels } from './kernels.ts'
import { isContiguous, type Places, place } from './place.ts'
import { type ChannelBlock, type LaneBlock, type Layer, type Plan, planLayer } from './plan.ts'
import { pieces } from './products.ts'
import { placeTable, tableOf } from './table.ts'

/**
 * The result, or undefined where it has to be computed otherwise: memory has no room, or some number of it is not finite. A NaN, an
 * infinity or an overflow spreads over all results of its tile, where it does not belong, and never vanishes from those where it does.
 */
export function correlate(
  engine: Engine,
  layer: Layer,
  x: Floats,
  w: Floats,
  bias: Floats | undefined,
): Float32Array<ArrayBuffer> | undefined {
  const { N, Ci, Co } = layer
  const [inPlane, outPlane] = [layer.in[0] * layer.in[1], layer.out[0] * layer.out[1]]
  const plan = planLayer(layer)
  const table = tableOf(layer, plan)
  const at = place(engine, layer, plan, table)
  if (!at) return undefined
  const memory = engine.view
  placeTable(memory.buffer, table, at.table, at.masks)
  // Zeros, bias and alarm are neighbours, in this order.
  memory.fill(0, at.zeros / 4, at.alarm / 4 + 4)
  if (bias) memory.set(bias, at.bias / 4)
  const panel = panelOf(engine, layer, plan, at, w)
  const y = new Float32Array(N * Co * outPlane)
  for (let n = 0; n < N; n += plan.images) {
    const images = Math.min(plan.images, N - n)
    memory.set(x.subarray(n * Ci * inPlane, (n + images) * Ci * inPlane), at.x / 4)
    const tiles = images * plan.tileRows * plan.tileColumns
    for (let tile = 0; tile < tiles; tile += plan.tiles) {
      panel(tile, Math.min(plan.tiles, tiles - tile), n === 0 && tile === 0)
    }
    y.set(memory.subarray(at.y / 4, at.y / 4 + images * Co * outPlane), n * Co * outPlane)
  }
  const finite = memory.subarray(at.alarm / 4, at.alarm / 4 + 4).every((alarm) => alarm === 0)
  return finite ? y : undefined
}

type Floats = Tensor['data']

/** One panel: tiles from `first` on; `fresh` where weights have not been transformed yet. */
function panelOf(
  engine: Engine,
  layer: Layer,
  plan: Plan,
  at: Places,
  w: Floats,
): (first: number, tiles: number, fresh: boolean) => void {
  const {
    input,
    weights: weightsKernels,
    output,
    products,
  } = kernelsFor(engine, plan.depth, layer.weights.turned, plan.laneBlocks)
  const [inRow, outRow] = [4 * layer.in[1], 4 * layer.out[1]]
  const [inPlane, outPlane] = [layer.in[0] * inRow, layer.out[0] * outRow]
  const pitches = pitchesFor(plan.depth)
  const [panelBytes, weightBytes] = [PRODUCTS * pitches.panel, PRODUCTS * pitches.weights]
  const weights = weightsOf(engine, layer, weightsKernels, at, w)
  return (firstTile, tiles, fresh) => {
    const entries = at.table + firstTile * ENTRY.bytes
    for (const [i, { first, count }] of plan.channelBlocks.entries()) {
      const v = at.v + i * panelBytes
      input(entries, tiles, at.x + first * inPlane, v, Math.ceil(count / 4), inPlane, inRow)
    }
    const { q, longer, shorter } = pieces(tiles)
    const sums = products(q)
    for (const [i, block] of plan.laneBlocks.entries()) {
      if (fresh) weights.bring(block)
      for (const [j, channels] of plan.channelBlocks.entries()) {
        const u = at.u + (plan.keepsWeights ? (i * plan.channelBlocks.length + j) * weightBytes : 0)
        if (fresh) weights.transform(block, channels, u)
        const v = at.v + j * panelBytes
        sums.get(block.lanes)!(v, u, at.t, channels.count, longer, shorter, j === 0 ? FIRST : 0, at.zeros)
      }
      for (let lane = 0; lane < block.exist; lane += 4) {
        const map = block.first + lane
        const [y, bias, exist] = [at.y + map * outPlane, at.bias + 4 * map, Math.min(4, block.exist - lane)]
        output.get(block.lanes)!(entries, tiles, at.t + 4 * lane, y, outPlane, outRow, bias, exist, at.alarm)
      }
    }
  }
}

interface Weights {
  /** Copies the kernels of a block of output channels into memory. */
  bring(block: LaneBlock): void
  /** G g Gᵀ of a block of both channels to u. */
  transform(block: LaneBlock, channels: ChannelBlock, u: number): void
}

function weightsOf(engine: Engine, layer: Layer, kernels: LayerKernels['weights'], at: Places, w: Floats): Weights {
  const { weights, Ci } = layer
  const contiguous = isContiguous(layer)
  const [out, next] = [4 * weights.out, 4 * weights.in]
  if (!contiguous) engine.view.set(w, at.w / 4)
  return {
    bring({ first, exist }) {
      // Eight at a time they stay in L2: 9.4 MB of weights are not written to memory, only read.
      if (contiguous) engine.view.set(w.subarray(first * 9 * Ci, (first + exist) * 9 * Ci), at.w / 4)
    },
    transform({ first, lanes, exist }, channels, u) {
      const from = at.w + (contiguous ? 0 : first * out) + channels.first * next
      kernels.get(lanes)!(from, out, exist, next, u, channels.count)
    },
  }
}
