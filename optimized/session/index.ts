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
import { planLayer } from '../plan.ts'
import { singles } from '../simd/singles.ts'
import { dense } from './dense.ts'
import { depthwise, isInPlace } from './depthwise.ts'
import { direct } from './direct.ts'
import { Heap } from './heap.ts'
import type { Held, Program } from './program.ts'

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

export interface Session {
  /** A tensor of zeros. Throws RangeError when memory has no room. */
  tensor(shape: readonly number[]): HeldTensor
  /** F14. x (N,C,H,W), w (M,C/G,R,S), b (M) or none → y (N,M,P,Q). Throws ShapeError, RangeError when memory has no room. */
  conv2d(operands: LayerOperands, attributes: Attributes<'conv2d'>): HeldLayer
  /** F19. x (N,I), w (O,I), b (O) or none → y (N,O). Throws as conv2d does. */
  dense(operands: LayerOperands): HeldLayer
}

/** A session with a memory of its own; `below` computes what kernels may not: weights that are not finite, beside padding. */
export function session(below: Blocked): Session {
  const heap = new Heap(new Engine())
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
  const operandsOf = (operator: string, { x, w, b }: LayerOperands, y: HeldTensor): Held => {
    const at = held.get(x)
    if (at === undefined) throw new ShapeError(foreign(operator, x))
    return { x: at, y: held.get(y)!, w: singles(w), b: b && singles(b) }
  }
  const layer = (y: HeldTensor, program: Program): HeldLayer => ({
    y,
    run: () => {
      for (const step of program) step()
    },
  })
  return {
    tensor,
    conv2d: (operands, a) => {
      const { x, w, b } = operands
      complete('conv2d', { w, b })
      const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
      const { N, M, P, Q, C, H, W } = sizes
      const y = tensor([N, M, P, Q])
      const at = operandsOf('conv2d', operands, y)
      if (isDense(sizes, a)) return layer(y, dense(heap, [N, C * H * W, M], at))
      const plan = planLayer(forwardLayer(sizes, a))
      const inPlace = plan.algorithm === 'depthwise' && isInPlace(plan.layer)
      if (plan.padded && !at.w.every(Number.isFinite)) {
        const own = { w: copy(w), b: b && copy(b) }
        return layer(y, [() => y.data.set(below.operators.conv2d({ x, ...own }, a).data)])
      }
      return layer(y, inPlace ? depthwise(heap, plan.layer, at) : direct(heap, plan, at))
    },
    dense: (operands) => {
      const { x, w, b } = operands
      complete('dense', { w, b })
      const { N, I, O } = denseSizes(x.shape, w.shape, b?.shape)
      const y = tensor([N, O])
      return layer(y, dense(heap, [N, I, O], operandsOf('dense', operands, y)))
    },
  }
}

const copy = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.slice() })

const foreign = (operator: string, { shape }: Tensor): string =>
  `${operator}: x ${shapeText(shape)} is not a tensor of this session; make it with tensor(${shapeText(shape)}) of the same ` +
  `session and fill its data, or take the result of one of its layers`
