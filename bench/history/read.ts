/** Reads histories back. A line that is none is named by file and number, with the mend. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Entry, entrySchema } from './entry.ts'

/** A history that cannot be read; the message is one line. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}

export const HISTORY = 'bench/history'
/** Runs of the gate's self-test are no history of speed: bench/gate/selftest.ts reads them. */
const APART = 'selftest.jsonl'

/**
 * The lines of a file, or of every *.jsonl of a folder, oldest first. What stands there twice, as a suite added again or a merge
 * leaves it, counts once: a run is one replicate. Throws HistoryError.
 */
export function readHistory(path: string): Entry[] {
  if (!existsSync(path))
    throw new HistoryError(`${path}: there is no such file; record one with bench --against main --record ${path}`)
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.jsonl') && name !== APART)
        .sort()
        .map((name) => join(path, name))
    : [path]
  const entries = new Map<string, Entry>()
  for (const file of files)
    for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries())
      if (line.trim() !== '' && !entries.has(line)) entries.set(line, entryOf(line, `${file}:${i + 1}`))
  return [...entries.values()].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
}

function entryOf(line: string, where: string): Entry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw new HistoryError(`${where}: the line is no JSON (${why}); delete it, or take it back with git checkout`)
  }
  const parsed = entrySchema.safeParse(value)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  const field = path.length > 0 ? path.join('.') : 'the line'
  throw new HistoryError(
    `${where}: ${field}: ${message}; delete the line or mend it, bench/history/entry.ts says what it holds`,
  )
}
