/** Attributes confused: in the addresses alone, or in the size of the result as well. */
import type { OperatorName, Pair } from '../../reference/contract.ts'
import type { AttributeBag } from '../../reference/operators.ts'
import type { Reading } from './geometry.ts'
import { type Hypothesis, hypothesis } from './hypothesis.ts'
import type { Mistake } from './mistake.ts'

export type Change = (w: Reading, extents: readonly [number, number]) => Partial<Reading>

/** What a change reaches: a program may size its result rightly and read wrongly, or the other way round. */
type Reach = 'addresses' | 'sizes' | 'both'

/** A table of names, what the mistake is, and the change. */
export const confused = (
  operators: readonly OperatorName[],
  where: string,
  rows: readonly (readonly [name: string, what: string, change: Change])[],
  reach: Reach = 'both',
): Hypothesis[] =>
  rows.map(([name, what, change]) =>
    hypothesis(name, `${what}; ${where}`, operators, (operator) => programs(operator, change, reach)),
  )

function programs(operator: OperatorName, change: Change, reach: Reach): Mistake[] {
  const reading: Mistake = { reading: (w, extents) => ({ ...w, ...change(w, extents) }) }
  if (operator.endsWith('Gradient') || reach === 'addresses') return [reading]
  const attributes: Mistake['attributes'] = (a, { row, operands }) => {
    const kernel = a.kernel ?? pairOf(operands.w?.shape)
    const full: Reading = { ...usual, ...a, kernel }
    const other: AttributeBag = change(full, pairOf(operands.x?.shape))
    return {
      ...a,
      ...Object.fromEntries(Object.entries(other).filter(([name]) => row.attributes.some((n) => n === name))),
    }
  }
  return reach === 'sizes' ? [{ attributes }] : [reading, { attributes }]
}

const usual = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], outputPadding: [0, 0] } as const
const pairOf = (shape: readonly number[] = []): Pair => [shape[2] ?? 1, shape[3] ?? 1]
