/** The textbook with a mistake, as an implementation: what a diagnosis must name. */
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { largeCases } from '../../properties/arbitrary/usual.ts'
import { type Case, instantiate } from '../../properties/case.ts'
import { real } from '../../reference/arithmetic/real.ts'
import { single } from '../../reference/arithmetic/single.ts'
import type { Implementation, OperatorName, Precision } from '../../reference/contract.ts'
import { type AttributeBag, operatorRow } from '../../reference/operators.ts'
import { type Tensor, tensor } from '../../reference/tensor.ts'
import { separates } from './evidence.ts'
import { type Candidate, candidatesFor } from './hypotheses.ts'
import type { Mistake } from './mistake.ts'
import { computed } from './predict.ts'

/** One operator, every operation of which is rounded to the precision. Throws ShapeError where the mistake does not fit. */
export function mistaken(operator: OperatorName, mistake: Mistake, precision: Precision = 'float32'): Implementation {
  const row = operatorRow(operator)
  const k = mistake.arithmetic ?? ((mistake.computedIn ?? precision) === 'float32' ? single : real)
  const run = (operands: Record<string, Tensor | undefined>, attributes: AttributeBag): Tensor => {
    const { shape, data } = computed({ operator, row, operands, attributes }, mistake, precision, k)
    return tensor(shape, data, precision)
  }
  return { name: 'mistaken', precision, operators: { [operator]: run } }
}

/** The programs that make the mistake of a hypothesis. */
export const programsOf = (operator: OperatorName, name: string, precision: Precision = 'float32'): Candidate[] =>
  candidatesFor(operator, precision).filter(({ hypotheses: [h] }) => h?.name === name)

/** Cases looked at for one on which a mistake is seen, and the products one may cost. */
const SEARCHED = 400
const MOST_FLOPS = 20_000

/** A case on which a program with the mistake returns something wrong; undefined where none of many shows it. */
export function seenOn(
  operator: OperatorName,
  { mistake }: Candidate,
  precision: Precision = 'float32',
): Case | undefined {
  const row = operatorRow(operator)
  return [...sampleCases(row, SEARCHED, 11), ...largeCases(row, 11)].find((c) => {
    const call = instantiate(c, precision)
    return call.row.flops(c.sizes, call.attributes) < MOST_FLOPS && separates(call, mistake, {}, precision, false)
  })
}
