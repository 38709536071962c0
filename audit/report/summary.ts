/** What an audit says of one operator, in a word, and of an implementation, in numbers. */
import type { ImplementationReport } from '../auditTarget.ts'
import { type Finding, isHarmless } from '../finding.ts'
import type { OperatorReport } from '../tally.ts'

export const operatorVerdicts = [
  'exact',
  'accurate',
  'tolerable',
  'suspect',
  'convention',
  'wrong',
  'unsupported',
] as const
export type OperatorVerdict = (typeof operatorVerdicts)[number]

/** The worst that was seen of an operator. */
export function operatorVerdict({ operator, tally }: OperatorReport, findings: readonly Finding[]): OperatorVerdict {
  const own = findings.filter((finding) => finding.operator === operator)
  if (own.some((finding) => !isHarmless(finding))) return 'wrong'
  if (own.some((finding) => finding.kind === 'convention' || finding.kind === 'nondeterministic')) return 'convention'
  if (own.some((finding) => finding.kind === 'suspect')) return 'suspect'
  if (tally.cases === 0) return 'unsupported'
  if (tally.elements.tolerable > 0) return 'tolerable'
  return tally.elements.accurate > 0 ? 'accurate' : 'exact'
}

const isRight = (verdict: OperatorVerdict): boolean => ['exact', 'accurate', 'tolerable'].includes(verdict)

export interface Score {
  readonly right: number
  readonly convention: number
  readonly wrong: number
}

/** Operators of an implementation by what was found of them. */
export function scoreOf(verdicts: readonly OperatorVerdict[]): Score {
  const score = { right: 0, convention: 0, wrong: 0 }
  for (const verdict of verdicts) {
    if (verdict === 'wrong') score.wrong++
    else if (isRight(verdict)) score.right++
    else if (verdict !== 'unsupported') score.convention++
  }
  return score
}

/** The same of a report that is being written. */
export const scoreSoFar = ({ operators, findings }: ImplementationReport): Score =>
  scoreOf(operators.map((operator) => operatorVerdict(operator, findings)))
