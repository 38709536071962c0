/** The correlations that an operator of convolution comes down to: one, or one a phase of the stride. */
import type { Conv2dAttributes } from '../reference/contract.ts'
import type { Conv2dSizes } from '../reference/shape/convolution.ts'
import { type Phase, phasesOf } from './phase.ts'
import type { Layer } from './plan.ts'

/** F14. */
export const forwardLayer = ({ N, H, W, R, S, P, Q, G, Cg, Mg }: Conv2dSizes, a: Conv2dAttributes): Layer => ({
  N,
  G,
  Ci: Cg,
  Co: Mg,
  in: [H, W],
  out: [P, Q],
  kernel: [R, S],
  stride: a.stride,
  dilation: a.dilation,
  before: [a.padding[0], a.padding[1]],
})

export interface PhaseLayer {
  readonly down: Phase
  readonly across: Phase
  readonly layer: Layer
}

/** F26, each phase that meets a tap; outputs of the others are the bias alone, `all` is then false. */
export function backwardLayers(
  { N, H, W, P, Q, R, S, G, Cg, Mg }: Conv2dSizes,
  a: Conv2dAttributes,
): { readonly layers: PhaseLayer[]; readonly all: boolean } {
  const axis = (extent: number, kernel: number, i: 0 | 1): Phase[] =>
    phasesOf(extent, { kernel, stride: a.stride[i], before: a.padding[i], dilation: a.dilation[i] })
  const [rows, columns] = [axis(H, R, 0), axis(W, S, 1)]
  const pairs = rows.flatMap((down) => columns.map((across) => ({ down, across })))
  const reached = pairs.filter(({ down, across }) => down.taps * across.taps > 0)
  const layerOf = ({ down, across }: Pick<PhaseLayer, 'down' | 'across'>): Layer => ({
    N,
    G,
    Ci: Mg,
    Co: Cg,
    in: [P, Q],
    out: [down.outputs, across.outputs],
    kernel: [down.taps, across.taps],
    stride: [1, 1],
    dilation: [down.dilation, across.dilation],
    before: [down.before, across.before],
  })
  return {
    layers: reached.map((pair) => ({ ...pair, layer: layerOf(pair) })),
    all: reached.length === pairs.length,
  }
}

/** A kernel as large as the image makes one output of it: the layer is a dense one, its images the rows of a product. */
export const isDense = ({ H, W, R, S, P, Q, G }: Conv2dSizes, { padding }: Conv2dAttributes): boolean =>
  G === 1 && H === R && W === S && P === 1 && Q === 1 && padding.every((cells) => cells === 0)
