/** A named mistake, and the operators it can be made in. */
import type { OperatorName, Precision } from '../../reference/contract.ts'
import type { Mistake } from './mistake.ts'

export interface Hypothesis {
  readonly name: string
  /** What the mistake is, and where to look for the mend. */
  readonly sentence: string
  readonly operators: readonly OperatorName[]
  /** Not looked for beside another: there are too many of its kind. */
  readonly alone?: boolean
  /** Where it can be seen in one precision alone. */
  readonly precision?: Precision
  /** The programs that make it: one that sizes its result after the mistake differs from one that does not. */
  readonly mistakes: (operator: OperatorName) => readonly Mistake[]
}

type Made = Mistake | readonly Mistake[] | ((operator: OperatorName) => Mistake | readonly Mistake[])

export function hypothesis(name: string, sentence: string, operators: readonly OperatorName[], made: Made): Hypothesis {
  const mistakes = (operator: OperatorName): readonly Mistake[] => {
    const one = typeof made === 'function' ? made(operator) : made
    return Array.isArray(one) ? one : [one as Mistake]
  }
  return { name, sentence, operators, mistakes }
}

/** Operators by what they have in common. */
export const layers = ['conv2d', 'conv2dInputGradient', 'conv2dWeightGradient', 'convTranspose2d'] as const
export const denses = ['dense', 'denseInputGradient', 'denseWeightGradient'] as const
export const signals = ['convolve1d', 'correlate1d', 'convolve2d', 'correlate2d'] as const
export const planes = ['convolve2d', 'correlate2d'] as const
export const biasGradients = ['conv2dBiasGradient', 'denseBiasGradient'] as const
export const meanPools = ['averagePool2d', 'averagePool2dGradient'] as const
export const maxPools = ['maxPool2d', 'maxPool2dGradient'] as const
export const pools = [...maxPools, ...meanPools] as const
export const slopes = ['sigmoidGradient', 'tanhGradient', 'reluGradient'] as const
export const biased = ['conv2d', 'convTranspose2d', 'dense'] as const
