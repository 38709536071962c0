/** A command that speaks the pipe protocol as a target: `pipe:python3 my_adapter.py`. */
import type { Implementation } from '../../reference/contract.ts'
import type { DeathKind } from '../isolate.ts'
import { pipeImplementation } from '../pipe/pipe.ts'
import { ModuleError } from './target.ts'

/**
 * Starts the command by the shell, which makes way for it (`exec`), so that what is seen to end is the program itself.
 * `ended` is told what ended it during a call. Throws ModuleError with the program's own reason.
 */
export async function loadPipe(
  command: string,
  callMs: number,
  ended: (kind: DeathKind, message: string) => void,
): Promise<Implementation> {
  try {
    return await pipeImplementation(['sh', '-c', `exec ${command}`], {
      label: command,
      callMs,
      ended: ({ kind, message }) => ended(kind === 'threw' ? 'crash' : kind, message),
    })
  } catch (error) {
    throw new ModuleError(error instanceof Error ? error.message : String(error))
  }
}
