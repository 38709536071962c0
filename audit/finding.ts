/** What an audit can find, in the words of contract.md. */
import type { Case } from '../properties/case.ts'
import { printCase } from '../properties/descriptor.ts'
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

interface Origin {
  readonly case: string
  readonly before: readonly string[]
}

export interface Finding {
  readonly operator: OperatorName
  /** Descriptor of the smallest case that still shows it. */
  readonly case: string
  /** Descriptors of the calls before it in the same instance, where it is wrong only after them. */
  readonly history?: readonly string[]
  /** The case as it was drawn, and the calls before it: what to run where the smallest case alone is right. */
  readonly origin?: Origin
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

/** A finding in the form of the report. */
export function findingOf(
  implementation: string,
  c: Case,
  kind: FindingKind,
  message: string,
  first: { index: readonly number[]; expected: number; got: number; bound: number } | undefined,
  features: readonly string[],
): Finding {
  const descriptor = printCase(c)
  return {
    operator: c.operator,
    case: descriptor,
    kind,
    cause: null,
    where: first?.index ?? null,
    expected: first?.expected ?? null,
    got: first?.got ?? null,
    bound: first?.bound ?? null,
    message,
    features,
    times: 1,
    replay: `cnn-oracle replay --target ${implementation} '${descriptor}'`,
  }
}

/** A finding of a call that is right alone and wrong after others. */
export function afterCalls(finding: Finding, history: readonly string[]): Finding {
  const message = `${finding.message}; right alone, wrong after ${history.join(', then ')}`
  const replay = finding.replay.replace(`'${finding.case}'`, () =>
    [...history, finding.case].map((d) => `'${d}'`).join(' '),
  )
  return { ...finding, history, message, features: [...finding.features, 'history'], replay }
}

/** A finding as it is reported: where it came from has served to confirm it. */
export function withoutOrigin({ origin: _, ...finding }: Finding): Finding {
  return finding
}
