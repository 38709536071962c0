/**
 * The third rung: convolutions, dense layers, pooling, activations and their gradients as WebAssembly SIMD, emitted for the shape at hand;
 * float32.
 * What stays with the rung below: the other operators, weights that hold NaN or ±∞ where a kernel reaches into padding (a padded
 * cell takes no part, a zero in a panel would), pooling that optimized/pooling.ts has no plan for, and operands that memory does not hold.
 */
import type { Blocked } from '../blocked/index.ts'
import { Engine } from '../kernel/engine.ts'
import { conv2d, conv2dInputGradient, convTranspose2d } from './conv2d.ts'
import { conv2dBiasGradient } from './conv2dBiasGradient.ts'
import { conv2dWeightGradient } from './conv2dWeightGradient.ts'
import { dense, denseInputGradient, denseWeightGradient } from './dense.ts'
import { pointwise, pointwiseGradient } from './pointwise.ts'
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient } from './pool2d.ts'

/** The kernels under a name, in the memory of an engine, its own when left out; `below` computes what they leave. */
export function simd(name: string, version: string, below: Blocked, engine = new Engine()): Blocked {
  const rest = below.operators
  return {
    name,
    version,
    precision: 'float32',
    operators: {
      ...rest,
      conv2d: (o, a) => conv2d(engine, o, a) ?? rest.conv2d(o, a),
      conv2dInputGradient: (o, a) => conv2dInputGradient(engine, o, a) ?? rest.conv2dInputGradient(o, a),
      conv2dWeightGradient: (o, a) => conv2dWeightGradient(engine, o, a) ?? rest.conv2dWeightGradient(o, a),
      conv2dBiasGradient: (o, a) => conv2dBiasGradient(engine, o) ?? rest.conv2dBiasGradient(o, a),
      convTranspose2d: (o, a) => convTranspose2d(engine, o, a) ?? rest.convTranspose2d(o, a),
      dense: (o, a) => dense(engine, o) ?? rest.dense(o, a),
      denseInputGradient: (o, a) => denseInputGradient(engine, o) ?? rest.denseInputGradient(o, a),
      denseWeightGradient: (o, a) => denseWeightGradient(engine, o) ?? rest.denseWeightGradient(o, a),
      maxPool2d: (o, a) => maxPool2d(engine, o, a) ?? rest.maxPool2d(o, a),
      maxPool2dGradient: (o, a) => maxPool2dGradient(engine, o, a) ?? rest.maxPool2dGradient(o, a),
      averagePool2d: (o, a) => averagePool2d(engine, o, a) ?? rest.averagePool2d(o, a),
      averagePool2dGradient: (o, a) => averagePool2dGradient(engine, o, a) ?? rest.averagePool2dGradient(o, a),
      relu: (o, a) => pointwise(engine, 'relu', o) ?? rest.relu(o, a),
      sigmoid: (o, a) => pointwise(engine, 'sigmoid', o) ?? rest.sigmoid(o, a),
      tanh: (o, a) => pointwise(engine, 'tanh', o) ?? rest.tanh(o, a),
      reluGradient: (o, a) => pointwiseGradient(engine, 'reluGradient', 'x', o.x, o.dy) ?? rest.reluGradient(o, a),
      sigmoidGradient: (o, a) =>
        pointwiseGradient(engine, 'sigmoidGradient', 'y', o.y, o.dy) ?? rest.sigmoidGradient(o, a),
      tanhGradient: (o, a) => pointwiseGradient(engine, 'tanhGradient', 'y', o.y, o.dy) ?? rest.tanhGradient(o, a),
    },
  }
}
