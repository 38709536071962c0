/** What a run and an arm, the process that holds one implementation, say to each other. */
import type { Call } from '../../properties/case.ts'
import type { Tensor } from '../../reference/contract.ts'
import type { MemorySpeed } from '../measure/calibration.ts'
import type { Block, SamplerOptions } from '../measure/sampler.ts'

export type Request =
  | { readonly ask: 'load' }
  /** Makes a case ready and answers with what of its result is judged. Its operands were drawn once, for all arms. */
  | {
      readonly ask: 'prepare'
      readonly descriptor: string
      readonly operands: Call['operands']
      readonly judged: 'part' | 'total'
    }
  | { readonly ask: 'warm'; readonly options: SamplerOptions }
  | { readonly ask: 'block' }
  | { readonly ask: 'memory' }

export type Reply =
  | { readonly say: 'loaded' }
  /** `ms`: what a call took of the processor. */
  | { readonly say: 'prepared'; readonly judged: Tensor; readonly ms: number }
  /** What is not offered, or `threw`. */
  | { readonly say: 'refused'; readonly message: string; readonly threw: boolean }
  | { readonly say: 'warm'; readonly steady: boolean }
  | { readonly say: 'block'; readonly block: Block }
  | { readonly say: 'memory'; readonly memory: MemorySpeed }

/** The arm that holds no implementation: the loop that measures the peak. */
export const PEAK = 'peak'
