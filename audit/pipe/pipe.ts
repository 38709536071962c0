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
import type { PipeError } from './protocol.ts'

export interface PipeOptions extends Partial<PipeLimits> {
  /** What messages call the program; its command line by default. */
  readonly label?: string
  /** Told what ended the program during a call, which then never settles: for who starts another and asks that. */
  readonly ended?: (why: PipeError) => void
}

/** Starts the command and waits for its first line. Rejects with PipeError. Calls may overlap; `close` ends the program. */
export async function pipeImplementation(
  command: readonly string[],
  { label = command.join(' '), ended, ...limits }: PipeOptions = {},
): Promise<Implementation> {
  const program = new PipeProgram(command, { ...usualPipeLimits, ...limits }, label)
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
          program.ask(operator, operands, attributes).catch((error: unknown) => {
            if (!ended || !program.whyEnded) throw error
            ended(program.whyEnded)
            return new Promise(() => {})
          }),
      ]),
    ),
    close: () => program.close(),
  }
}
