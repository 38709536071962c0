/** Exit codes, and the one-line form in which every mistake of the user's ends. */

export const exitCode = { holds: 0, findings: 1, usage: 2, inconclusive: 3, fault: 70, interrupted: 130 } as const

/** A mistake in what was asked; its message is one line that names the mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Errors of the library that a wrong argument causes, told by name so that the library need not be loaded. */
const causedByInput = new Set([
  'UsageError',
  'DescriptorError',
  'ShapeError',
  'ModuleError',
  'DataError',
  'Diverged',
  'HistoryError',
  'KnownError',
  'MergeError',
  'ModelError',
  'PictureError',
  'RangeError',
  'RecordError',
  'Refused',
  'Unreadable',
  'Unsupported',
])

/** Prints an error in the way its cause asks for and returns the exit code. */
export function report(error: unknown): number {
  if (error instanceof Error && causedByInput.has(error.name)) {
    process.stderr.write(`cnn-oracle: ${error.message.split('\n')[0]}\n`)
    return exitCode.usage
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`cnn-oracle: a fault of our own; please report it with this trace\n${detail}\n`)
  return exitCode.fault
}
