/**
 * The part of a large case that is judged: a few maps of the last sample, which are a layer of their own, that of as many rows
 * of the weights. The textbook computes 0.2 GFLOP/s: all of a layer of VGG-16 would take it half a minute.
 */
import type { Call } from '../../properties/case.ts'
import type { OperatorName, Tensor } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag } from '../../reference/operators.ts'

/** Cases of fewer operations are judged in full. */
const WHOLE_FLOPS = 4e6
/** Of a larger one as many maps, or groups, as these operations allow, three at most and one at least: last, first, and one between. */
const MOST = 3
const PART_FLOPS = 20e6

/** By operand, and of the result, the axis that is cut. */
type Axes = Readonly<Record<string, number>>

interface Cut {
  readonly sample: Axes
  /** Maps, channels or columns that do not depend on each other. */
  readonly maps: Axes
  /** Groups, where there are several: each with the channels that it reads. */
  readonly groups?: Axes
}

const cuts: Partial<Record<OperatorName, Cut>> = {
  conv2d: {
    sample: { x: 0, result: 0 },
    maps: { w: 0, b: 0, result: 1 },
    groups: { x: 1, w: 0, b: 0, result: 1 },
  },
  conv2dInputGradient: {
    sample: { dy: 0, result: 0 },
    maps: { w: 1, result: 1 },
    groups: { dy: 1, w: 0, result: 1 },
  },
  conv2dWeightGradient: { sample: {}, maps: { dy: 1, result: 0 }, groups: { x: 1, dy: 1, result: 0 } },
  convTranspose2d: {
    sample: { x: 0, result: 0 },
    maps: { w: 1, b: 0, result: 1 },
    groups: { x: 1, w: 0, b: 0, result: 1 },
  },
  maxPool2d: { sample: { x: 0, result: 0 }, maps: { x: 1, result: 1 } },
  maxPool2dGradient: { sample: { x: 0, dy: 0, result: 0 }, maps: { x: 1, dy: 1, result: 1 } },
  averagePool2d: { sample: { x: 0, result: 0 }, maps: { x: 1, result: 1 } },
  averagePool2dGradient: { sample: { dy: 0, result: 0 }, maps: { dy: 1, result: 1 } },
  dense: { sample: { x: 0, result: 0 }, maps: { w: 0, b: 0, result: 1 } },
  denseInputGradient: { sample: { dy: 0, result: 0 }, maps: { w: 1, result: 1 } },
  denseWeightGradient: { sample: {}, maps: { dy: 1, result: 0 } },
}

export interface Part {
  readonly operands: AnyOperands<number>
  readonly attributes: AttributeBag
  /** Whether it is all of the case. */
  readonly isWhole: boolean
  /** The same part of a result of the whole; the result itself where its shape is another, which the verdict says. */
  of(result: Tensor): Tensor
}

/** `shape` of the whole result, `flops` of the whole call. */
export function partOf({ operator, operands, attributes }: Call, shape: readonly number[], flops: number): Part {
  const cut = cuts[operator]
  if (cut === undefined || flops < WHOLE_FLOPS) return { operands, attributes, isWhole: true, of: (result) => result }
  const grouped = (attributes.groups ?? 1) > 1 ? cut.groups : undefined
  const axes = grouped ?? cut.maps
  const units = grouped ? attributes.groups! : shape[axes.result!]!
  const samples = cut.sample.result === undefined ? 1 : shape[0]!
  const allowed = Math.min(MOST, Math.max(1, Math.floor((PART_FLOPS * units * samples) / flops)))
  const chosen = [...new Set([units - 1, 0, units >> 1])].slice(0, allowed)
  const part = (name: string, t: Tensor): Tensor => {
    const sampled = cut.sample[name] === undefined ? t : pick(t, 0, t.shape[0]!, [t.shape[0]! - 1])
    return axes[name] === undefined ? sampled : pick(sampled, axes[name], units, chosen)
  }
  return {
    operands: Object.fromEntries(Object.entries(operands).map(([name, t]) => [name, t && part(name, t)])),
    isWhole: false,
    attributes: grouped ? { ...attributes, groups: chosen.length } : attributes,
    of: (result) => (String(result.shape) === String(shape) ? part('result', result) : result),
  }
}

/** Of an axis in `units` equal blocks, those that are chosen. */
function pick({ shape, data }: Tensor, axis: number, units: number, chosen: readonly number[]): Tensor {
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1)
  const block = (shape[axis]! / units) * shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const picked = data.slice(0, outer * chosen.length * block)
  for (let o = 0; o < outer; o++)
    for (const [i, unit] of chosen.entries()) {
      const from = (o * units + unit) * block
      picked.set(data.subarray(from, from + block), (o * chosen.length + i) * block)
    }
  const extent = (shape[axis]! / units) * chosen.length
  return { shape: shape.map((old, i) => (i === axis ? extent : old)), data: picked }
}
