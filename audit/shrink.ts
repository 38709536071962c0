/**
 * Shrinking: from a case that fails to a smallest one that still fails in the same way. First sizes and attributes, then the
 * way values are drawn, then the values themselves, each towards 1, 0 and the default. Greedy: the first simpler case that
 * still fails is taken, until none is left or the budget of calls is spent.
 */

import { type Case, defaults, fits, operandShapes, withLiteralValues } from '../properties/case.ts'
import type { Precision } from '../reference/contract.ts'
import type { AttributeBag } from '../reference/operators.ts'
import { sizeOf } from '../reference/tensor.ts'

/** Whether a case fails in the way that is being shrunk. */
export type StillFails = (c: Case) => Promise<boolean>

export interface ShrinkOptions {
  readonly precision: Precision
  /** Calls that may be spent. */
  readonly calls?: number
}

/** Values are shrunk one by one up to this many of them. */
const MOST_LITERALS = 400

export async function shrink(
  c: Case,
  stillFails: StillFails,
  { precision, calls = 600 }: ShrinkOptions,
): Promise<Case> {
  let left = calls
  const descend = async (start: Case, candidatesOf: (c: Case) => Iterable<Case>): Promise<Case> => {
    let best = start
    for (let progress = true; progress && left > 0; ) {
      progress = false
      for (const candidate of candidatesOf(best)) {
        if (left-- <= 0) break
        if (!fits(candidate) || !(await stillFails(candidate))) continue
        best = candidate
        progress = true
        break
      }
    }
    return best
  }
  const small = await descend(c, simplerShapes)
  const drawn = await descend(small, simplerDraws)
  if (inputValues(drawn) > MOST_LITERALS || left <= 0) return drawn
  const literal = 'literal' in drawn.values ? drawn : withLiteralValues(drawn, precision)
  if (!(await stillFails(literal))) return drawn
  const simple = await descend(literal, simplerValues)
  // Values that came to nothing may go now, which the draws of smaller shapes could not show.
  return descend(await descend(simple, smallerLiterals), simplerValues)
}

/** Number of input values of a case: the measure of smallness. */
const inputValues = (c: Case): number => Object.values(operandShapes(c)).reduce((sum, shape) => sum + sizeOf(shape), 0)

/** Each size and attribute made smaller in one step; big steps first. */
function* simplerShapes(c: Case): Iterable<Case> {
  if ('literal' in c.values) return
  if (c.bias) yield { ...c, bias: false }
  const { groups } = c.attributes
  if (groups !== undefined && groups > 1) for (const g of towards(groups, 1)) yield withGroups(c, groups, g)
  for (const [letter, extent] of Object.entries(c.sizes)) {
    for (const smaller of towards(extent, 1)) {
      const whole = groups === undefined || (letter !== 'c' && letter !== 'm') || smaller % groups === 0
      if (whole) yield { ...c, sizes: { ...c.sizes, [letter]: smaller } }
    }
  }
  for (const [name, value] of Object.entries(c.attributes))
    yield* simplerAttribute(c, name as keyof AttributeBag, value)
}

/** Literal values with a size made smaller: what is left of each operand is its first or its last part. */
function* smallerLiterals(c: Case): Iterable<Case> {
  if (!('literal' in c.values)) return
  const { literal } = c.values
  const before = operandShapes(c)
  for (const [letter, extent] of Object.entries(c.sizes)) {
    for (const smaller of towards(extent, 1)) {
      const sized = { ...c, sizes: { ...c.sizes, [letter]: smaller } }
      if (!fits(sized)) continue
      const after = operandShapes(sized)
      for (const last of [false, true]) {
        const parts = Object.entries(literal).map(([name, values]) => [
          name,
          part(values, before[name]!, after[name]!, last),
        ])
        if (parts.every(([, values]) => values)) yield { ...sized, values: { literal: Object.fromEntries(parts) } }
      }
    }
  }
}

