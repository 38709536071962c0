/** `cnn-oracle merge FILE…`: one report of the shards of a run. */
import { readFileSync } from 'node:fs'
import { merge as mergeParts, readDocument } from '../audit/report/merge.ts'
import { UsageError } from './exit.ts'
import { deliver, outputsOf, type ReportFlags } from './output.ts'

export function merge(files: readonly string[], flags: ReportFlags): number {
  const outputs = outputsOf(flags)
  return deliver(mergeParts(files.map((file) => readDocument(file, contentOf(file)))), outputs)
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`merge: ${file} cannot be read; give what \`cnn-oracle audit --json\` wrote`)
  }
}
