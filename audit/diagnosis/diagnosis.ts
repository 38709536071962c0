/** What a diagnosis says, and how it reads. */
import type { OperatorName } from '../../reference/contract.ts'

export interface Cause {
  readonly name: string
  /** What the mistake is and where to look for the mend. */
  readonly sentence: string
}

export interface Diagnosis {
  readonly operator: OperatorName
  /** Whether it speaks of wrong results or, where none is wrong, of conventions. */
  readonly of: 'wrong' | 'convention'
  /** The mistakes that together explain everything: one or two; none where it is unexplained. */
  readonly causes: readonly Cause[]
  /** Other names that no tried case could tell from these. */
  readonly rivals: readonly string[]
  /** Failing outputs that are reproduced, passing cases that are explained, and cases that were run to separate rivals. */
  readonly reproduced: number
  readonly explained: number
  readonly separating: number
  /** Where it is unexplained and the operator linear: lines of a table. */
  readonly indexMap: readonly string[]
}

/** Name and sentence of the mistakes, or null where it is unexplained. */
export const causeOf = ({ causes }: Diagnosis): string | null =>
  causes.length === 0 ? null : causes.map(({ name, sentence }) => `${name}: ${sentence}`).join('; and ')

/** Lines for people. */
export function diagnosisLines(d: Diagnosis): string[] {
  const cause = causeOf(d)
  if (cause === null) {
    const map = d.indexMap.length > 0 ? ['what impulses show it to use:', ...d.indexMap.map((line) => `  ${line}`)] : []
    return ['looks like: unexplained, no known mistake or pair of mistakes reproduces it', ...map]
  }
  const evidence =
    `reproduces ${count(d.reproduced, 'failing result')}, explains ${count(d.explained, 'other')}; ` +
    `${count(d.separating, 'case')} run to separate it from its rivals`
  const rivals = d.rivals.length > 0 ? [`equally good: ${d.rivals.join(', ')}`] : []
  return [`looks like: ${cause}`, `  ${evidence}`, ...rivals.map((line) => `  ${line}`)]
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
