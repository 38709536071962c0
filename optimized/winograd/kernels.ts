/**
 * The kernels of a layer, each compiled at its first use: a layer needs one kernel of weights out of four and one of products out
 * of ten. They depend on the depth of a block and on little else, so that layers share them.
 */
import { Assembler } from '../kernel/assembler.ts'
import type { Engine, Kernel } from '../kernel/engine.ts'
import { pitchesFor } from './block.ts'
import { emitInput } from './input.ts'
import { emitOutput } from './output.ts'
import { emitProducts } from './products.ts'
import { emitWeights } from './weights.ts'

type Lanes = 4 | 8

export interface LayerKernels {
  readonly input: Kernel
  readonly weights: ReadonlyMap<Lanes, Kernel>
  readonly output: ReadonlyMap<Lanes, Kernel>
  /** Those of a panel that is cut into pieces of q and q + 1 tiles. */
  products(q: number): ReadonlyMap<Lanes, Kernel>
}

/** For blocks of `depth` input channels and of so many lanes each. */
export function kernelsFor(
  engine: Engine,
  depth: number,
  turned: boolean,
  blocks: readonly { readonly lanes: Lanes }[],
): LayerKernels {
  const pitches = pitchesFor(depth)
  const kernel = (name: string, key: string, emit: (module: Assembler, name: string) => void): Kernel =>
    engine.kernels(`winograd ${name} ${key}`, () => {
      const module = new Assembler()
      emit(module, name)
      return module
    })(name)
  const widths = new Set(blocks.map(({ lanes }) => lanes))
  const each = (of: (lanes: Lanes) => Kernel): ReadonlyMap<Lanes, Kernel> =>
    new Map([...widths].map((lanes) => [lanes, of(lanes)]))
  return {
    input: kernel('input', `${depth}`, (module, name) => emitInput(module, name, pitches)),
    weights: each((lanes) =>
      kernel('weights', `${depth} ${lanes} ${turned}`, (module, name) =>
        emitWeights(module, name, pitches, lanes, turned),
      ),
    ),
    output: each((lanes) => kernel('output', `${lanes}`, (module, name) => emitOutput(module, name, lanes))),
    products: (q) =>
      each((lanes) =>
        kernel('products', `${depth} ${lanes} ${q}`, (module, name) => emitProducts(module, name, pitches, lanes, q)),
      ),
  }
}
