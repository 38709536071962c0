/** `cnn-oracle bench compare A B`: two recorded files, or two commits of the history. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { compare, compareText } from '../bench/history/compare.ts'
import { entriesOfDocument, readDocument } from '../bench/history/document.ts'
import type { Entry } from '../bench/history/entry.ts'
import { readHistory } from '../bench/history/read.ts'
import { exitCode, UsageError } from './exit.ts'

export interface CompareFlags {
  readonly history: string
  readonly json?: boolean
}

export function benchCompare(a: string, b: string, { history, json }: CompareFlags): number {
  const comparison = compare(recorded(a, history), recorded(b, history))
  if (comparison.rows.length === 0)
    throw new UsageError(
      `bench: ${a} and ${b} share no kernel; A has ${names(comparison.onlyA)}, B has ${names(comparison.onlyB)}`,
    )
  const text = `A: ${a}\nB: ${b}\n${compareText(comparison)}`
  process.stdout.write(`${json ? JSON.stringify({ schemaVersion: 1, a, b, ...comparison }, null, 2) : text}\n`)
  return exitCode.holds
}

const names = (list: readonly string[]): string => list.join(', ') || 'none'

/** A history, the document of a suite, or the entries of a commit. */
function recorded(what: string, history: string): Entry[] {
  if (existsSync(what)) return what.endsWith('.jsonl') ? readHistory(what) : entriesOfDocument(readDocument(what))
  const commit = commitOf(what)
  const all = readHistory(history)
  const entries = all.filter((entry) => entry.commit?.startsWith(commit) ?? false)
  if (entries.length > 0) return entries
  const known = [...new Set(all.map((entry) => entry.commit?.slice(0, 12)).filter((c) => c !== undefined))]
  throw new UsageError(
    `bench: ${what} is no file, and ${history} has nothing of commit ${commit.slice(0, 12)}; it has ${names(known)}`,
  )
}

/** A hash as it is, also where the history came without the repository; a name through git. */
function commitOf(what: string): string {
  if (/^[0-9a-f]{7,40}$/.test(what)) return what
  try {
    const parse = ['rev-parse', '--verify', '--end-of-options', `${what}^{commit}`]
    return execFileSync('git', parse, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    throw new UsageError(
      `bench: ${what} is neither a file nor a commit; give FILE.jsonl, FILE.json, a hash or a branch`,
    )
  }
}
