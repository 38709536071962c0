/**
 * Layers prepared once and run many times, over tensors that stay in WebAssembly memory: weights are packed, kernels compiled and every
 * address known before the first run, and nothing is copied in or out. One layer's result is the next one's operand.
 *
 *   const s = session()
 *   const x = s.tensor([1, 3, 224, 224])
 *   const first = s.conv2d({ x, w, b }, attributes)
 *   const second = s.conv2d({ x: first.y, w: w2 }, attributes2)
 *   x.data.set(image); first.run(); second.run(); second.y.data.slice()
 *
 * With `threads`, a large layer is shared among worker threads, over one memory that all of them see; results are those of one
 * thread bit by bit, and runs stay synchronous.
 *
 * The operators of the contract copy their operands in and their results out, since both are the caller's. Here x and y are the
 * session's, to be filled and read at any time; w and b are copied when the layer is made and may be refilled after.
 */

import { type Attributes, ShapeError } from '../../reference/contract.ts'
import { conv2dSizes } from '../../reference/shape/convolution.ts'
import { denseSizes } from '../../reference/shape/dense.ts'
import { shapeText, sizeOf, type Tensor } from '../../reference/tensor.ts'
import type { Blocked } from '../blocked/index.ts'
import { complete } from '../guard.ts'
import { Engine } from '../kernel/engine.ts'
import { forwardLayer, isDense } from '../layers.ts'
import { flopsOf, planLayer } from '../plan.ts'
import { singles } from '../simd/singles.ts'
import { LEAST_FLOPS, LIMIT_MS } from '../threads/limits.ts'
import { obstacle, threadCount } from '../threads/support.ts'
import { Team } from '../threads/team.ts'
import { dense } from './dense.ts'
import { depthwise, isInPlace } from './depthwise.ts'
import { direct } from './direct.ts'
import { Heap } from './heap.ts'
import { bound, type Held, type Program } from './program.ts'

/** A tensor in the session's memory. `data` is its numbers as they are now: to be asked for anew after the session has made another. */
interface HeldTensor extends Tensor {
  readonly data: Float32Array
}

interface HeldLayer {
  /** What `run` fills; zeros before. */
  readonly y: HeldTensor
  run(): void
}

/** Operands of a layer: x is the session's, the others are the caller's. */
interface LayerOperands {
  readonly x: HeldTensor
  readonly w: Tensor
  readonly b?: Tensor | undefined
}

export interface SessionOptions {
  /** Threads in all, the calling one included; one when left out. */
  readonly threads?: number
  /** A layer of fewer operations stays on one thread. */
  readonly leastFlops?: number
  /** Milliseconds in which a worker must have finished some part; a run throws after that. */
  readonly limitMs?: number
  /** Leaves every part to the workers, and what they run: for tests, which must know that they compute. */
  readonly onlyWorkers?: boolean
  readonly worker?: URL
}

export interface Session {
  /** How many threads compute a large layer: those asked for, or one. */
  readonly threads: number
  /** Why it is one where more were asked for. */
  readonly obstacle: string | undefined
  /** A tensor of zeros. Throws RangeError when memory has no room. */
  tensor(shape: readonly number[]): HeldTensor
  /** F14. x (N,C,H,W), w (M,C/G,R,S), b (M) or none → y (N,M,P,Q). Throws ShapeError, RangeError when memory has no room. */
  conv2d(operands: LayerOperands, attributes: Attributes<'conv2d'>): HeldLayer
  /** F19. x (N,I), w (O,I), b (O) or none → y (N,O). Throws as conv2d does. */
  dense(operands: LayerOperands): HeldLayer
  /** Ends the worker threads; layers run on one thread from then on. A process ends without it. */
  close(): Promise<void>
}

/**
 * A session with a memory of its own; `below` computes what kernels may not: weights that are not finite, beside padding. Throws
 * RangeError for a number of threads that is none.
 */
export function session(below: Blocked, options: SessionOptions = {}): Session {
  const asked = threadCount(options.threads ?? 1)
  const hindrance = asked === 1 ? undefined : obstacle(asked)
  const count = hindrance === undefined ? asked : 1
  const { leastFlops = LEAST_FLOPS, limitMs = LIMIT_MS, onlyWorkers = false, worker } = options
  const engine = new Engine(count > 1)
  const heap = new Heap(engine, count)
  const team = count > 1 ? new Team(engine.memory, count, { limitMs, onlyWorkers, worker }) : undefined
  const held = new Map<HeldTensor, number>()
  const tensor = (shape: readonly number[]): HeldTensor => {
    const size = sizeOf(shape)
    const at = heap.take(size)
    const made: HeldTensor = {
      shape: [...shape],
      get data() {
        return heap.floats(at, size)
      },
    }
    held.set(made, at)
    return made
  }
  const operandsOf = (operator: string, { x, w, b }: LayerOperands, y: HeldTensor, flops: number): Held => {
    const at = held.get(x)
    if (at === undefined) throw new ShapeError(foreign(operator, x))
    const threads = flops < leastFlops ? 1 : count
    return { x: at, y: held.get(y)!, w: singles(w), b: b && singles(b), threads }
  }
  const runOf = (program: Program): (() => void) => {
    const phases = program.map((parts): (() => void) => {
      if (team && parts.length > 1) return team.job(parts, (thread) => heap.scratchOf(thread))
      const steps = parts.flat().map((c) => bound(c.kernels(c.name), c.values, heap.scratchOf(0)))
      return () => {
        for (const step of steps) step()
      }
    })
    const [only] = phases
    if (only && phases.length === 1) return only
    return () => {
      for (const phase of phases) phase()
    }
  }
  return {
    get threads() {
      return team?.size ?? 1
    },
    get obstacle() {
      return hindrance ?? team?.obstacle
    },
    tensor,
    conv2d: (operands, a) => {
      const { x, w, b } = operands
      complete('conv2d', { w, b })
      const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
      const { N, M, P, Q, C, H, W } = sizes
      const y = tensor([N, M, P, Q])
      const layer = forwardLayer(sizes, a)
      const at = operandsOf('conv2d', operands, y, flopsOf(layer))
      if (isDense(sizes, a)) return { y, run: runOf(dense(heap, [N, C * H * W, M], at)) }
      const plan = planLayer(layer)
      const inPlace = plan.algorithm === 'depthwise' && isInPlace(layer)
      if (plan.padded && !at.w.every(Number.isFinite)) {
        const own = { w: copy(w), b: b && copy(b) }
        return { y, run: () => y.data.set(below.operators.conv2d({ x, ...own }, a).data) }
      }
      return { y, run: runOf(inPlace ? depthwise(heap, layer, at) : direct(heap, plan, at)) }
    },
    dense: (operands) => {
      const { x, w, b } = operands
      complete('dense', { w, b })
      const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
      const y = tensor([N, O])
      const at = operandsOf('dense', operands, y, 2 * N * I * O)
      return { y, run: runOf(dense(heap, [N, I, O], at)) }
    },
    close: async () => team?.close(),
  }
}

const copy = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.slice() })

const foreign = (operator: string, { shape }: Tensor): string =>
  `${operator}: x ${shapeText(shape)} is not a tensor of this session; make it with tensor(${shapeText(shape)}) of the same ` +
  `session and fill its data, or take the result of one of its layers`
