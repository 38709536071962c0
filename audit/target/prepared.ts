/**
 * A call that is ready to run as a user of the package runs it: operands lie in the package's own layout, sessions and packed
 * weights are made, and only the call and the wait for its result remain. For benchmarks; audits go through `Target`, whose
 * adapters change layouts in every call, which is no time of the package's.
 */
import type { Attributes, Operands, OperatorName, Tensor } from '../../reference/contract.ts'
import { Unsupported } from '../../reference/contract.ts'
import type { AnyOperands, AttributeBag } from '../../reference/operators.ts'

export interface Prepared {
  /** One call, its result thrown away. */
  run(): unknown
  /** The result of one call in the layout of the contract, to be judged before anything is timed. */
  result(): Tensor | Promise<Tensor>
  close(): void | Promise<void>
}

export interface PreparedCall {
  readonly operator: OperatorName
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
}

/** Throws Unsupported for what the package cannot express. */
export type Prepare = (call: PreparedCall) => Prepared | Promise<Prepared>

/** One form an operator: what prepares a call of it. */
export type Forms<Result> = {
  readonly [K in OperatorName]?: (operands: Operands<K>, attributes: Attributes<K>) => Result
}

/** Prepares by the form of the operator. Throws Unsupported where there is none. */
export function byForm<Result>(
  name: string,
  forms: Forms<Result>,
  { operator, operands, attributes }: PreparedCall,
): Result {
  const form = forms[operator]
  if (form === undefined) throw new Unsupported(`${operator}: ${name} has no call that is this operator alone`)
  // A method's parameters are bivariant, so that one signature serves every form; the table has the shapes checked.
  const known: { of(operands: AnyOperands<number>, attributes: AttributeBag): Result } = { of: form }
  return known.of(operands, attributes)
}
