/**
 * One computation in jax-js: tensors in, tensor out, every reference accounted for. Functions of jax-js consume their
 * arguments; `x.ref` keeps one for another use (README, "Reference counting").
 */
import type { Array as JaxArray } from '@jax-js/jax'
import type { Precision, Tensor } from '../../../reference/tensor.ts'

export type Jax = typeof import('@jax-js/jax')

export interface Way {
  /** Stands behind the target's name, as in jax-js/jit; '' for the main way. */
  readonly suffix: string
  readonly precision: Precision
  /** Operation by operation, or traced and fused into kernels first. */
  readonly compile: boolean
  /** How convolutions are told their padding: in pairs, or by the name of the rule that gives it. */
  readonly padding: 'pairs' | 'SAME' | 'VALID'
  /** Takes the function and what it would be called with, and nothing is computed: for who calls it more than once. */
  readonly keep?: (f: JaxFunction, operands: readonly Tensor[]) => void
}

/** A function of jax-js arrays; like all of them it owns its arguments. */
export type JaxFunction = (...xs: JaxArray[]) => JaxArray

/** f at the operands. */
export async function evaluate(jax: Jax, way: Way, f: JaxFunction, operands: readonly Tensor[]): Promise<Tensor> {
  if (way.keep) {
    way.keep(f, operands)
    return operands[0]!
  }
  const arrays = operands.map(({ data, shape }) => jax.numpy.array(data, { shape: [...shape] }))
  if (!way.compile) return read(f(...arrays))
  const compiled = jax.jit(f)
  try {
    return await read(compiled(...arrays))
  } finally {
    compiled.dispose()
  }
}

/**
 * The gradient of f with respect to its argument `which`, at the operands: the product of dy with the Jacobian, as vjp()
 * gives it of this argument alone: what it cannot do for another is none of this gradient's. dy follows the operands.
 */
export function gradient(
  jax: Jax,
  way: Way,
  f: JaxFunction,
  which: number,
  operands: readonly Tensor[],
  dy: Tensor,
): Promise<Tensor> {
  const pullback: JaxFunction = (...xs) => {
    const cotangent = xs.pop()!
    const [y, back] = jax.vjp((x) => f(...xs.with(which, x)), [xs[which]!])
    y.dispose()
    const [result] = back(cotangent)
    back.dispose()
    return result!
  }
  return evaluate(jax, way, pullback, [...operands, dy])
}

/** data() consumes the array. */
export async function read(y: JaxArray): Promise<Tensor> {
  const shape = [...y.shape]
  const data = await y.data()
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape, data }
  throw new TypeError(`jax-js returned elements of type ${data.constructor.name}`)
}
