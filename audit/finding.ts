/** What an audit can find, in the words of contract.md. */
import type { Case } from '../properties/case.ts'
import { printCase } from '../properties/descriptor.ts'
import type { OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import type { Diagnosis } from './diagnosis/diagnosis.ts'
import type { Examination, Manner } from './examination.ts'
import { featuresOf } from './features.ts'
import { replayLine } from './replayLine.ts'

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

/** Kinds that a result proves, however often it comes; that a call threw or hung may have been the machine. */
const ofResults: ReadonlySet<FindingKind> = new Set(['wrong', 'shape', 'type', 'law', 'gradient'])
export const isOfResult = (kind: FindingKind): boolean => ofResults.has(kind)

export const isConvention = (kind: FindingKind): boolean => kind === 'convention'

/** Reported, and by itself no failure of an audit: what may be right, and results that differ where each of them is right. */
export const isHarmless = ({ kind, failedOnce }: { kind: FindingKind; failedOnce?: true | undefined }): boolean =>
  kind === 'suspect' || isConvention(kind) || (kind === 'nondeterministic' && !failedOnce)

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
  /** How it was called, where single calls hold; `history` are then the calls under way with it, or the one refilled. */
  readonly manner?: Manner
  /** The equation of the law that is broken. */
  readonly law?: string
  readonly kind: FindingKind
  /** Of what is 'nondeterministic': a result was wrong, though not when it was confirmed. */
  readonly failedOnce?: true
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
    replay: replayLine(implementation, { operator: c.operator, case: descriptor }),
  }
}

/** A finding of an examination, at the case that it failed on. */
export function examinedFinding(
  implementation: string,
  { case: c, manner, others = [], of }: Examination,
  { kind, message, first }: { kind: FindingKind; message: string; first?: Parameters<typeof findingOf>[4] },
): Finding {
  const finding = {
    ...findingOf(implementation, c, kind, message, first, []),
    ...(manner === 'gradient' && of !== undefined && { operator: operatorRow(of).name }),
    ...(others.length > 0 && { history: others.map(printCase) }),
    ...(manner && { manner }),
    ...(manner === 'law' && of !== undefined && { law: of }),
    features: manner ? [manner] : featuresOf(c),
  }
  return { ...finding, replay: replayLine(implementation, finding) }
}

/** A finding of a call that is right alone and wrong after others. */
export function afterCalls(implementation: string, finding: Finding, history: readonly string[]): Finding {
  const message = `${finding.message}; right alone, wrong after ${history.join(', then ')}`
  const features = [...new Set([...finding.features, 'history'])]
  return { ...finding, history, message, features, replay: replayLine(implementation, { ...finding, history }) }
}

/** A finding as it is reported: where it came from has served to confirm it. */
export function withoutOrigin({ origin: _, ...finding }: Finding): Finding {
  return finding
}
