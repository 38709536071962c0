/** F19, F11, F12. The fully connected layer and its gradients: one product of matrices on the tile of the convolutions. */
import type { Operands, Tensor } from '../../reference/contract.ts'
import { denseInputGradientSizes, denseSizes, denseWeightGradientSizes } from '../../reference/shape/dense.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep } from '../kernel/sum.ts'
import { FIRST, LAST } from '../kernel/tile.ts'
import { emitPack } from '../pack/weights.ts'
import { DEPTH, eights, even, PANEL, WEIGHTS } from '../plan.ts'
import { copyParts } from './panel.ts'
import { singles } from './singles.ts'

/** F19. y[n,o] = b[o] + Σ_i x[n,i] · w[o,i]. x (N,I), w (O,I), b (O) or none → (N,O). Throws ShapeError. */
export function dense(engine: Engine, { x, w, b }: Operands<'dense'>, into?: Float32Array): Tensor | undefined {
  const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
  const left = { data: singles(x), count: N, step: I, depth: 1 }
  const right = { data: singles(w), count: O, step: I, depth: 1 }
  return product(engine, left, right, I, b && singles(b), into)
}

/** F11. dx[n,i] = Σ_o dy[n,o] · w[o,i]. dy (N,O), w (O,I) → (N,I). Throws ShapeError. */
export function denseInputGradient(
  engine: Engine,
  { dy, w }: Operands<'denseInputGradient'>,
  into?: Float32Array,
): Tensor | undefined {
  const { N, I, O } = denseInputGradientSizes(dy.shape, w.shape)
  const left = { data: singles(dy), count: N, step: O, depth: 1 }
  const right = { data: singles(w), count: I, step: 1, depth: I }
  return product(engine, left, right, O, undefined, into)
}

/** F12. dw[o,i] = Σ_n dy[n,o] · x[n,i]. x (N,I), dy (N,O) → (O,I). Throws ShapeError. */
export function denseWeightGradient(
  engine: Engine,
  { x, dy }: Operands<'denseWeightGradient'>,
  into?: Float32Array,
): Tensor | undefined {
  const { N, I, O } = denseWeightGradientSizes(x.shape, dy.shape)
  const left = { data: singles(dy), count: O, step: 1, depth: O }
  const right = { data: singles(x), count: I, step: 1, depth: I }
  return product(engine, left, right, N, undefined, into)
}

/** A matrix read by rows: element (i, k) lies at i·step + k·depth, one of which is 1. */
interface Matrix {
  readonly data: Float32Array
  readonly count: number
  readonly step: number
  readonly depth: number
}

/** Rows, columns and depth of a block, of the sizes of plan.ts. */
export interface ProductBlocks {
  readonly rows: number
  readonly maps: number
  readonly depth: number
}

export function productBlocks(J: number, O: number, K: number): ProductBlocks & { readonly numbers: number } {
  const depth = even(K, DEPTH)
  const rows = even(J, Math.floor(PANEL / depth))
  const maps = eights(O, Math.floor(WEIGHTS / K))
  const lanes = lanesOf(maps).padded
  const numbers = rows * depth + maps * K + lanes * K + lanes + (depth < K ? rows * lanes : 0) + rows * maps
  return { rows, maps, depth, numbers }
}

/** y[j,o] = b[o] + Σ_k left[j,k] · right[o,k]; undefined when memory does not hold the blocks. */
function product(
  engine: Engine,
  left: Matrix,
  right: Matrix,
  K: number,
  bias: Float32Array | undefined,
  into: Float32Array | undefined,
): Tensor | undefined {
  const [J, O] = [left.count, right.count]
  const { rows, maps, depth } = productBlocks(J, O, K)
  const lanes = lanesOf(maps).padded
  const at = engine.place({
    x: rows * depth,
    weights: maps * K + 4,
    packed: lanes * K,
    bias: lanes,
    sums: depth < K ? rows * lanes : 0,
    y: rows * maps,
  })
  if (at === undefined) return undefined
  const view = engine.view
  const data = into ?? new Float32Array(J * O)
  const staged = {
    left: left.depth === 1 ? { step: depth, depth: 1 } : { step: 1, depth: rows },
    right: right.depth === 1 ? { step: K, depth: 1 } : { step: 1, depth: maps },
  }
  for (let o = 0; o < O; o += maps) {
    const some = Math.min(maps, O - o)
    if (right.depth === 1) view.set(right.data.subarray(o * K, (o + some) * K), at.weights / 4)
    else copyParts(view, at.weights / 4, maps, right.data, o, right.depth, K, some)
    view.fill(0, at.bias / 4, at.bias / 4 + lanes)
    if (bias) view.set(bias.subarray(o, o + some), at.bias / 4)
    for (let j = 0; j < J; j += rows) {
      const height = Math.min(rows, J - j)
      const kernels = engine.kernels(
        ['product', height, rows, maps, O, K, left.depth === 1, right.depth === 1].join(),
        () => emitProduct({ height, maps, O, K, ...staged }),
      )
      if (j === 0) kernels('pack')(at.weights, at.packed, ...allBlocks(some))
      for (let k = 0; k < K; k += depth) {
        const count = Math.min(depth, K - k)
        if (left.depth === 1) copyParts(view, at.x / 4, depth, left.data, j * left.step + k, left.step, height, count)
        else copyParts(view, at.x / 4, rows, left.data, j + k * left.depth, left.depth, count, height)
        const mode = (k === 0 ? FIRST : 0) | (k + count === K ? LAST : 0)
        kernels('run')(at.x, at.packed, k, at.bias, at.sums, at.y, 1, 1, count, mode, ...allBlocks(some))
      }
      for (let i = 0; maps < O && i < height; i++) {
        const from = at.y / 4 + i * maps
        data.set(view.subarray(from, from + some), (j + i) * O + o)
      }
      if (maps === O) data.set(view.subarray(at.y / 4, at.y / 4 + height * O), j * O)
    }
  }
  return { shape: [J, O], data }
}

interface Emission {
  readonly height: number
  readonly maps: number
  readonly O: number
  readonly K: number
  readonly left: Pick<Matrix, 'step' | 'depth'>
  readonly right: Pick<Matrix, 'step' | 'depth'>
}

function emitProduct({ height, maps, O, K, left, right }: Emission): Assembler {
  const module = new Assembler()
  emitPack(module, 'pack', O, right.step, [{ times: K, step: right.depth }])
  emitSlide(module, {
    lanes: O,
    columns: Array.from({ length: height }, (_, j) => 4 * j * left.step),
    rowStep: 0,
    imageStep: 0,
    sum: deep([0], 4 * left.depth, 8),
    weightsPerLane: 4 * K,
    finish: { kind: 'rows', row: 4 * maps },
    yColumn: 4 * maps,
    yRow: 0,
    yImage: 0,
    yLane: 4,
    fused: hasFusedMultiplyAdd,
  })
  return module
}
