/** How long the command line takes to say what it can do: a fresh process each time, by the clock on the wall. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Task } from './figure.ts'

/** Starts a round; rounds times this many are the samples' replicates. */
const STARTS = 3

/** `root`: of the repository, or of the built files. Throws RangeError where nothing is built. */
export function startupTasks(root: string): Task[] {
  const main = ['dist/cli/main.js', 'cli/main.js'].map((file) => join(root, file)).find(existsSync)
  if (main === undefined) throw new RangeError(`bench: dist/cli/main.js is not there; run npm run build first`)
  return [
    { name: 'cnn-oracle --help', args: [main, '--help'] },
    // What Node takes for nothing, to be subtracted.
    { name: 'node alone', args: ['-e', '0'] },
  ].map(({ name, args }): Task => {
    const time = async (): Promise<number> => {
      const times = Array.from({ length: STARTS }, () => start(args))
      return times.sort((a, b) => a - b)[STARTS >> 1]!
    }
    return { part: 'startup', name, case: null, unit: 'starts', time }
  })
}

function start(args: readonly string[]): number {
  const begin = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const taken = performance.now() - begin
  if (status !== 0) throw new Error(`bench: node ${args.join(' ')} ended with ${status}: ${stderr.slice(0, 200)}`)
  return taken
}
