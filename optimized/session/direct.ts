/**
 * The calls of a layer that slides, over tensors that lie in memory: x is read where it is, into the panel where there is padding,
 * into tiles where the kernel is 1×1; what is finished goes to its place in y. The blocks and their order are those of simd/direct.ts.
 */
import { Assembler } from '../kernel/assembler.ts'
import type { Kernels } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitSample } from '../pack/sample.ts'
import { eights, even, flopsOf, type Layer, type Plan, planLayer, tilesOf } from '../plan.ts'
import { edges, tiled, untiled, type Walk } from '../simd/kernels.ts'
import { unitCut } from '../threads/cut.ts'
import { type Box, boxesOf, type Pair } from './box.ts'
import type { Heap } from './heap.ts'
import { type Call, call, type Held, type Part, type Program } from './program.ts'
import { shared } from './share.ts'
import { type Packed, packed } from './weights.ts'

export function direct(heap: Heap, plan: Plan, { x, y, w, b, threads }: Held): Program {
  const { G, Ci, Co, kernel } = plan.layer
  const depth = Ci * kernel[0] * kernel[1]
  const groups = Array.from({ length: G }, (_, g) => {
    return packed(heap, w.subarray(g * Co * depth, (g + 1) * Co * depth), b?.subarray(g * Co, (g + 1) * Co), Co, depth)
  })
  if (plan.algorithm === 'pointwise' && plan.layer.stride.some((by) => by > 1)) {
    const { parts, at, layer } = sampled(heap, plan.layer, x, threads)
    return [parts, slides(heap, planLayer(layer), at, y, groups, threads)]
  }
  return [slides(heap, plan, x, y, groups, threads)]
}

/** The cells that a strided 1×1 layer sees, and the layer of stride 1 over them. */
function sampled(
  heap: Heap,
  layer: Layer,
  x: number,
  threads: number,
): { parts: readonly Part[]; at: number; layer: Layer } {
  const { N, G, Ci, in: [H, W], out, stride } = layer // biome-ignore format: one line
  const planes = N * G * Ci
  const at = heap.take(planes * out[0] * out[1])
  const kernels = heap.engine.kernels(`sample ${[...layer.in, ...out, ...stride].join()}`, () => {
    const module = new Assembler()
    emitSample(module, { out, stride, row: W, plane: H * W })
    return module
  })
  const partOf = ([from, to]: readonly [number, number]): Part => [
    call(kernels, 'sample', x + 4 * from * H * W, at + 4 * from * out[0] * out[1], to - from),
  ]
  const way = { ...unitCut(planes, 1, (from, to): readonly [number, number] => [from, to]), repeated: 0 }
  const parts = shared([0, planes], [way], flopsOf(layer), threads).map(partOf)
  return { parts, at, layer: { ...layer, in: out, stride: [1, 1] } }
}

/** x of a whole layer stays in cache, so that its rows need not lie close together. */
const IN_PLACE = 65536

