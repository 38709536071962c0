/**
 * Shrinking: from calls that fail to smallest ones that still fail in the same way; mostly it is one. First fewer calls, then
 * sizes and attributes, then the way values are drawn, then the values themselves, each towards 1, 0 and the default. Greedy:
 * the first simpler candidate that still fails is taken, until none is left or the budget of calls is spent.
 */

import { isDeepStrictEqual } from 'node:util'
import { type Case, defaults, fits, operandShapes, withLiteralValues } from '../properties/case.ts'
import type { Precision } from '../reference/contract.ts'
import type { AttributeBag } from '../reference/operators.ts'
import { sizeOf } from '../reference/tensor.ts'

/** Whether a case fails in the way that is being shrunk. */
export type StillFails = (c: Case) => Promise<boolean>

export interface ShrinkOptions {
  readonly precision: Precision
  /** Candidates that may be tried. */
  readonly calls?: number
  /** Whether calls before the last may go: not where they are what it fails by, since what they left may still be there. */
  readonly drops?: boolean
}

/** Calls in the order in which they are made; the last one stays. */
type Calls = readonly Case[]

/** Values are shrunk one by one up to this many of them. */
const MOST_LITERALS = 400

export async function shrink(c: Case, stillFails: StillFails, options: ShrinkOptions): Promise<Case> {
  const calls = await shrinkCalls([c], (candidate) => stillFails(candidate.at(-1)!), options)
  return calls.at(-1)!
}

/** Sizes and attributes that calls have in common change in all of them at once: what they share may be why they fail. */
export async function shrinkCalls(
  start: Calls,
  stillFails: (calls: Calls) => Promise<boolean>,
  { precision, calls = 600, drops = false }: ShrinkOptions,
): Promise<Calls> {
  let left = calls
  const descend = async (from: Calls, candidatesOf: (calls: Calls) => Iterable<Calls>): Promise<Calls> => {
    let best = from
    for (let progress = true; progress && left > 0; ) {
      progress = false
      for (const candidate of candidatesOf(best)) {
        if (left-- <= 0) break
        if (!candidate.every(fits) || !(await stillFails(candidate))) continue
        best = candidate
        progress = true
        break
      }
    }
    return best
  }
  const few = drops ? await descend(start, fewer) : start
  const small = await descend(few, (all) => inStep(all, shapeSteps))
  const drawn = await descend(small, (all) => oneByOne(all, simplerDraws))
  if (drawn.reduce((sum, c) => sum + inputValues(c), 0) > MOST_LITERALS || left <= 0) return drawn
  const literal = drawn.map((c) => ('literal' in c.values ? c : withLiteralValues(c, precision)))
  if (!(await stillFails(literal))) return drawn
  const simple = await descend(literal, (all) => oneByOne(all, simplerValues))
  // Values that came to nothing may go now, which the draws of smaller shapes could not show.
  const cut = await descend(simple, (all) => inStep(all, literalSteps))
  return descend(cut, (all) => oneByOne(all, simplerValues))
}

function* fewer(calls: Calls): Iterable<Calls> {
  for (let i = 0; i < calls.length - 1; i++) yield calls.toSpliced(i, 1)
}

function* oneByOne(calls: Calls, simplerOf: (c: Case) => Iterable<Case>): Iterable<Calls> {
  for (const [i, c] of calls.entries()) for (const simpler of simplerOf(c)) yield calls.with(i, simpler)
}

/** A change of one call, made to the others as well; undefined where one of them cannot be changed so. */
type Step = (c: Case) => Case | undefined

function* inStep(calls: Calls, stepsOf: (c: Case) => Iterable<Step>): Iterable<Calls> {
  for (const [i, c] of calls.entries()) {
    if (calls.slice(0, i).some((before) => isDeepStrictEqual(formOf(before), formOf(c)))) continue
    for (const step of stepsOf(c)) {
      const changed = calls.map(step)
      if (changed.every((one) => one !== undefined)) yield changed
    }
  }
}

const formOf = ({ operator, sizes, attributes, bias }: Case): unknown => [operator, sizes, attributes, bias]

/** Each simpler shape as the step that leads to it from `c`, and from others as far as they are like `c`. */
function* shapeSteps(c: Case): Iterable<Step> {
  for (const simpler of simplerShapes(c)) {
    const likewise = <V>(own: V, before: V | undefined, after: V): V => (isDeepStrictEqual(own, before) ? after : own)
    // Values that are written out do not go with another shape; literalSteps cuts them.
    yield (other) => {
      if ('literal' in other.values) return undefined
      return {
        ...other,
        bias: likewise(other.bias, c.bias, simpler.bias),
        sizes: likewise(other.sizes, c.sizes, simpler.sizes),
        attributes: Object.fromEntries(
          Object.entries(other.attributes).map(([key, own]) => {
            const name = key as keyof AttributeBag
            return [name, likewise<unknown>(own, c.attributes[name], simpler.attributes[name])]
          }),
        ),
      }
    }
  }
}

/** Number of input values of a case: the measure of smallness. */
const inputValues = (c: Case): number => Object.values(operandShapes(c)).reduce((sum, shape) => sum + sizeOf(shape), 0)

/** Each size and attribute made smaller in one step; big steps first. */
function* simplerShapes(c: Case): Iterable<Case> {
  if ('literal' in c.values) return
  if (c.bias) yield { ...c, bias: false }
  const { groups } = c.attributes
  if (groups !== undefined && groups > 1) for (const g of towards(groups, 1)) yield withGroups(c, groups, g)
  const isWhole = (sizes: Case['sizes']): boolean =>
    groups === undefined || (sizes.c! % groups === 0 && sizes.m! % groups === 0)
  const letters = Object.entries(c.sizes)
  for (const [letter, extent] of letters) {
    for (const smaller of towards(extent, 1)) {
      const sizes = { ...c.sizes, [letter]: smaller }
      if (isWhole(sizes)) yield { ...c, sizes }
    }
  }
  // What fails where a matrix is square, or a plane, has to stay so.
  const repeated = new Set(letters.map(([, extent]) => extent).filter((e, i, all) => all.indexOf(e) !== i))
  for (const extent of repeated) {
    for (const smaller of towards(extent, 1)) {
      const sizes = Object.fromEntries(letters.map(([letter, e]) => [letter, e === extent ? smaller : e]))
      if (isWhole(sizes)) yield { ...c, sizes }
    }
  }
  for (const [name, value] of Object.entries(c.attributes))
    yield* simplerAttribute(c, name as keyof AttributeBag, value)
}

/** A size of literal values made smaller; others of the same sizes go along, the rest stay. */
function* literalSteps(c: Case): Iterable<Step> {
  for (const [letter, extent] of Object.entries(c.sizes))
    for (const smaller of towards(extent, 1))
      for (const last of [false, true])
        yield (other) => (isDeepStrictEqual(other.sizes, c.sizes) ? cut(other, letter, smaller, last) : other)
}

/** What is left of each operand is its first or its last part. */
function cut(c: Case, letter: string, extent: number, last: boolean): Case | undefined {
  const sized = { ...c, sizes: { ...c.sizes, [letter]: extent } }
  if (!('literal' in c.values) || !fits(sized)) return undefined
  const [before, after] = [operandShapes(c), operandShapes(sized)]
  const literal: Record<string, readonly number[]> = {}
  for (const [name, values] of Object.entries(c.values.literal)) {
    const kept = part(values, before[name]!, after[name]!, last)
    if (!kept) return undefined
    literal[name] = kept
  }
  return { ...sized, values: { literal } }
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
