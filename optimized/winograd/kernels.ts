/** All kernels of the rung in one module. They depend on the sizes of blocks alone, so that one module serves every shape. */
import { Assembler } from '../kernel/assembler.ts'
import { emitInput } from './input.ts'
import { emitOutput } from './output.ts'
import { emitProducts } from './products.ts'
import { emitWeights } from './weights.ts'

export function emitKernels(): Assembler {
  const module = new Assembler()
  emitInput(module)
  for (const lanes of [4, 8] as const) {
    for (const turned of [false, true]) emitWeights(module, lanes, turned)
    emitProducts(module, lanes)
    emitOutput(module, lanes)
  }
  return module
}
