/**
 * All of a large result at once, without tolerance. A layer is linear in its weights and in its image, so that the sum of all maps of
 * all samples, with small whole factors by lot, is the layer of the summed weights on the summed image,
 *
 *   Σ_n Σ_m t_n s_m · y(x_n, w_m) = y(Σ_n t_n x_n, Σ_m s_m w_m)
 *
 * one map that the textbook computes as quickly as any other (Freivalds 1977). Whole operands so small that no order of summation
 * rounds, the draw `exact`, make both sides equal to the bit: what is missing or wrong in any element shows, unless another makes
 * up for it.
 */
import type { Call } from '../../properties/case.ts'
import { Random } from '../../properties/random.ts'
import type { OperatorName, Tensor } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag } from '../../reference/operators.ts'

/** The largest factors: results below 2²⁴ of 2¹¹ maps and 2⁶ samples sum to less than 2⁵³ with them. */
const MAPS = 64
const SAMPLES = 4

/** Which axis is summed, by operand and of the result. */
interface Sums {
  /** Over samples, with the factors t. */
  readonly samples: Readonly<Record<string, number>>
  /** Over maps, with the factors s; `inGroups`: within each group. */
  readonly maps: Readonly<Record<string, number>>
  readonly inGroups?: readonly string[]
  /** Whether the summed layer has one group: all channels go into its one map. */
  readonly ungrouped: boolean
}

const sums: Partial<Record<OperatorName, Sums>> = {
  // (G,C/G,R,S), a row a group, is (1,C,R,S), one row over all channels.
  conv2d: { samples: { x: 0, result: 0 }, maps: { w: 0, b: 0, result: 1 }, inGroups: ['w'], ungrouped: true },
  conv2dInputGradient: { samples: { dy: 0, result: 0 }, maps: { w: 1, result: 1 }, ungrouped: true },
  convTranspose2d: { samples: { x: 0, result: 0 }, maps: { w: 1, b: 0, result: 1 }, ungrouped: true },
  conv2dWeightGradient: { samples: {}, maps: { dy: 1, result: 0 }, inGroups: ['dy', 'result'], ungrouped: false },
  dense: { samples: { x: 0, result: 0 }, maps: { w: 0, b: 0, result: 1 }, ungrouped: false },
  denseInputGradient: { samples: { dy: 0, result: 0 }, maps: { w: 1, result: 1 }, ungrouped: false },
  denseWeightGradient: { samples: {}, maps: { dy: 1, result: 0 }, ungrouped: false },
}

export interface Total {
  readonly operands: AnyOperands<number>
  readonly attributes: AttributeBag
  /** The same sum of a result. */
  of(result: Tensor): Tensor
}

/** Undefined for an operator that is not linear. The operands have to be drawn `exact`. */
export function totalOf({ operator, operands, attributes }: Call): Total | undefined {
  const own = sums[operator]
  if (own === undefined) return undefined
  const { samples, maps, inGroups = [], ungrouped } = own
  const G = attributes.groups ?? 1
  const total = (name: string, t: Tensor): Tensor => {
    let summed = t
    const axis = maps[name]
    if (axis !== undefined) {
      const extent = t.shape[axis]!
      const period = periodOf(operator, name, extent, G)
      const s = factors(period, MAPS)
      summed = contract(summed, axis, inGroups.includes(name) ? G : 1, (i) => s[i % period]!)
    }
    const over = samples[name]
    if (over !== undefined) {
      const t = factors(summed.shape[over]!, SAMPLES)
      summed = contract(summed, over, 1, (i) => t[i]!)
    }
    return summed
  }
  const summed: Record<string, Tensor | undefined> = {}
  for (const [name, t] of Object.entries(operands)) summed[name] = t && total(name, t)
  const { w, b, x } = summed
  if (b && x) {
    const times = factors(operands.x!.shape[0]!, SAMPLES).reduce((sum, factor) => sum + factor, 0)
    summed.b = { shape: b.shape, data: b.data.map((v) => times * v) }
  }
  if (operator === 'conv2d' && w)
    summed.w = { shape: [1, w.shape[0]! * w.shape[1]!, ...w.shape.slice(2)], data: w.data }
  return {
    operands: summed,
    attributes: ungrouped && attributes.groups !== undefined ? { ...attributes, groups: 1 } : attributes,
    of: (result) => total('result', result),
  }
}

/** ±1 … ±most, so that maps that are exchanged show as well. */
function factors(extent: number, most: number): Int8Array {
  const random = new Random(1, most)
  return Int8Array.from({ length: extent }, () => random.sign() * random.integer(1, most))
}

/** After how many maps the factors repeat: where channels of weights are summed, after those of a group. */
function periodOf(operator: OperatorName, name: string, extent: number, G: number): number {
  const byChannel = operator === 'conv2dInputGradient' || operator === 'convTranspose2d'
  return byChannel && name !== 'w' ? extent / G : extent
}

/** Σ factor(i)·t[…,i,…] over an axis, within each of `blocks` equal parts of it. */
function contract({ shape, data }: Tensor, axis: number, blocks: number, factor: (i: number) => number): Tensor {
  const extent = shape[axis]!
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1)
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const summed = new Float64Array(outer * blocks * inner)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < extent; i++) {
      const s = factor(i)
      const from = (o * extent + i) * inner
      const to = (o * blocks + Math.floor((i * blocks) / extent)) * inner
      for (let k = 0; k < inner; k++) summed[to + k]! += s * data[from + k]!
    }
  return { shape: shape.map((old, i) => (i === axis ? blocks : old)), data: summed }
}
