/** jax-js: arrays are made once, the function is compiled by jit() as its users do, and each call waits for its result. */
import { Unsupported } from '../../../reference/contract.ts'
import { callOperator } from '../../../reference/operators.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { MAIN, startJax } from '../jaxJs.ts'
import type { Prepare } from '../prepared.ts'
import { type JaxFunction, read } from './evaluate.ts'
import { pointwiseOperators } from './pointwise.ts'
import { slidingOperators } from './sliding.ts'

export async function prepareJaxJs(): Promise<Prepare> {
  const jax = await startJax()
  return async ({ operator, operands, attributes }) => {
    let kept: { readonly f: JaxFunction; readonly given: readonly Tensor[] } | undefined
    const way = { ...MAIN, keep: (f: JaxFunction, given: readonly Tensor[]) => (kept = { f, given }) }
    const all = { ...slidingOperators(jax, way), ...pointwiseOperators(jax, way) }
    await callOperator({ name: 'jax-js', precision: 'float32', operators: all }, operator, operands, attributes)
    if (kept === undefined) throw new Unsupported(`${operator}: jax-js has no such operator`)
    const arrays = kept.given.map(({ data, shape }) => jax.numpy.array(data, { shape: [...shape] }))
    const compiled = jax.jit(kept.f)
    // A call consumes its arguments; `ref` keeps them for the next.
    const call = () => compiled(...arrays.map((array) => array.ref))
    return {
      run: async () => (await call().blockUntilReady()).dispose(),
      result: () => read(call()),
      close: () => {
        compiled.dispose()
        for (const array of arrays) array.dispose()
      },
    }
  }
}
