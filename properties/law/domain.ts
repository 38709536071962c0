/** Which cases a law speaks of: the draws it is tried on, and cases with other sizes or attributes. */
import { ShapeError } from '../../reference/contract.ts'
import { type AttributeBag, operatorRow, type Sizes } from '../../reference/operators.ts'
import { type Case, operandShapes } from '../case.ts'
import type { Draw } from '../values.ts'

/** Whole numbers: sums of products of them are exact, and so is every law over such sums. */
export const whole: readonly Draw[] = ['exact', 'impulse', 'tie']

/** All but NaN, infinities and subnormals, which are for conventions. */
export const finite: readonly Draw[] = [...whole, 'real', 'image', 'negative']

export const withSizes = (c: Case, sizes: Sizes): Case => ({ ...c, sizes: { ...c.sizes, ...sizes } })

export const withAttributes = (c: Case, attributes: AttributeBag): Case => ({
  ...c,
  attributes: { ...c.attributes, ...attributes },
})

export const withoutBias = (c: Case): Case => ({ ...c, bias: false })
export const withBias = (c: Case): Case => ({ ...c, bias: true })

/** Two images at least. */
export const severalImages = (c: Case): Case => withSizes(c, { n: Math.max(2, c.sizes.n!) })

/** Two groups at least. */
export const severalGroups = (c: Case): Case =>
  c.attributes.groups! > 1 ? c : withAttributes(withSizes(c, { c: 2 * c.sizes.c!, m: 2 * c.sizes.m! }), { groups: 2 })

/** Whether sizes and attributes fit together. */
export function fits(c: Case): boolean {
  try {
    operandShapes(c)
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

/** Exact integers are drawn so that this many products at most sum up exactly, in any order. */
const MOST_TERMS = 2 ** 9

/**
 * Bits to drop so that `terms` products with a factor of at most 3 sum up exactly, where the integers were drawn for the
 * operator's own number of terms.
 */
export function spareBits(c: Case, terms: number): number {
  const drawnFor = operatorRow(c.operator).terms(c.sizes, c.attributes)
  return Math.max(0, Math.ceil(Math.log2((4 * terms) / Math.min(drawnFor, MOST_TERMS))))
}