function slides(
  heap: Heap,
  plan: Plan,
  x: number,
  y: number,
  groups: readonly Packed[],
  threads: number,
): readonly Part[] {
  const { layer, channels } = plan
  const { G, Ci, Co, in: [H, W], kernel: [R, S] } = layer // biome-ignore format: one line
  const flat = plan.algorithm === 'pointwise'
  const cells = layer.out[0] * layer.out[1]
  const Q = flat ? cells : layer.out[1]
  const inPlace = !plan.padded && !plan.tiled && Ci * H * W <= IN_PLACE
  const at = heap.scratch({
    panel: flat || inPlace ? 0 : plan.images * channels * plan.plane,
    tiles: plan.images * tilesOf(plan),
    sums: channels < Ci ? plan.images * 8 * Math.ceil(plan.maps / 8) * plan.rows * plan.columns : 0,
  })
  const shape = JSON.stringify({ ...plan, layer: { ...layer, N: 0 } })
  const kernelsFor = (rows: number, columns: number, p0: number): Kernels =>
    heap.engine.kernels(`slide ${shape} ${rows} ${columns} ${edges(plan, rows, p0).join()}`, () =>
      emit(plan, rows, columns, p0, inPlace),
    )
  const partOf = (box: Box): Part => {
    const calls: Call[] = []
    /** x of a block, where the kernel will read it: returns that address. */
    const fill = (kernels: Kernels, n: number, together: number, g: number, c: number, p0: number, rows: number) => {
      const count = Math.min(channels, Ci - c)
      const plane = (i: number): number => x + 4 * (((n + i) * G + g) * Ci + c) * H * W
      if (inPlace) return plane(0) + 4 * p0 * layer.stride[0] * W
      const need = (rows - 1) * layer.stride[0] + layer.dilation[0] * (R - 1) + 1
      const { from, copied, before, after } = borderOf(p0 * layer.stride[0] - layer.before[0], need, H)
      // Images that lie whole and one behind the other are as so many channels.
      const alike = G === 1 && count === Ci ? together : 1
      for (let i = 0; i < together; i += alike) {
        const to = at.panel + 4 * i * channels * plan.plane
        const source = plane(i) + 4 * from * W
        calls.push(call(kernels, 'border', source, to, alike * count, 4 * H * W, before, copied, after))
      }
      return at.panel
    }
    /** Groups, maps, images, rows and columns from which a block begins, and where it ends at most. */
    const block = (g: number, [o, o1]: Pair, [n, n1]: Pair, [p0, p1]: Pair, [q0, q1]: Pair): void => {
      const [rows, columns, together] = [p1 - p0, q1 - q0, n1 - n]
      const kernels = kernelsFor(plan.tiled ? plan.rows : rows, columns, p0)
      const weights = groups[g]!
      const to = y + 4 * (((n * G + g) * Co + o) * cells + p0 * Q + q0)
      for (let c = 0; c < Ci; c += channels) {
        const depth = Math.min(channels, Ci - c)
        let from: number
        if (plan.tiled) {
          const flatFrom = (i: number): number => x + 4 * ((((n + i) * G + g) * Ci + c) * H * W + q0)
          const panel = flat ? 0 : fill(kernels, n, together, g, c, p0, rows)
          for (let i = 0; i < together; i++) {
            const source = flat ? flatFrom(i) : panel + 4 * i * channels * plan.plane
            calls.push(call(kernels, 'tiles', source, at.tiles + 4 * i * tilesOf(plan), depth, rows))
          }
          from = at.tiles
        } else from = fill(kernels, n, together, g, c, p0, rows)
        const mode = (c === 0 ? FIRST : 0) | (c + depth === Ci ? LAST : 0)
        const [w, bias] = [weights.w + o * weights.map, weights.bias + 4 * o]
        const lines = plan.tiled ? rows : 1
        const values = [from, w, c * R * S, bias, at.sums, to, together, lines, depth, mode, ...allBlocks(o1 - o)]
        calls.push(call(kernels, 'run', ...values))
      }
    }
    const images = blocks(box.n, plan.images)
    const rows = blocks(box.p, even(box.p[1] - box.p[0], plan.rows))
    for (const [g] of blocks(box.g, 1))
      for (const o of blocks(box.o, eights(box.o[1] - box.o[0], plan.maps)))
        for (const q of blocks(box.q, even(box.q[1] - box.q[0], plan.columns)))
          for (const n of images) for (const p of rows) block(g, o, n, p, q)
    return calls
  }
  return boxesOf(plan, inPlace, threads).map(partOf)
}

/** A range in blocks of so many, the last one what remains. */
const blocks = ([from, to]: Pair, size: number): Pair[] =>
  Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => [
    from + i * size,
    Math.min(to, from + (i + 1) * size),
  ])

/** `border` and `tiles` where the layer needs them, and `run`, which writes whole planes of y. */
function emit(plan: Plan, rows: number, columns: number, p0: number, inPlace: boolean): Assembler {
  const { layer, panelColumns: pitch, plane } = plan
  const { G, Ci, Co, in: [H, W], out, kernel: [R, S] } = layer // biome-ignore format: one line
  const module = new Assembler()
  const flat = plan.algorithm === 'pointwise'
  if (!flat && !inPlace)
    emitBorder(module, 'border', W, borderOf(-layer.before[1], pitch, W), { plane: 4 * plane, pitch, phases: 1 })
  const walk = (): Walk => {
    if (plan.tiled) return tiled(module, plan, columns, flat ? { plane: H * W, pitch: columns } : undefined)
    if (!inPlace) return untiled(plan, rows, columns, p0)
    return { ...untiled({ ...plan, panelColumns: W, plane: H * W }, rows, columns, p0), imageStep: 4 * G * Ci * H * W }
  }
  const cells = 4 * out[0] * out[1]
  emitSlide(module, {
    ...walk(),
    lanes: Co,
    weightsPerLane: 4 * Ci * R * S,
    finish: { kind: 'planes', plane: cells },
    yColumn: 4,
    yRow: 4 * columns,
    yImage: G * Co * cells,
    yLane: cells,
    fused: hasFusedMultiplyAdd,
  })
  return module
}