/** The first or last block of a tensor's values; undefined where the shape is not one of a block of it. */
function part(
  values: readonly number[],
  from: readonly number[],
  to: readonly number[],
  last: boolean,
): number[] | undefined {
  if (from.length !== to.length || to.some((extent, axis) => extent > from[axis]!)) return undefined
  if (from.length === 0) return [...values]
  const [stride, skipped] = [sizeOf(from.slice(1)), last ? from[0]! - to[0]! : 0]
  const blocks = Array.from({ length: to[0]! }, (_, i) =>
    part(values.slice((i + skipped) * stride, (i + skipped + 1) * stride), from.slice(1), to.slice(1), last),
  )
  return blocks.every((block) => block) ? (blocks as number[][]).flat() : undefined
}

function withGroups(c: Case, from: number, to: number): Case {
  const sizes = { ...c.sizes }
  for (const letter of ['c', 'm']) sizes[letter] = (sizes[letter]! / from) * to
  return { ...c, sizes, attributes: { ...c.attributes, groups: to } }
}

function* simplerAttribute(c: Case, name: keyof AttributeBag, value: unknown): Iterable<Case> {
  if (name === 'groups' || name === 'inputSize' || name === 'kernelSize') return
  const usual = defaults[name]
  const replaced = (v: unknown): Case => ({ ...c, attributes: { ...c.attributes, [name]: v } })
  if (!Array.isArray(value)) {
    if (value !== usual) yield replaced(usual)
    return
  }
  const list: readonly number[] = value
  const least = Array.isArray(usual) ? Number(usual[0]) : 1
  if (list.some((v) => v !== least)) yield replaced(list.map(() => least))
  for (const [axis, v] of list.entries())
    for (const smaller of towards(v, least)) yield replaced(list.with(axis, smaller))
}

/** least, then halfway, then one less. */
function towards(value: number, least: number): number[] {
  const steps = [least, least + Math.floor((value - least) / 2), value - 1]
  return [...new Set(steps)].filter((v) => v >= least && v < value)
}

/** Draws whose failure says more: impulses and exact integers before real numbers. */
function* simplerDraws(c: Case): Iterable<Case> {
  if (!('draw' in c.values)) return
  const rank = ['exact', 'impulse', 'real', 'image', 'negative', 'tie', 'special'].indexOf(c.values.draw)
  if (rank > 1) for (const seed of [1, 2, 3, 4]) yield { ...c, values: { draw: 'exact', seed } }
  if (rank > 1) for (const seed of [1, 2, 3, 4]) yield { ...c, values: { draw: 'impulse', seed } }
}

/** Runs of values to zero, halves first; then every value to 0, 1, −1, a rounder number. */
function* simplerValues(c: Case): Iterable<Case> {
  if (!('literal' in c.values)) return
  const { literal } = c.values
  const replaced = (name: string, values: readonly number[]): Case => ({
    ...c,
    values: { literal: { ...literal, [name]: values } },
  })
  for (const [name, values] of Object.entries(literal)) {
    for (let run = values.length; run > 1; run = Math.floor(run / 2)) {
      for (let start = 0; start < values.length; start += run) {
        const zeroed = values.map((v, i) => (i >= start && i < start + run ? 0 : v))
        if (values.some((v, i) => v !== zeroed[i])) yield replaced(name, zeroed)
      }
    }
    if (values.some((v) => v !== 0 && v !== 1))
      yield replaced(
        name,
        values.map((v) => (v === 0 ? 0 : 1)),
      )
    for (const [i, v] of values.entries()) for (const simple of simpler(v)) yield replaced(name, values.with(i, simple))
  }
}

/** Numbers simpler than v, simplest first: fewer digits, smaller, positive. */
function simpler(v: number): number[] {
  const candidates = [0, 1, 2, 3, -1, Math.trunc(v), Math.trunc(v / 2), Number(v.toPrecision(2))]
  return [...new Set(candidates)].filter((s) => Number.isFinite(s) && weight(s) < weight(v))
}

/** Order of simplicity: 0, 1, 2, …, −1, −2, …, fractions, then what is not finite. */
function weight(v: number): number {
  if (!Number.isFinite(v)) return 1e12
  const whole = Number.isInteger(v) ? 0 : 1e6 + String(v).length
  return Math.abs(v) + (v < 0 || Object.is(v, -0) ? 0.5 : 0) + whole
}
