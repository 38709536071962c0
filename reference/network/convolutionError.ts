/**
 * The error of what lies under a convolution layer of stride 1, without padding, as the book has it: full convolutions of
 * single maps. The operator conv2dInputGradient holds the same for stride, padding, dilation and groups, by another sum.
 * Source: Bouvrie 2006 §3.1–3.2.
 */
import type { Arithmetic } from '../arithmetic/arithmetic.ts'
import { ShapeError } from '../contract.ts'
import { fill, fill4 } from '../operator/fill.ts'
import { checkRank } from '../shape/window.ts'
import { convolve2d } from '../signal/convolve2d.ts'
import { correlate2d } from '../signal/correlate.ts'
import { at2, at4, shapeText, type TensorOf } from '../tensor.ts'
import { type ActivationName, activations } from './activation.ts'

/**
 * F23. Error of a pooling layer under a convolution layer: the full convolution of δ with the kernel, summed over the
 * maps it feeds.
 *
 *   δ_c = Σ_m δ_m ∗_full w_mc
 *
 * δ (N,M,P,Q) of the convolution layer, its w (M,C,R,S) → (N,C,P+R−1,Q+S−1). A pooling layer has no activation, so
 * there is no f′. Throws ShapeError.
 */
export function poolingLayerError<T>(k: Arithmetic<T>, delta: TensorOf<T>, w: TensorOf<T>): TensorOf<T> {
  return sumOverMaps(k, delta, w, (map, kernel) => convolve2d(k, { f: map, g: kernel }, { mode: 'full' }))
}

/**
 * F26. Error of the layer under a convolution layer, when that layer has an activation f.
 *
 *   δ⁽ˡ⁻¹⁾ = (δ⁽ˡ⁾ ∗_full w) ∘ f′(net⁽ˡ⁻¹⁾)
 *
 * The convolution is written as the correlation with the kernel turned by 180°, which is how a network computes it.
 * δ (N,M,P,Q), w (M,C,R,S), net of the layer below (N,C,P+R−1,Q+S−1) → like net. Throws ShapeError.
 */
export function convolutionLayerError<T>(
  k: Arithmetic<T>,
  delta: TensorOf<T>,
  w: TensorOf<T>,
  net: TensorOf<T>,
  f: ActivationName,
): TensorOf<T> {
  const dy = sumOverMaps(k, delta, w, (map, kernel) => correlate2d(k, { f: map, g: turn(kernel) }, { mode: 'full' }))
  const { forward, backward } = activations[f]
  return backward(k, net, forward(k, net), dy)
}

/** The kernel turned by 180°: w(R−1−r, S−1−s). */
export function turn<T>(kernel: TensorOf<T>): TensorOf<T> {
  return { shape: kernel.shape, data: Array.from(kernel.data).reverse() }
}

/** Σ_m of a full plane operation on map m of δ and kernel (m,c): (N,M,P,Q), (M,C,R,S) → (N,C,P+R−1,Q+S−1). */
function sumOverMaps<T>(
  k: Arithmetic<T>,
  delta: TensorOf<T>,
  w: TensorOf<T>,
  full: (map: TensorOf<T>, kernel: TensorOf<T>) => TensorOf<T>,
): TensorOf<T> {
  checkRank('convolutionError', 'delta', delta.shape, ['N', 'M', 'P', 'Q'])
  checkRank('convolutionError', 'w', w.shape, ['M', 'C', 'R', 'S'])
  const [N, M, P, Q] = [delta.shape[0]!, delta.shape[1]!, delta.shape[2]!, delta.shape[3]!]
  const [C, R, S] = [w.shape[1]!, w.shape[2]!, w.shape[3]!]
  if (w.shape[0] !== M) {
    throw new ShapeError(
      `convolutionError: delta has ${M} maps (delta.shape[1]), w gives ${w.shape[0]} (w.shape[0]); ` +
        `delta=${shapeText(delta.shape)} w=${shapeText(w.shape)}`,
    )
  }
  const planes = Array.from({ length: N * C }, (_, i) => {
    const [n, c] = [Math.floor(i / C), i % C]
    const maps = Array.from({ length: M }, (_, m) => full(plane(k, delta, n, m), plane(k, w, m, c)))
    return maps.reduce((sum, map) => fill(k, sum.shape, (at) => k.add(sum.data[at]!, map.data[at]!)))
  })
  return fill4(k, [N, C, P + R - 1, Q + S - 1], (n, c, h, v) => at2(planes[n * C + c]!, h, v))
}

/** The plane x[i,j,·,·]. */
function plane<T>(k: Arithmetic<T>, x: TensorOf<T>, i: number, j: number): TensorOf<T> {
  const [H, W] = [x.shape[2]!, x.shape[3]!]
  return fill(k, [H, W], (at) => at4(x, i, j, Math.floor(at / W), at % W))
}
