import type { Attributes, Operands, Tensor } from '../../reference/contract.ts'
import { type Conv2dSizes, conv2dWeightGradientSizes } from '../../reference/shape/convolution.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine, Kernels } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { run } from '../kernel/sum.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { forwardLayer, isDense } from '../layers.ts'
import { borderOf, emitBorder } from '../pack/border.ts'
import { emitFinite, emitPack } from '../pack/weights.ts'
import { eights, even, MOST_TAPS, RESULT } from '../plan.ts'
import { stage } from './block.ts'
import { rows as rowsOf } from './conv2d.ts'
import { denseWeightGradient } from './dense.ts'
import { depthwiseWeightGradient, isDepthwise } from './depthwiseWeightGradient.ts'
import { singles } from './singles.ts'

/** Pixels of a block: their error terms, packed eight maps at a time, are 8 KiB. */
const PIXELS = 256
/** Numbers of a panel of x. */
const PANEL = 32768
/** Pixels unrolled in one loop iteration. */
const UNROLL = 4

/**
 * F27. dw[m,c,r,s] = Σ_n Σ_p Σ_q dy[n,m,p,q] · x[n, g·Cg+c, p·sh−t+r·dh, q·sw−l+s·dw]
 *
 * The tile with its roles turned: lanes are maps, columns are weights (c,r,s), and the depth runs over the pixels of a block
 * of rows. Sums wait in the panel from block to block and image to image.
 * x (N,C,H,W), dy (N,M,P,Q), kernelSize [R,S] → (M,C/G,R,S); undefined where another rung must do it. Throws ShapeError.
 */
export function conv2dWeightGradient(
  engine: Engine,
  { x, dy }: Operands<'conv2dWeightGradient'>,
  a: Attributes<'conv2dWeightGradient'>,
  into?: Float32Array,
): Tensor | undefined {
  const sizes = conv2dWeightGradientSizes(x.shape, dy.shape, a)
  const { N, M, C, H, W, R, S, P, Q, G, Cg, Mg } = sizes
  if (isDense(sizes, a)) {
    const dw = denseWeightGradient(engine, { x: rowsOf(x), dy: rowsOf(dy) }, into)
    return dw && { shape: [sizes.M, sizes.C, sizes.R, sizes.S], data: dw.data }
  }
  if (isDepthwise(sizes) && sizes.R * sizes.S <= MOST_TAPS) {
    const dw = new Float32Array(sizes.M * sizes.R * sizes.S)
    const done = depthwiseWeightGradient(engine, forwardLayer(sizes, a), singles(x), singles(dy), dw)
    return done ? { shape: [sizes.M, 1, sizes.R, sizes.S], data: dw } : undefined
  }
  const [sh] = a.stride
  const [top] = a.padding
  const RS = R * S
  const { rows, channels, panelRows, pitch } = blocks(sizes, a)
  const plane = panelRows * pitch
  const lanes = lanesOf(Mg).padded
  const window = eights(Mg, Math.max(8, Math.floor(RESULT / (channels * RS))))
  const at = engine.layout([
    4 * Mg * rows * Q + 16,
    4 * lanes * rows * Q,
    4 * lanes,
    4 * channels * panelRows * W,
    4 * channels * plane,
    4 * lanes * channels * RS,
    4 * window * channels * RS,
  ])
  if (at === undefined) return undefined
  const [dyStage, dyPacked, zeros, xStage, xPanel, panel, y] = at as [
    number, number, number, number, number, number, number,
  ] // biome-ignore format: one address a block
  const [images, errors] = [singles(x), singles(dy)]
  const data = into ?? new Float32Array(M * Cg * RS)
  const view = engine.view
  const all = allBlocks(Mg)
  view.fill(0, zeros / 4, zeros / 4 + lanes)
  for (let g = 0; g < G; g++) {
    for (let c = 0; c < Cg; c += channels) {
      const some = Math.min(channels, Cg - c)
      // Looked up once and not for each image: 1→4 5×5 at 28² takes 5.1 µs an image, not 8.8.
      const kernelsFor = (height: number): Kernels =>
        kernelsOf(engine, sizes, a, { rows, channels, height, some, panelRows, pitch })
      const usual = kernelsFor(rows)
      for (let n = 0; n < N; n++) {
        for (let p = 0; p < P; p += rows) {
          const height = Math.min(rows, P - p)
          const kernels = height === rows ? usual : kernelsFor(height)
          stage(view, errors, (n * M + g * Mg) * P * Q, Mg, P * Q, p * Q, height * Q, dyStage / 4)
          const vectors = Math.ceil((Mg * height * Q) / 4)
          view.fill(0, dyStage / 4 + Mg * height * Q, dyStage / 4 + 4 * vectors)
          // A zero of the padding may meet finite error terms alone.
          if (c === 0 && kernels('finite')(dyStage, vectors) !== 0) return undefined
          kernels('pack')(dyStage, dyPacked, ...all)
          const need = (height - 1) * sh + a.dilation[0] * (R - 1) + 1
          const above = borderOf(p * sh - top, need, H)
          stage(view, images, (n * C + g * Cg + c) * H * W, some, H * W, above.from * W, above.copied * W, xStage / 4)
          const staged = 4 * above.copied * W
          kernels('border')(xStage, xPanel, some, staged, above.before, above.copied, above.after)
          const mode = (n === 0 && p === 0 ? FIRST : 0) | (n === N - 1 && p + height === P ? LAST : 0)
          // Some maps at a time are finished and copied out: all of 512→512 3×3 are 9 MiB, written to memory and read again.
          const each = mode & LAST ? window : Mg
          for (let m = 0; m < Mg; m += each) {
            const maps = Math.min(each, Mg - m)
            const [w, sums] = [dyPacked + 4 * m * height * Q, panel + 4 * m * some * RS]
            const lines = RS < 3 ? 1 : some
            kernels('run')(xPanel, w, 0, zeros, sums, y, 1, lines, height, mode, ...allBlocks(maps))
            if (!(mode & LAST)) continue
            for (let i = 0; i < maps; i++) {
              const from = y / 4 + i * channels * RS
              data.set(view.subarray(from, from + some * RS), ((g * Mg + m + i) * Cg + c) * RS)
            }
          }
        }
      }
    }
  }
  return { shape: [M, Cg, R, S], data }
}

