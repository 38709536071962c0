import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/**
 * The version in a package's own package.json. Many packages do not export that file, so that it is looked for upwards
 * from the package's entry, past the nameless ones that only mark a folder as a module.
 */
export const packageVersion = (name: string): string => packageOf(name).version

/** The folder of a package, for files that it ships and does not export. Throws as require.resolve does where it is not installed. */
export const packageFolder = (name: string): string => packageOf(name).folder

interface Package {
  readonly folder: string
  readonly version: string
}

/** A target that is started anew hundreds of times asks for each of its ways, which was a seventh of the time of a start. */
const found = new Map<string, Package>()

function packageOf(name: string): Package {
  const before = found.get(name)
  if (before) return before
  const now = lookedFor(name)
  found.set(name, now)
  return now
}

function lookedFor(name: string): Package {
  for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = manifest(join(folder, 'package.json'))
    if (found?.name === name && found.version !== undefined) return { folder, version: found.version }
  }
  throw new Error(`${name}: no package.json of that name above ${require.resolve(name)}`)
}

function manifest(path: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
