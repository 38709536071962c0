/** The table of operators. Laws, gradient checks, audits, benchmarks, reports and the documentation walk it. */
import type { Implementation, OperatorName, Tensor } from './contract.ts'
import { nearest } from './nearest.ts'
import type { AnyOperands, AttributeBag, OperatorRow } from './row.ts'
import { convolutionRows } from './rows/convolution.ts'
import { denseRows } from './rows/dense.ts'
import { pointwiseRows } from './rows/pointwise.ts'
import { poolingRows } from './rows/pooling.ts'
import { signalRows } from './rows/signal.ts'

export type { AnyOperands, AttributeBag, ChosenAttribute, Family, OperatorRow, Sizes } from './row.ts'

/** A row an operator, in the order of contract.md. */
export const operators: readonly OperatorRow[] = [
  ...signalRows,
  ...convolutionRows,
  ...poolingRows,
  ...denseRows,
  ...pointwiseRows,
]

const byName = new Map(operators.map((row) => [row.name as string, row]))

/** The row of an operator by its name. Throws RangeError that names the nearest one. */
export function operatorRow(name: string): OperatorRow {
  const row = byName.get(name)
  if (row) return row
  throw new RangeError(
    `no operator is called ${JSON.stringify(name)}; did you mean ${nearest(String(name), [...byName.keys()])}?`,
  )
}

export const isOperatorName = (name: string): name is OperatorName => byName.has(name)

/** Calls an operator of an implementation by name; undefined when it is not offered. */
export function callOperator(
  implementation: Implementation,
  name: OperatorName,
  operands: AnyOperands<number>,
  attributes: AttributeBag,
): Tensor | Promise<Tensor> | undefined {
  // A method's parameters are bivariant, so that one signature serves every row; the table has the shapes checked.
  const operator = implementation.operators[name]
  if (operator === undefined) return undefined
  const offered: { run(operands: AnyOperands<number>, attributes: AttributeBag): Tensor | Promise<Tensor> } = {
    run: operator,
  }
  return offered.run.call(implementation.operators, operands, attributes)
}

export { nearest } from './nearest.ts'
