/**
 * Laws: equations that the operators of every implementation satisfy, whatever they are computed by. A law is a function of an
 * implementation and a case, named by its equation:
 *
 *   const outcome = await shiftEquivariance.conv2d(implementation, parseCase('conv2d n1c2h5w6 m3r3s3 @exact#7'))
 *
 * The textbook says how far a result may be off, never what it is: both sides of an equation come from the implementation
 * itself. On whole numbers that leave nothing to round the two sides must agree exactly.
 */
import type { Implementation, OperatorName, Precision } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import type { Case } from '../case.ts'
import { printCase } from '../descriptor.ts'
import type { Draw } from '../values.ts'
import { type AnyTrial, Ended, type LawMismatch, type Trial, trialOf } from './trial.ts'

export type LawOutcome =
  | {
      readonly status: 'held'
      /** Numbers compared. */
      readonly elements: number
      /** All that was compared is constant or nearly all zero: that it held proves little. */
      readonly weak: boolean
      /** No error was allowed anywhere. */
      readonly exact: boolean
    }
  | {
      readonly status: 'broken'
      /** 'law' where the two sides differ, else how a call failed. */
      readonly kind: 'law' | 'threw' | 'shape' | 'type'
      /** Equation, place, both sides, and the case to run again. */
      readonly message: string
      readonly first?: LawMismatch
    }
  | { readonly status: 'not offered'; readonly operator: OperatorName }
  | { readonly status: 'unsupported'; readonly message: string }

export interface Law {
  /** Tries the law on one case. Throws RangeError for a case that it does not speak of. */
  (implementation: Implementation, c: Case): Promise<LawOutcome>
  readonly equation: string
  /** The operator whose cases it is tried on. */
  readonly operator: OperatorName
  /** Further operators that it calls. */
  readonly uses: readonly OperatorName[]
  readonly draws: readonly Draw[]
  /** The case as one that the law speaks of, or undefined. What is such a case already stays as it is. */
  among(c: Case): Case | undefined
}

interface Definition<K extends OperatorName> {
  readonly equation: string
  readonly operator: K
  readonly uses?: readonly OperatorName[]
  readonly draws: readonly Draw[]
  among?(c: Case): Case | undefined
  /** Low bits of exact integers to drop, so that what the law sums is exact as well. */
  spare?(c: Case, precision: Precision): number
  claim(trial: Trial<K>): Promise<void>
}

export function law<K extends OperatorName>(definition: Definition<K>): Law {
  const { equation, operator, draws, uses = [] } = definition
  // A method's parameters are bivariant, so that a claim over one operator's operands serves any; the case has its operator.
  const made: { claim(trial: AnyTrial): Promise<void> } = definition
  const among = (c: Case): Case | undefined => (definition.among ? definition.among(c) : c)

  async function hold(implementation: Implementation, c: Case): Promise<LawOutcome> {
    checkDomain(c)
    const operators = [operator, ...uses]
    const missing = operators.find((name) => implementation.operators[name] === undefined)
    if (missing !== undefined) return { status: 'not offered', operator: missing }
    const spare = definition.spare?.(c, implementation.precision) ?? 0
    const { trial, tally } = trialOf(implementation, c, { row: operatorRow(operator), draws, operators, spare })
    try {
      await made.claim(trial)
    } catch (error) {
      if (error instanceof Ended) return outcomeOf(error, c)
      throw error
    }
    if (tally.elements === 0) throw new RangeError(`${equation}: nothing was compared on ${printCase(c)}`)
    return { status: 'held', ...tally }
  }

  function checkDomain(c: Case): void {
    if (c.operator !== operator) {
      throw new RangeError(`${equation}: tried on a case of ${c.operator}; take one of ${operator}`)
    }
    if ('draw' in c.values && !draws.includes(c.values.draw)) {
      throw new RangeError(
        `${equation}: values drawn @${c.values.draw}; take one of ${draws.map((d) => `@${d}`).join(', ')}`,
      )
    }
    const fit = among(c)
    if (fit !== undefined && printCase(fit) === printCase(c)) return
    throw new RangeError(
      `${equation}: does not speak of ${printCase(c)}; ${fit ? `take ${printCase(fit)}` : 'take a case of lawCases'}`,
    )
  }

  function outcomeOf({ status, kind, message, first }: Ended, c: Case): LawOutcome {
    if (status === 'unsupported') return { status, message }
    const whole = `${equation}: ${message}; ${printCase(c)}`
    return { status, kind, message: whole, ...(first && { first }) }
  }

  return Object.assign(hold, { equation, operator, uses, draws, among })
}
