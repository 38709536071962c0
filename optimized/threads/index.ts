/**
 * The simd rung on several threads. A layer is cut into parts, the same operator on slices of its operands, whose kernels and whose
 * order of sums are those of the whole: results are the simd rung's, bit by bit. Calls stay synchronous: the calling thread
 * computes its share and waits for the rest.
 *
 * Besides the blocks of each thread this takes one shared memory, as large as what the workers read and write of the largest layer so
 * far: operands and results once. `close` gives it back; a later call starts anew.
 */
import type { Attributes, Operands, OperatorName, Tensor } from '../../reference/contract.ts'
import type { Blocked } from '../blocked/index.ts'
import { Engine } from '../kernel/engine.ts'
import { conv2d, conv2dInputGradient, conv2dWeightGradient, convTranspose2d } from './convolution.ts'
import { Crew } from './crew.ts'
import { type Divisible, divide } from './cut.ts'
import { dense, denseInputGradient, denseWeightGradient } from './dense.ts'
import { runJob, type Terms } from './job.ts'
import type { Named, Shared } from './kernels.ts'
import { LEAST_FLOPS, LIMIT_MS } from './limits.ts'
import { obstacle, threadCount } from './support.ts'

export interface ThreadsOptions extends Partial<Terms> {
  /** Threads in all, the calling one included; else one a core, eight at most. */
  readonly threads?: number
  /** A layer of fewer operations stays on one thread. */
  readonly leastFlops?: number
  /** The module that a worker runs: for tests. */
  readonly worker?: URL
}

/** The rung under a name, over the simd rung, which computes what is small or cannot be cut. */
export function threads(name: string, below: Blocked, options: ThreadsOptions = {}): Blocked {
  const count = threadCount(options.threads)
  const reason = obstacle(count)
  if (reason !== undefined) return { ...below, name, version: `${below.version ?? below.name}: ${reason}` }
  const { leastFlops = LEAST_FLOPS } = options
  const terms: Terms = { limitMs: options.limitMs ?? LIMIT_MS, onlyWorkers: options.onlyWorkers ?? false }
  let crew: Crew | undefined
  let engine: Engine | undefined
  const shared = (operator: Shared, layer: Divisible, operands: Named): Tensor | undefined => {
    const division = layer.flops < leastFlops ? undefined : divide(layer, count)
    if (division === undefined) return undefined
    crew ??= new Crew(count - 1, { file: options.worker })
    engine ??= new Engine()
    try {
      const data = runJob(crew, engine, { operator, operands, layer, division }, terms)
      return data && { shape: layer.result, data }
    } catch (error) {
      // Parts may still be computed: that memory is theirs now.
      void close()
      throw error
    }
  }
  const close = async (): Promise<void> => {
    const ended = crew
    crew = undefined
    await ended?.stop()
  }
  /** Cuts and shares a layer, or leaves it below. */
  const over = <K extends Shared & OperatorName>(
    operator: K,
    cut: (operands: Operands<K>, attributes: Attributes<K>) => Divisible,
    rest: (operands: Operands<K>, attributes: Attributes<K>) => Tensor,
  ) => {
    return (o: Operands<K> & Named, a: Attributes<K>): Tensor => shared(operator, cut(o, a), o) ?? rest(o, a)
  }
  const rest = below.operators
  return {
    ...below,
    name,
    version: `${below.version ?? below.name}, ${count} threads`,
    operators: {
      ...rest,
      conv2d: over('conv2d', conv2d, rest.conv2d),
      conv2dInputGradient: over('conv2dInputGradient', conv2dInputGradient, rest.conv2dInputGradient),
      conv2dWeightGradient: over('conv2dWeightGradient', conv2dWeightGradient, rest.conv2dWeightGradient),
      convTranspose2d: over('convTranspose2d', convTranspose2d, rest.convTranspose2d),
      dense: over('dense', dense, rest.dense),
      denseInputGradient: over('denseInputGradient', denseInputGradient, rest.denseInputGradient),
      denseWeightGradient: over('denseWeightGradient', denseWeightGradient, rest.denseWeightGradient),
    },
    close,
  }
}
