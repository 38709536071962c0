/** Layers of correlation over the same x, one or the phases of a stride, each by the algorithm of its plan. */
import type { Engine } from '../kernel/engine.ts'
import { type Layer, planLayer } from '../plan.ts'
import type { Refusal, Target, Weights } from './block.ts'
import { depthwise } from './depthwise.ts'
import { direct, type Planned } from './direct.ts'

/** A layer, its taps of the weights that all share, and its part of the result. */
export interface Correlation {
  readonly layer: Layer
  readonly weights: Weights
  readonly target: Target
}

/** Fills the targets, or says why not; what was written until then does not count. */
export function correlate(
  engine: Engine,
  correlations: readonly Correlation[],
  x: Float32Array,
  bias: Float32Array | undefined,
): Refusal | undefined {
  const slides: Planned[] = []
  for (const { layer, weights, target } of correlations) {
    const plan = planLayer(layer, target.column === 1 && target.row === layer.out[1])
    const operands = { x, weights, bias, target }
    if (plan.algorithm !== 'depthwise') slides.push({ plan, operands })
    else {
      const refused = depthwise(engine, plan, operands)
      if (refused) return refused
    }
  }
  return slides.length > 0 ? direct(engine, slides) : undefined
}
