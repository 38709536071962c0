/** Ctrl-C: the first ends the work, so that what was found is reported; the second ends the program. */
import { exitCode } from './exit.ts'

/** Aborted by SIGINT or SIGTERM. What other processes hold is ended as this one exits. */
export function interruption(): AbortSignal {
  const abort = new AbortController()
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(exitCode.interrupted)
    abort.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return abort.signal
}
