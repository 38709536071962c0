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
import { type Layer, type Plan, planLayer, tilesOf } from '../plan.ts'
import { tiled, untiled, type Walk } from '../simd/kernels.ts'
import type { Heap } from './heap.ts'
import { type Held, type Program, type Step, step } from './program.ts'
import { type Packed, packed } from './weights.ts'

export function direct(heap: Heap, plan: Plan, { x, y, w, b }: Held): Program {
  const { G, Ci, Co, kernel } = plan.layer
  const depth = Ci * kernel[0] * kernel[1]
  const groups = Array.from({ length: G }, (_, g) => {
    return packed(heap, w.subarray(g * Co * depth, (g + 1) * Co * depth), b?.subarray(g * Co, (g + 1) * Co), Co, depth)
  })
  if (plan.algorithm === 'pointwise' && plan.layer.stride.some((by) => by > 1)) {
    const { steps, at, layer } = sampled(heap, plan.layer, x)
    return [...steps, ...slides(heap, planLayer(layer), at, y, groups)]
  }
  return slides(heap, plan, x, y, groups)
}

/** The cells that a strided 1×1 layer sees, and the layer of stride 1 over them. */
function sampled(heap: Heap, layer: Layer, x: number): { steps: Program; at: number; layer: Layer } {
  const { N, G, Ci, in: [H, W], out, stride } = layer // biome-ignore format: one line
  const planes = N * G * Ci
  const at = heap.take(planes * out[0] * out[1])
  const kernels = heap.engine.kernels(`sample ${[...layer.in, ...out, ...stride].join()}`, () => {
    const module = new Assembler()
    emitSample(module, { out, stride, row: W, plane: H * W })
    return module
  })
  return { steps: [step(kernels('sample'), x, at, planes)], at, layer: { ...layer, in: out, stride: [1, 1] } }
}

/** x of a whole layer stays in cache, so that its rows need not lie close together. */
const IN_PLACE = 65536

function slides(heap: Heap, plan: Plan, x: number, y: number, groups: readonly Packed[]): Program {
  const { layer, channels, images, maps } = plan
  const { N, G, Ci, Co, in: [H, W], kernel: [R, S] } = layer // biome-ignore format: one line
  const flat = plan.algorithm === 'pointwise'
  const cells = layer.out[0] * layer.out[1]
  const [P, Q] = flat ? [1, cells] : layer.out
  const inPlace = !plan.padded && !plan.tiled && Ci * H * W <= IN_PLACE
  const at = heap.scratch({
    panel: flat || inPlace ? 0 : images * channels * plan.plane,
    tiles: images * tilesOf(plan),
    sums: channels < Ci ? images * 8 * Math.ceil(maps / 8) * plan.rows * plan.columns : 0,
  })
  const steps: Step[] = []
  const kernelsFor = (rows: number, columns: number): Kernels =>
    heap.engine.kernels(`slide ${JSON.stringify({ ...plan, layer: { ...layer, N: 0 } })} ${rows} ${columns}`, () =>
      emit(plan, rows, columns, inPlace),
    )
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
      steps.push(step(kernels('border'), source, to, alike * count, 4 * H * W, before, copied, after))
    }
    return at.panel
  }
  const block = (g: number, o: number, n: number, p0: number, q0: number): void => {
    const [rows, columns] = [Math.min(plan.rows, P - p0), Math.min(plan.columns, Q - q0)]
    const together = Math.min(images, N - n)
    const kernels = kernelsFor(plan.tiled ? plan.rows : rows, columns)
    const count = Math.min(maps, Co - o)
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
          steps.push(step(kernels('tiles'), source, at.tiles + 4 * i * tilesOf(plan), depth, rows))
        }
        from = at.tiles
      } else from = fill(kernels, n, together, g, c, p0, rows)
      const mode = (c === 0 ? FIRST : 0) | (c + depth === Ci ? LAST : 0)
      const [w, bias] = [weights.w + o * weights.map, weights.bias + 4 * o]
      const lines = plan.tiled ? rows : 1
      const values = [from, w, c * R * S, bias, at.sums, to, together, lines, depth, mode, ...allBlocks(count)]
      steps.push(step(kernels('run'), ...values))
    }
  }
  for (let g = 0; g < G; g++)
    for (let o = 0; o < Co; o += maps)
      for (let q0 = 0; q0 < Q; q0 += plan.columns)
        for (let n = 0; n < N; n += images) for (let p0 = 0; p0 < P; p0 += plan.rows) block(g, o, n, p0, q0)
  return steps
}

/** `border` and `tiles` where the layer needs them, and `run`, which writes whole planes of y. */
function emit(plan: Plan, rows: number, columns: number, inPlace: boolean): Assembler {
  const { layer, panelColumns: pitch, plane } = plan
  const { G, Ci, Co, in: [H, W], out, kernel: [R, S] } = layer // biome-ignore format: one line
  const module = new Assembler()
  const flat = plan.algorithm === 'pointwise'
  if (!flat && !inPlace)
    emitBorder(module, 'border', W, borderOf(-layer.before[1], pitch, W), { plane: 4 * plane, pitch, phases: 1 })
  const walk = (): Walk => {
    if (plan.tiled) return tiled(module, plan, columns, flat ? { plane: H * W, pitch: columns } : undefined)
    if (!inPlace) return untiled(plan, rows, columns)
    return { ...untiled({ ...plan, panelColumns: W, plane: H * W }, rows, columns), imageStep: 4 * G * Ci * H * W }
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
