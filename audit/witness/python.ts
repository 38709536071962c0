/**
 * The Python that has a witness's packages. Debian packages SciPy, PyTorch and ONNX for its own interpreter, which another
 * python3 earlier in PATH hides: /usr/bin/python3 is asked first.
 */
import { spawnSync } from 'node:child_process'

const INTERPRETERS = ['/usr/bin/python3', 'python3']

/** Loading PyTorch takes 2 s of an idle core. */
const IMPORT_MS = 60_000

export interface Python {
  readonly command: string
  /** Why there is none, with the mend; undefined when it has the packages. */
  readonly missing: string | undefined
  /** Nothing to run with, and nobody insists: ORACLE_WITNESSES=required makes what would be skipped fail. */
  readonly skip: boolean
}

const debian = (modules: readonly string[]): string =>
  `on Debian: apt-get install ${modules.map((name) => `python3-${name}`).join(' ')}`

/** The first interpreter that imports all of these modules; `mend` is how one comes by them. */
export function pythonWith(modules: readonly string[], mend = debian(modules)): Python {
  const why: string[] = []
  for (const command of INTERPRETERS) {
    const { status, stderr, error } = spawnSync(command, ['-c', `import ${modules.join(', ')}`], {
      encoding: 'utf8',
      timeout: IMPORT_MS,
    })
    if (status === 0) return { command, missing: undefined, skip: false }
    why.push(`${command}: ${error ? error.message : stderr.trimEnd().split('\n').at(-1)}`)
  }
  const missing = `no Python has ${modules.join(', ')} (${why.join('; ')}); ${mend}`
  return { command: 'python3', missing, skip: process.env.ORACLE_WITNESSES !== 'required' }
}

/** The title of a suite that needs this Python; a suite that is skipped says so in it and on stderr. */
export function titled(title: string, { missing, skip }: Python): string {
  if (!skip) return title
  console.warn(`\nskipped: ${title}: ${missing}\n`)
  return `${title} (skipped: ${missing})`
}
