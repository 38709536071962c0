/** Calls that differ little from one another: who keeps of one call what belongs to it alone gives the next a wrong answer. */
import { type Case, fits, operandShapes, withLiteralValues } from '../properties/case.ts'
import type { Precision } from '../reference/contract.ts'
import { sizeOf } from '../reference/tensor.ts'

/** Attributes that are varied, of each case. */
const MOST_VARIED = 2

/** The same shapes with other values, then with one attribute otherwise: what a plan or a buffer found by the shapes alone confuses. */
export function siblingsOf(c: Case): Case[] {
  if (!('draw' in c.values)) return []
  const varied = Object.entries(c.attributes).flatMap(([name, value]) => {
    const other = typeof value === 'boolean' ? !value : Array.isArray(value) ? value.toReversed() : value
    const sibling = { ...c, attributes: { ...c.attributes, [name]: other } }
    return String(other) !== String(value) && fits(sibling) ? [sibling] : []
  })
  // Flags last: they change no shape, and are what a key forgets.
  return [{ ...c, values: { draw: 'exact', seed: c.values.seed + 1 } }, ...varied.slice(-MOST_VARIED)]
}

/** Values that a case may have to be written out: its descriptor holds them all. */
const MOST_WRITTEN = 120

/**
 * The same call but for the last number of each operand: who finds packed weights again by a few of their numbers answers with
 * what was there before. Undefined where there are too many values to write out.
 */
export function lastChanged(c: Case, precision: Precision): Case | undefined {
  const count = Object.values(operandShapes(c)).reduce((sum, shape) => sum + sizeOf(shape), 0)
  if (count > MOST_WRITTEN) return undefined
  const written = withLiteralValues(c, precision)
  if (!('literal' in written.values)) return undefined
  const literal = Object.entries(written.values.literal).map(([name, values]) => [
    name,
    values.length > 1 ? values.with(-1, values.at(-1) === 1 ? 2 : 1) : values,
  ])
  return { ...written, values: { literal: Object.fromEntries(literal) } }
}
