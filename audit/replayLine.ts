/** The line that runs a finding's case again. */
import type { CaseLine } from '../properties/caseOf.ts'
import type { Manner } from './examination.ts'
import { looksLikeModule, pipeCommand } from './target/target.ts'

/** What of a finding its line is made of. */
interface Replayed {
  readonly operator: string
  readonly case: string
  readonly history?: readonly string[]
  readonly manner?: Manner
  readonly law?: string
}

/** `target`: its name, or the path or command that it is loaded by. */
export function replayLine(target: string, { operator, case: c, history = [], manner, law }: Replayed): string {
  const of = manner === 'gradient' ? operator : law
  const how = manner === undefined ? [] : [`--${manner}`, ...(of === undefined ? [] : [quoted(of)])]
  return ['cnn-oracle replay --target', quoted(target), ...how, ...[...history, c].map(quoted)].join(' ')
}

/** What is loaded by its path or command is replayed by that: its name alone tells nobody where it is. */
export function replayedBy<F extends Replayed & { readonly replay: string }>(target: string, finding: F): F {
  if (pipeCommand(target) === undefined && !looksLikeModule(target)) return finding
  return { ...finding, replay: replayLine(target, finding) }
}

/** A layer of a network: "the layer alone: cnn-oracle replay …". */
export function layerReplay({ text, literal }: CaseLine, target: string): string {
  const what = literal ? 'the layer alone' : 'a layer of its sizes, values drawn'
  return `${what}: cnn-oracle replay ${quoted(text)} --target ${quoted(target)}`
}

/** One word of a POSIX shell. */
export const quoted = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
