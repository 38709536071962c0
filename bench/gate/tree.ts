/**
 * The tree of a commit on disk, written once: cached by its tree hash under node_modules/.cache. `git archive` only reads the
 * repository, where a worktree would leave entries in it and fail where it may not be written to, as in some CI.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export interface Checkout {
  readonly commit: string
  readonly folder: string
}

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

/** Throws RangeError where the repository has no such commit. */
export function checkout(root: string, ref: string): Checkout {
  let commit: string
  try {
    commit = git(root, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`)
  } catch {
    throw new RangeError(`bench: ${ref} is no commit of this repository; give a branch, a tag or a hash`)
  }
  const cache = join(root, 'node_modules/.cache/cnn-oracle-bench')
  const folder = join(cache, git(root, 'rev-parse', `${commit}^{tree}`))
  if (existsSync(join(folder, 'optimized/index.ts'))) return { commit, folder }
  // Moved into place when complete, so that what an interruption leaves is never taken for one.
  const part = `${folder}.part${process.pid}`
  mkdirSync(part, { recursive: true })
  git(root, 'archive', '--format=tar', '--output', `${part}.tar`, commit)
  execFileSync('tar', ['-xf', `${part}.tar`, '-C', part])
  rmSync(`${part}.tar`)
  renameSync(part, folder)
  return { commit, folder }
}
