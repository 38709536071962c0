/** What the gate and an arm, the process that times one side, say to each other. */
import type { Block } from '../measure/sampler.ts'
import type { Tracked } from './tracked.ts'

export type Request =
  /** `judge`: hold the result against the textbook as well, which takes longer than to time it. */
  | { readonly ask: 'prepare'; readonly what: Tracked | 'same' | 'frozen'; readonly judge: boolean }
  /** What was prepared, on operands that lie elsewhere. */
  | { readonly ask: 'move' }
  | { readonly ask: 'block' }

export type Reply =
  | { readonly say: 'prepared'; readonly digest: string; readonly steady: boolean }
  | { readonly say: 'moved' }
  | { readonly say: 'block'; readonly block: Block }
