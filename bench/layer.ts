/** A layer that benchmarks time: its operands, and the part of its result that is judged before anything is timed. */
import { expectation } from '../properties/bound.ts'
import { instantiate } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import { verdict } from '../properties/verdict.ts'
import type { Attributes, Operands, Tensor } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import type { Shape } from './shapes/shape.ts'

export interface Layer extends Shape {
  readonly operands: Operands<'conv2d'>
  readonly attributes: Attributes<'conv2d'>
  readonly flops: number
}

export function layerOf({ name, descriptor }: Shape): Layer {
  const { operands, attributes } = instantiate(parseCase(descriptor), 'float32')
  const { x, w } = operands
  const { stride, padding, dilation, groups } = attributes
  if (!x || !w || !stride || !padding || !dilation || groups === undefined)
    throw new TypeError(`${name}: ${descriptor} is no conv2d; a layer's descriptor begins with that`)
  const [, , P, Q] = operatorRow('conv2d').resultShape({ x: x.shape, w: w.shape }, attributes)
  const flops = 2 * x.shape[0]! * w.data.length * P! * Q!
  return { name, descriptor, operands: { x, w }, attributes: { stride, padding, dilation, groups }, flops }
}

/**
 * Throws where a result is wrong. Two maps of the first image are judged, which are a layer of their own: that of two rows
 * of the weights, and of two channels where it is depthwise. Returns a judge of results, as the expectation is what takes time.
 */
export function judgeOf({ name, operands: { x, w }, attributes }: Layer): (result: Tensor, by: string) => void {
  const M = w.shape[0]!
  const maps = [...new Set([0, M - 1])]
  const depthwise = attributes.groups > 1
  const image = first(x)
  const operands = { x: depthwise ? pick(image, 1, maps) : image, w: pick(w, 0, maps) }
  const own = { ...attributes, groups: depthwise ? maps.length : 1 }
  const expected = expectation(operatorRow('conv2d'), operands, own, 'float32')
  return (result, by) => {
    const { grade, message } = verdict(pick(first(result), 1, maps), expected)
    if (grade === 'wrong') throw new Error(`${by} is wrong on ${name}, and what is wrong is not timed: ${message}`)
  }
}

function first({ shape, data }: Tensor): Tensor {
  return { shape: [1, ...shape.slice(1)], data: data.subarray(0, data.length / shape[0]!) }
}

/** The indices `chosen` of the first axis, or of the second of a tensor whose first has one. */
function pick({ shape, data }: Tensor, axis: 0 | 1, chosen: readonly number[]): Tensor {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const picked = new Float32Array(chosen.length * inner)
  for (const [i, index] of chosen.entries()) picked.set(data.subarray(index * inner, (index + 1) * inner), i * inner)
  return { shape: shape.map((extent, i) => (i === axis ? chosen.length : extent)), data: picked }
}
