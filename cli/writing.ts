/** Files and folders that options name: a failure to write one is a mistake of the user's, in one line. */
import { accessSync, closeSync, constants, openSync, realpathSync, rmSync, statSync } from 'node:fs'
import { UsageError } from './exit.ts'

/** Runs what writes the file or folder. Throws UsageError where that fails. */
export function writing(option: string, file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${option} ${file} cannot be written: ${why}; give one that can be`)
  }
}

/** Throws where the file could not be written; leaves everything as it is. */
export function tryFile(file: string): void {
  const there = statSync(file, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw new Error('it is a folder')
  if (there) accessSync(file, constants.W_OK)
  else {
    closeSync(openSync(file, 'a'))
    // The end of a link that led nowhere, and not the link.
    rmSync(realpathSync(file))
  }
}
