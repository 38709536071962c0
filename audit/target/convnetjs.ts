/**
 * Andrej Karpathy's convnetjs: one image at a time, float64, plain loops. Offered are the layers' forward() and
 * backward() as a network calls them; a batch is its images one after the other.
 */
import type { Implementation } from '../../reference/contract.ts'
import { pointwiseOperators } from './convnetjs/pointwise.ts'
import { slidingOperators } from './convnetjs/sliding.ts'
import { packageVersion } from './packageVersion.ts'
import type { Target } from './target.ts'

export const convnetjs: Target = {
  name: 'convnetjs',
  about: 'convnetjs layers, one image at a time in float64',
  packages: ['convnetjs'],
  async load() {
    const { default: lib } = await import('convnetjs')
    const implementation: Implementation = {
      name: 'convnetjs',
      version: packageVersion('convnetjs'),
      precision: 'float64',
      operators: { ...slidingOperators(lib), ...pointwiseOperators(lib) },
    }
    return [implementation]
  },
}
