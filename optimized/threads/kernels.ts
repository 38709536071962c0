/** The operators that threads share, as the simd rung computes them; a worker calls them by name. */
import type { Tensor } from '../../reference/contract.ts'
import type { Engine } from '../kernel/engine.ts'
import { conv2d, conv2dInputGradient, convTranspose2d } from '../simd/conv2d.ts'
import { conv2dWeightGradient } from '../simd/conv2dWeightGradient.ts'
import { dense, denseInputGradient, denseWeightGradient } from '../simd/dense.ts'

export type Named = Readonly<Record<string, Tensor | undefined>>

/** A method's parameters are bivariant, so that one signature serves every row; who calls has the shapes checked. */
interface Kernel {
  run(engine: Engine, operands: Named, attributes: object, into?: Float32Array): Tensor | undefined
}

const kernels = {
  conv2d: { run: conv2d },
  conv2dInputGradient: { run: conv2dInputGradient },
  conv2dWeightGradient: { run: conv2dWeightGradient },
  convTranspose2d: { run: convTranspose2d },
  dense: { run: (engine, operands: Parameters<typeof dense>[1], _, into) => dense(engine, operands, into) },
  denseInputGradient: {
    run: (engine, operands: Parameters<typeof denseInputGradient>[1], _, into) =>
      denseInputGradient(engine, operands, into),
  },
  denseWeightGradient: {
    run: (engine, operands: Parameters<typeof denseWeightGradient>[1], _, into) =>
      denseWeightGradient(engine, operands, into),
  },
} satisfies Record<string, Kernel>

export type Shared = keyof typeof kernels

export const isShared = (name: string): name is Shared => Object.hasOwn(kernels, name)

/** Into the array given, whether the kernel writes there or hands out an array of its own; false where another rung must do it. */
export function compute(
  engine: Engine,
  operator: Shared,
  operands: Named,
  attributes: object,
  into: Float32Array,
): boolean {
  const kernel: Kernel = kernels[operator]
  const result = kernel.run(engine, operands, attributes, into)
  if (result && result.data !== into) into.set(result.data)
  return result !== undefined
}
