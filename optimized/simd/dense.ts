/** F19, F11, F12. The fully connected layer and its gradients: one product of matrices on the tile of the convolutions. */
import type { Operands, Tensor } from '../../reference/contract.ts'
import { denseInputGradientSizes, denseSizes, denseWeightGradientSizes } from '../../reference/shape/dense.ts'
import { Assembler } from '../kernel/assembler.ts'
import type { Engine } from '../kernel/engine.ts'
import { hasFusedMultiplyAdd } from '../kernel/features.ts'
import { allBlocks, lanesOf } from '../kernel/lanes.ts'
import { emitSlide } from '../kernel/slide.ts'
import { deep, FIRST, LAST } from '../kernel/tile.ts'
import { emitPack } from '../pack/weights.ts'
import { even } from '../plan.ts'
import { singles } from './singles.ts'

/** F19. y[n,o] = b[o] + Σ_i x[n,i] · w[o,i]. x (N,I), w (O,I), b (O) or none → (N,O). Throws ShapeError. */
export function dense(engine: Engine, { x, w, b }: Operands<'dense'>): Tensor | undefined {
  const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
  const left = { data: singles(x), count: N, step: I, depth: 1 }
  const right = { data: singles(w), count: O, step: I, depth: 1 }
  return product(engine, left, right, I, b && singles(b))
}

/** F11. dx[n,i] = Σ_o dy[n,o] · w[o,i]. dy (N,O), w (O,I) → (N,I). Throws ShapeError. */
export function denseInputGradient(engine: Engine, { dy, w }: Operands<'denseInputGradient'>): Tensor | undefined {
  const { N, I, O } = denseInputGradientSizes(dy.shape, w.shape)
  const left = { data: singles(dy), count: N, step: O, depth: 1 }
  const right = { data: singles(w), count: I, step: 1, depth: I }
  return product(engine, left, right, O, undefined)
}

/** F12. dw[o,i] = Σ_n dy[n,o] · x[n,i]. x (N,I), dy (N,O) → (O,I). Throws ShapeError. */
export function denseWeightGradient(engine: Engine, { x, dy }: Operands<'denseWeightGradient'>): Tensor | undefined {
  const { N, I, O } = denseWeightGradientSizes(x.shape, dy.shape)
  const left = { data: singles(dy), count: O, step: 1, depth: O }
  const right = { data: singles(x), count: I, step: 1, depth: I }
  return product(engine, left, right, N, undefined)
}

/** A matrix read by rows: element (i, k) lies at i·step + k·depth. */
interface Matrix {
  readonly data: Float32Array
  readonly count: number
  readonly step: number
  readonly depth: number
}

/** Numbers of the depth a block: 8 KiB of packed weights for eight lanes, as in plan.ts. */
const DEPTH = 256

/** y[j,o] = b[o] + Σ_k left[j,k] · right[o,k]. Operands are copied whole; undefined when memory does not hold them. */
function product(
  engine: Engine,
  left: Matrix,
  right: Matrix,
  depth: number,
  bias: Float32Array | undefined,
): Tensor | undefined {
  const [J, O] = [left.count, right.count]
  const lanes = lanesOf(O).padded
  const block = even(depth, DEPTH)
  const bytes = [left.data.length, right.data.length, lanes * depth, lanes, block < depth ? J * lanes : 0, J * O]
  const at = engine.layout(bytes.map((count) => 4 * count))
  if (at === undefined) return undefined
  const [x, wStage, wPacked, biasAt, panel, y] = at as [number, number, number, number, number, number]
  const key = ['product', J, O, depth, left.step, left.depth, right.step, right.depth].join()
  const kernels = engine.kernels(key, () => {
    const module = new Assembler()
    emitPack(module, 'pack', O, right.step, [{ times: depth, step: right.depth }])
    emitSlide(module, {
      lanes: O,
      columns: Array.from({ length: J }, (_, j) => 4 * j * left.step),
      rowStep: 0,
      imageStep: 0,
      sum: deep([0], 4 * left.depth, 8),
      weightsPerLane: 4 * depth,
      finish: { kind: 'rows', row: 4 * O },
      yColumn: 4 * O,
      yRow: 0,
      yImage: 0,
      yLane: 4,
      fused: hasFusedMultiplyAdd,
    })
    return module
  })
  const view = engine.view
  const blocks = allBlocks(O)
  view.set(left.data, x / 4)
  view.set(right.data, wStage / 4)
  view.fill(0, biasAt / 4, biasAt / 4 + lanes)
  if (bias) view.set(bias, biasAt / 4)
  kernels('pack')(wStage, wPacked, ...blocks)
  const run = kernels('run')
  for (let k = 0; k < depth; k += block) {
    const count = Math.min(block, depth - k)
    const mode = (k === 0 ? FIRST : 0) | (k + count === depth ? LAST : 0)
    run(x + 4 * k * left.depth, wPacked, k, biasAt, panel, y, 1, 1, count, mode, ...blocks)
  }
  return { shape: [J, O], data: view.slice(y / 4, y / 4 + J * O) }
}
