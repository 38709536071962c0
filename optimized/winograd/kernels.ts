/** All kernels of the rung for blocks of one depth in a module, which serves every shape. */
import { Assembler } from '../kernel/assembler.ts'
import type { Engine, Kernels } from '../kernel/engine.ts'
import { pitchesFor } from './block.ts'
import { emitInput } from './input.ts'
import { emitOutput } from './output.ts'
import { emitProducts } from './products.ts'
import { emitWeights } from './weights.ts'

export const kernelsFor = (engine: Engine, depth: number): Kernels =>
  engine.kernels(`winograd ${depth}`, () => emitKernels(depth))

function emitKernels(depth: number): Assembler {
  const module = new Assembler()
  const pitches = pitchesFor(depth)
  emitInput(module, pitches)
  for (const lanes of [4, 8] as const) {
    for (const turned of [false, true]) emitWeights(module, pitches, lanes, turned)
    emitProducts(module, pitches, lanes)
    emitOutput(module, lanes)
  }
  return module
}
