/** What the auditing process and the one that holds the target say to one another, over Node's IPC channel. */
import type { Numerics, OperatorName, Precision, Tensor } from '../reference/contract.ts'
import type { AttributeBag } from '../reference/operators.ts'
import type { Plan } from './auditOperator.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'
import type { Recorded } from './record/journal.ts'
import type { Tally } from './tally.ts'
import type { Value } from './target/onnx/tensorProto.ts'
import type { LayersFiles } from './target/tfjs/layersModel.ts'

/** An implementation as far as it can be told across processes. */
export interface Offer {
  readonly name: string
  readonly version: string | null
  readonly precision: Precision
  readonly numerics?: Numerics
  readonly operators: readonly OperatorName[]
  /** Whether a wrong call may spoil the process for later ones. */
  readonly fragile: boolean
}

export type Request =
  | { readonly ask: 'load'; readonly target: string; readonly callMs?: number }
  | { readonly ask: 'audit'; readonly implementation: string; readonly plan: Plan; readonly recorded: Recorded }
  | { readonly ask: 'judge'; readonly implementation: string; readonly examination: Examination }
  /** A call with its operands: layers of a network, which no descriptor holds. */
  | {
      readonly ask: 'call'
      readonly implementation: string
      readonly operator: OperatorName
      readonly operands: Readonly<Record<string, Tensor | undefined>>
      readonly attributes: AttributeBag
    }
  /** A runtime of whole ONNX models, by its name. */
  | { readonly ask: 'open runtime'; readonly runtime: string }
  | { readonly ask: 'run'; readonly model: Uint8Array; readonly feeds: ReadonlyMap<string, Value> }
  /** TensorFlow.js on one of its backends, with a network of its own format. */
  | { readonly ask: 'open layers'; readonly backend: 'cpu' | 'wasm'; readonly files: LayersFiles }
  /** One layer on its inputs, or the whole network where none is named. */
  | { readonly ask: 'layer'; readonly layer: string | undefined; readonly inputs: readonly Tensor[] }
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
  | { readonly say: 'opened'; readonly version: string | undefined }
  | { readonly say: 'ran'; readonly values: ReadonlyMap<string, Value | undefined> }
  /** What came of a call or a layer, as it came; undefined for an operator that is not offered. */
  | { readonly say: 'gave'; readonly result: Tensor | undefined }
  | { readonly say: 'threw'; readonly name: string; readonly message: string }
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
