/** All programs of the corpus. */
import type { Right, Wrong } from './entry.ts'
import { algorithms } from './right/algorithms.ts'
import { sums } from './right/sums.ts'
import { batchMistakes } from './wrong/batch.ts'
import { functionMistakes } from './wrong/function.ts'
import { kernelMistakes } from './wrong/kernel.ts'
import { pathMistakes } from './wrong/path.ts'
import { poolingMistakes } from './wrong/pooling.ts'
import { precisionMistakes } from './wrong/precision.ts'
import { signalMistakes } from './wrong/signal.ts'
import { stateMistakes } from './wrong/state.ts'
import { tailMistakes } from './wrong/tail.ts'
import { windowMistakes } from './wrong/window.ts'

export const wrongPrograms: readonly Wrong[] = [
  ...kernelMistakes,
  ...windowMistakes,
  ...batchMistakes,
  ...tailMistakes,
  ...poolingMistakes,
  ...functionMistakes,
  ...signalMistakes,
  ...precisionMistakes,
  ...stateMistakes,
  ...pathMistakes,
]
export const rightPrograms: readonly Right[] = [...sums, ...algorithms]
