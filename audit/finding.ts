/** What an audit can find, in the words of contract.md. */
import type { OperatorName } from '../reference/contract.ts'
import type { Diagnosis } from './diagnosis/diagnosis.ts'

export const findingKinds = [
  'wrong',
  'shape',
  'type',
  'law',
  'gradient',
  'nondeterministic',
  'operand-changed',
  'result-shared',
  'crash',
  'hang',
  'threw',
  /** A program behind a pipe said what audit/PIPE.md does not allow. */
  'protocol',
  'suspect',
  'convention',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** Kinds that are reported and do not by themselves fail an audit. */
const harmless: ReadonlySet<FindingKind> = new Set(['suspect', 'convention', 'nondeterministic'])

export const isHarmless = (kind: FindingKind): boolean => harmless.has(kind)

export interface Finding {
  readonly operator: OperatorName
  /** Descriptor of the smallest case that still shows it. */
  readonly case: string
  readonly kind: FindingKind
  /** Name and sentence of the mistake that explains it, or null. */
  readonly cause: string | null
  /** How that name was found, its rivals, or the index map where none was. */
  readonly diagnosis?: Diagnosis
  /** Index of the first wrong element, or null where no element is to blame. */
  readonly where: readonly number[] | null
  readonly expected: number | null
  readonly got: number | null
  readonly bound: number | null
  /** One line that says what happened. */
  readonly message: string
  /** Attributes and values that the smallest case needs to fail: what findings are told apart by. */
  readonly features: readonly string[]
  /** How many of the cases failed in this way. */
  readonly times: number
  /** A line to paste. */
  readonly replay: string
}
