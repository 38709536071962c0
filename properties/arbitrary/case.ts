/** fast-check generators of whole cases. */
import fc from 'fast-check'
import type { OperatorRow } from '../../reference/operators.ts'
import type { Case } from '../case.ts'
import type { Draw } from '../values.ts'
import { shapeArbitrary } from './shape.ts'

/**
 * The draws of an operator in the order in which they decide: exact integers and impulses first, then random values, and
 * special, negative and tied ones, where conventions live.
 */
const drawOrder: readonly Draw[] = ['exact', 'impulse', 'real', 'negative', 'tie', 'special', 'image']

/** Cases of one operator whose values are drawn in one of the given ways. */
function caseArbitrary(row: OperatorRow, draws: readonly Draw[] = drawOrder): fc.Arbitrary<Case> {
  return fc
    .record({
      shape: shapeArbitrary(row),
      draw: fc.constantFrom(...draws),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      bias: fc.boolean(),
    })
    .map(({ shape, draw, seed, bias }) => ({
      operator: row.name,
      sizes: shape.sizes,
      attributes: shape.attributes,
      bias: bias && row.optional !== undefined,
      values: { draw, seed },
    }))
}

/** `count` cases of an operator from one seed: the same cases on every machine. */
export function sampleCases(row: OperatorRow, count: number, seed: number, draws?: readonly Draw[]): Case[] {
  return fc.sample(caseArbitrary(row, draws), { numRuns: count, seed })
}
