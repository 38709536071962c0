/**
 * jax-js: JAX in JavaScript, kernels synthesized as WebAssembly while it runs. Its convolutions are told their padding in
 * pairs or by name, and every function runs eagerly or compiled by jit().
 */
import type { Implementation } from '../../reference/contract.ts'
import type { Jax, Way } from './jaxJs/evaluate.ts'
import { pointwiseOperators } from './jaxJs/pointwise.ts'
import { slidingOperators } from './jaxJs/sliding.ts'
import { packageVersion } from './packageVersion.ts'
import type { Target } from './target.ts'

export const MAIN: Way = { suffix: '', precision: 'float32', compile: false, padding: 'pairs' }
const WAYS: readonly Way[] = [
  MAIN,
  { ...MAIN, suffix: '/jit', compile: true },
  { ...MAIN, suffix: '/float64', precision: 'float64' },
  { ...MAIN, suffix: '/same', padding: 'SAME' },
  { ...MAIN, suffix: '/valid', padding: 'VALID' },
]

export const jaxJs: Target = {
  name: 'jax-js',
  about: 'jax-js on its WebAssembly backend, gradients by vjp',
  packages: ['@jax-js/jax'],
  async load() {
    const jax = await startJax()
    const version = packageVersion('@jax-js/jax')
    // jax-js asks every Float64Array whether it is a Float16Array, a ReferenceError on Node 20 and 22.
    const ways = WAYS.filter(({ precision }) => precision === 'float32' || 'Float16Array' in globalThis)
    return ways.map((way): Implementation => {
      const sliding = slidingOperators(jax, way)
      const { conv2d, conv2dInputGradient, conv2dWeightGradient } = sliding
      const operators =
        way.padding === 'pairs'
          ? { ...sliding, ...pointwiseOperators(jax, way) }
          : { conv2d, conv2dInputGradient, conv2dWeightGradient }
      return { name: `jax-js${way.suffix}`, version, precision: way.precision, operators }
    })
  },
}

export async function startJax(): Promise<Jax> {
  const jax = await import('@jax-js/jax')
  const available = await jax.init('wasm')
  if (!available.includes('wasm')) throw new Error('jax-js: the WebAssembly backend did not start')
  jax.defaultDevice('wasm')
  return jax
}
