/**
 * A program in any language as an implementation: it reads requests from its stdin and writes answers to its stdout, in the
 * pipe protocol of audit/PIPE.md.
 *
 *   const torch = await pipeImplementation(['python3', 'torch_witness.py'])
 *   await torch.operators.relu?.({ x }, {})
 *   await torch.close?.()
 */
import type { Implementation } from '../../reference/contract.ts'
import type { AttributeBag } from '../../reference/operators.ts'
import type { Tensor } from '../../reference/tensor.ts'
import { type PipeLimits, PipeProgram, usualPipeLimits } from './program.ts'

/** Starts the command and waits for its first line. Rejects with PipeError. Calls may overlap; `close` ends the program. */
export async function pipeImplementation(
  command: readonly string[],
  limits: Partial<PipeLimits> = {},
): Promise<Implementation> {
  const program = new PipeProgram(command, { ...usualPipeLimits, ...limits })
  const { name, implementationVersion, precision, numerics, operators } = await program.hello
  return {
    name,
    ...(implementationVersion === undefined ? {} : { version: implementationVersion }),
    precision,
    ...(numerics === undefined ? {} : { numerics }),
    operators: Object.fromEntries(
      operators.map((operator) => [
        operator,
        (operands: Readonly<Record<string, Tensor | undefined>>, attributes: AttributeBag): Promise<Tensor> =>
          program.ask(operator, operands, attributes),
      ]),
    ),
    close: () => program.close(),
  }
}
