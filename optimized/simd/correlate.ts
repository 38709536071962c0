/** A layer of correlation, by the algorithm of its plan. */
import type { Engine } from '../kernel/engine.ts'
import { type Layer, planLayer } from '../plan.ts'
import type { Refusal, Target, Weights } from './block.ts'
import { depthwise } from './depthwise.ts'
import { direct } from './direct.ts'

/** Fills the target, or says why not; what was written until then does not count. */
export function correlate(
  engine: Engine,
  layer: Layer,
  x: Float32Array,
  weights: Weights,
  bias: Float32Array | undefined,
  target: Target,
): Refusal | undefined {
  const plan = planLayer(layer, target.column === 1 && target.row === layer.out[1])
  const run = plan.algorithm === 'depthwise' ? depthwise : direct
  return run(engine, plan, { x, weights, bias, target })
}
