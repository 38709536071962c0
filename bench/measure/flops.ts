/** Operations of a case, as its operator's row counts them. */
import type { Case } from '../../properties/case.ts'
import { operatorRow } from '../../reference/operators.ts'

export const flopsOf = ({ operator, sizes, attributes }: Case): number => operatorRow(operator).flops(sizes, attributes)
