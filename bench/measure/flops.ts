/** Operations of a case: two a product; how many a result sums stands in the table. */
import { type Case, operandShapes } from '../../properties/case.ts'
import { operatorRow } from '../../reference/operators.ts'

export function flopsOf(c: Case): number {
  const row = operatorRow(c.operator)
  const results = row.resultShape(operandShapes(c), c.attributes).reduce((a, b) => a * b, 1)
  return 2 * row.terms(c.sizes, c.attributes) * results
}