interface Blocks {
  readonly rows: number
  readonly channels: number
  readonly panelRows: number
  readonly pitch: number
}

function blocks({ Q, P, R, S, Cg }: Conv2dSizes, a: Attributes<'conv2dWeightGradient'>): Blocks {
  const rows = even(P, Math.floor(PIXELS / Q))
  const panelRows = (rows - 1) * a.stride[0] + a.dilation[0] * (R - 1) + 1
  const pitch = (Q - 1) * a.stride[1] + a.dilation[1] * (S - 1) + 1
  return { rows, channels: even(Cg, Math.floor(PANEL / (panelRows * pitch))), panelRows, pitch }
}

/** Rows and channels of this block, which may be the last and smaller one. */
function kernelsOf(
  engine: Engine,
  { Mg, W, R, S, Q, Cg }: Conv2dSizes,
  a: Attributes<'conv2dWeightGradient'>,
  block: Blocks & { readonly height: number; readonly some: number },
): Kernels {
  const { height, some, panelRows, pitch } = block
  const left = a.padding[1]
  const key = ['weights', Mg, W, R, S, Q, Cg, ...a.stride, ...a.dilation, left, ...Object.values(block)].join()
  return engine.kernels(key, () => {
    const module = new Assembler()
    const plane = 4 * panelRows * pitch
    const taps = Array.from({ length: R * S }, (_, k) => {
      return 4 * (Math.floor(k / S) * a.dilation[0] * pitch + (k % S) * a.dilation[1])
    })
    // Few taps make narrow tiles: then all channels are one row of columns.
    const wide = R * S < 3
    const columns = wide ? Array.from({ length: some }, (_, c) => taps.map((tap) => c * plane + tap)).flat() : taps
    emitPack(module, 'pack', Mg, height * Q, [{ times: height * Q, step: 1 }])
    emitFinite(module, 'finite')
    emitBorder(module, 'border', W, borderOf(-left, pitch, W), { plane, pitch, phases: 1 })
    emitSlide(module, {
      lanes: Mg,
      columns,
      rowStep: plane,
      imageStep: 0,
      sum: {
        kind: 'loop',
        times: (count) => count,
        step: 4 * a.stride[0] * pitch,
        body: run(Q, 4 * a.stride[1], UNROLL),
      },
      weightsPerLane: 4 * height * Q,
      finish: { kind: 'planes', plane: 4 * block.channels * R * S },
      yColumn: 4,
      yRow: 4 * R * S,
      yImage: 0,
      yLane: 4 * block.channels * R * S,
      fused: hasFusedMultiplyAdd,
    })
    return module
  })
}
