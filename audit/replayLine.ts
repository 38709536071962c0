/** The line that runs a finding's case again. */
import type { CaseLine } from '../properties/caseOf.ts'
import type { Finding } from './finding.ts'
import { looksLikeModule, pipeCommand } from './target/target.ts'

/** What is loaded by its path or command is replayed by that: its name alone tells nobody where it is. */
export function replayedBy(target: string, finding: Finding): Finding {
  if (pipeCommand(target) === undefined && !looksLikeModule(target)) return finding
  const calls = [...(finding.history ?? []), finding.case]
  return { ...finding, replay: `cnn-oracle replay --target ${quoted(target)} ${calls.map(quoted).join(' ')}` }
}

/** A layer of a network: "the layer alone: cnn-oracle replay …". */
export function layerReplay({ text, literal }: CaseLine, target: string): string {
  const what = literal ? 'the layer alone' : 'a layer of its sizes, values drawn'
  return `${what}: cnn-oracle replay ${quoted(text)} --target ${quoted(target)}`
}

/** One word of a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
