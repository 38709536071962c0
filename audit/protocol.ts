/** What the auditing process and the one that holds the target say to one another, over Node's IPC channel. */
import type { OperatorName, Precision } from '../reference/contract.ts'
import type { Plan } from './auditOperator.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'
import type { Recorded } from './record/journal.ts'
import type { Tally } from './tally.ts'

/** An implementation as far as it can be told across processes. */
export interface Offer {
  readonly name: string
  readonly version: string | null
  readonly precision: Precision
  readonly operators: readonly OperatorName[]
  /** Whether a wrong call may spoil the process for later ones. */
  readonly fragile: boolean
}

export type Request =
  | { readonly ask: 'load'; readonly target: string; readonly callMs?: number }
  | { readonly ask: 'audit'; readonly implementation: string; readonly plan: Plan; readonly recorded: Recorded }
  | { readonly ask: 'judge'; readonly implementation: string; readonly examination: Examination }
  /** Close what is open and exit: nobody waits for a reply. */
  | { readonly ask: 'end' }

export type Reply =
  | { readonly say: 'loaded'; readonly offers: readonly Offer[] }
  /** The target cannot be audited at all: a mistake of the user's or a package that is broken. */
  | { readonly say: 'refused'; readonly message: string }
  | { readonly say: 'started'; readonly case: string; readonly index: number; readonly tally: Tally }
  | { readonly say: 'found'; readonly finding: Finding }
  /** Neither this process nor the program behind it can be asked any more. */
  | { readonly say: 'trapped'; readonly kind: 'crash' | 'hang' | 'protocol'; readonly message: string }
  | { readonly say: 'audited'; readonly tally: Tally }
  | { readonly say: 'judged'; readonly judgement: Judgement }
  /** The record is of another program. */
  | { readonly say: 'unfit'; readonly message: string }
  /** A fault of our own. */
  | { readonly say: 'fault'; readonly message: string }

/** The outcome of one case, without the tensors. */
export interface Judgement {
  readonly status: 'held' | 'unsupported' | 'not offered' | 'failed'
  readonly grade: string | null
  readonly finding: Finding | null
  readonly message: string | null
}
