/**
 * The rung of the ladder for kernels of 3×3 at stride 1: Winograd's F(4×4,3×3), in float32, as WebAssembly SIMD. A tile
 * of 4×4 results takes 36 products a pair of channels instead of 144.
 *
 *   y = b + Aᵀ [ Σ_c (G g Gᵀ) ∘ (Bᵀ d B) ] A
 *
 * What it does not take goes to the rung below: other kernels, strides, dilations and groups, results that are not
 * finite, layers that memory does not hold, and everything where there is no WebAssembly SIMD. Its results are held to the bound
 * of the algorithm (properties/normwiseBound.ts), and are three to eight times as far off as a sum's:
 * `npm run bench -- --filter x_3x3 --rung simd,winograd`.
 *
 * Weights are transformed in every call. Their buffer may be refilled between calls, so that a cache would have to compare all of
 * w with what it knows; that reads twice what the transform reads, and the transform is a tenth of a call on 256→256 at 14². Nor would
 * much be won: kept without any check, four times the bytes of w came from memory, at 0.89 × the speed on 512→512 at 7².
 *
 * Source: Lavin & Gray, arXiv:1509.09308; Winograd 1980, Arithmetic complexity of computations.
 */
import type { Attributes, Conv2dAttributes, Operands } from '../../reference/contract.ts'
import {
  type Conv2dSizes,
  conv2dInputGradientSizes,
  conv2dSizes,
  convTranspose2dSizes,
} from '../../reference/shape/convolution.ts'
import type { Tensor } from '../../reference/tensor.ts'
import type { Blocked } from '../blocked/index.ts'
import { Engine } from '../kernel/engine.ts'
import { hasSimd } from '../kernel/features.ts'
import { correlate } from './correlate.ts'
import type { Layer } from './plan.ts'

/** The rung under a name, over the one that computes what this one does not. All three operators throw ShapeError. */
export function winograd(name: string, below: Blocked): Blocked {
  let engine: Engine | undefined
  const run = (layer: Layer, x: Tensor, w: Tensor, b: Tensor | undefined): Tensor | undefined => {
    engine ??= new Engine()
    const data = correlate(engine, layer, x.data, w.data, b?.data)
    return data && { shape: [layer.N, layer.Co, ...layer.out], data }
  }
  const conv2d = ({ x, w, b }: Operands<'conv2d'>, a: Attributes<'conv2d'>): Tensor | undefined => {
    const sizes = conv2dSizes(x.shape, w.shape, b?.shape, a)
    return takes(sizes, a) ? run(forward(sizes, a), x, w, b) : undefined
  }
  const conv2dInputGradient = (
    { dy, w }: Operands<'conv2dInputGradient'>,
    a: Attributes<'conv2dInputGradient'>,
  ): Tensor | undefined => {
    const sizes = conv2dInputGradientSizes(dy.shape, w.shape, a)
    return takes(sizes, a) ? run(backward(sizes, a), dy, w, undefined) : undefined
  }
  const convTranspose2d = (
    { x, w, b }: Operands<'convTranspose2d'>,
    a: Attributes<'convTranspose2d'>,
  ): Tensor | undefined => {
    const sizes = convTranspose2dSizes(x.shape, w.shape, b?.shape, a)
    return takes(sizes, a) ? run(backward(sizes, a), x, w, b) : undefined
  }
  return {
    ...below,
    name,
    version: hasSimd ? `F(4×4,3×3) over ${below.name}` : `${below.name}: this engine has no WebAssembly SIMD`,
    numerics: 'winograd',
    operators: {
      ...below.operators,
      conv2d: (o, a) => conv2d(o, a) ?? below.operators.conv2d(o, a),
      conv2dInputGradient: (o, a) => conv2dInputGradient(o, a) ?? below.operators.conv2dInputGradient(o, a),
      convTranspose2d: (o, a) => convTranspose2d(o, a) ?? below.operators.convTranspose2d(o, a),
    },
  }
}

const takes = ({ R, S, G }: Conv2dSizes, { stride, dilation }: Conv2dAttributes): boolean =>
  hasSimd && R === 3 && S === 3 && G === 1 && [...stride, ...dilation].every((step) => step === 1)

/** F14. */
const forward = ({ N, C, H, W, M, P, Q }: Conv2dSizes, { padding }: Conv2dAttributes): Layer => ({
  N,
  Ci: C,
  Co: M,
  in: [H, W],
  out: [P, Q],
  before: [padding[0], padding[1]],
  weights: { out: 9 * C, in: 9, turned: false },
})

/** F26. Turned by 180°, the kernel meets dy two cells earlier than x, less the padding. */
const backward = ({ N, C, H, W, M, P, Q }: Conv2dSizes, { padding }: Conv2dAttributes): Layer => ({
  N,
  Ci: M,
  Co: C,
  in: [P, Q],
  out: [H, W],
  before: [2 - padding[0], 2 - padding[1]],
  weights: { out: 9, in: 9 * C, turned: true },
})
