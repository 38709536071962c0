/** Calls that differ little from one another: who keeps of one call what belongs to it alone gives the next a wrong answer. */
import { type Case, fits } from '../properties/case.ts'

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
