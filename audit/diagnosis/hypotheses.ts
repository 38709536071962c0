/** All hypotheses, the more common ones first: of several that no case can tell apart the first one gives its name. */
import type { OperatorName, Precision } from '../../reference/contract.ts'
import { activationMistakes } from './family/activation.ts'
import { biasMistakes } from './family/bias.ts'
import { channelMistakes } from './family/channel.ts'
import { costMistakes } from './family/cost.ts'
import { layoutMistakes } from './family/layout.ts'
import { paddingMistakes } from './family/padding.ts'
import { partMistakes } from './family/part.ts'
import { poolingMistakes } from './family/pooling.ts'
import { precisionMistakes } from './family/precision.ts'
import { scaleMistakes } from './family/scale.ts'
import { signalMistakes } from './family/signal.ts'
import { slopeMistakes } from './family/slope.ts'
import { softmaxMistakes } from './family/softmax.ts'
import { softmaxVariants } from './family/softmaxVariant.ts'
import { tailMistakes } from './family/tail.ts'
import { tapMistakes } from './family/taps.ts'
import { windowMistakes } from './family/window.ts'
import type { Hypothesis } from './hypothesis.ts'
import type { Mistake } from './mistake.ts'

export const hypotheses: readonly Hypothesis[] = [
  ...signalMistakes,
  ...tapMistakes,
  ...channelMistakes,
  ...windowMistakes,
  ...paddingMistakes,
  ...partMistakes,
  ...biasMistakes,
  ...poolingMistakes,
  ...activationMistakes,
  ...slopeMistakes,
  ...softmaxMistakes,
  ...softmaxVariants,
  ...costMistakes,
  ...scaleMistakes,
  ...layoutMistakes,
  ...precisionMistakes,
  ...tailMistakes,
]

/** One program that makes the mistake of a hypothesis. */
export interface Candidate {
  readonly hypotheses: readonly Hypothesis[]
  readonly mistake: Mistake
}

/** Every program of every hypothesis of an operator. */
export function candidatesFor(operator: OperatorName, precision: Precision): Candidate[] {
  return hypotheses
    .filter((h) => h.operators.includes(operator) && (h.precision ?? precision) === precision)
    .flatMap((h) => h.mistakes(operator).map((mistake) => ({ hypotheses: [h], mistake })))
}
