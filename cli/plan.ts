/** `cnn-oracle plan '<descriptor>'`: how `optimized` will compute a case: algorithm, tile, blocks, memory, bound, kernels. */
import { explain, planned } from '../optimized/explain.ts'
import { optimized } from '../optimized/index.ts'
import { completeAttributes, operandShapes } from '../properties/case.ts'
import { parseCase } from '../properties/descriptor.ts'
import { exitCode, UsageError } from './exit.ts'

export function plan(descriptor: string): number {
  const c = parseCase(descriptor)
  const text = explain(c.operator, operandShapes(c), completeAttributes(c))
  if (text === undefined) {
    throw new UsageError(`plan: ${c.operator} has none; those of ${planned.join(', ')} can be shown`)
  }
  process.stdout.write(`optimized (${optimized.version})\n${text}\n`)
  return exitCode.holds
}
