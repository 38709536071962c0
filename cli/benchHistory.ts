/** `cnn-oracle bench history`: what was recorded, drawn in the terminal and as a picture, with change points. */
import { chart } from '../bench/history/chart.ts'
import { entriesOfDocument, readDocument } from '../bench/history/document.ts'
import { append } from '../bench/history/entry.ts'
import { HISTORY, readHistory } from '../bench/history/read.ts'
import { type Series, seriesOf } from '../bench/history/series.ts'
import { historyPicture } from '../bench/picture/history.ts'
import { writePictures } from '../bench/picture/write.ts'
import { exitCode, UsageError } from './exit.ts'

export interface HistoryFlags {
  readonly filter?: readonly string[]
  readonly add?: string
  readonly record?: string
  readonly svg: string | false
  readonly json?: boolean
}

export function benchHistory(path: string | undefined, { filter, add, record, svg, json }: HistoryFlags): number {
  if (add !== undefined) {
    const to = record ?? `${HISTORY}/suites.jsonl`
    const entries = entriesOfDocument(readDocument(add))
    append(to, entries)
    process.stderr.write(`cnn-oracle: ${entries.length} lines added to ${to}\n`)
  }
  const where = path ?? HISTORY
  const all = seriesOf(readHistory(where))
  if (all.length === 0) throw new UsageError(`bench: ${where} holds no runs; record one: bench --against main --record`)
  const chosen = all.filter(({ name, case: c }) => filter?.some((part) => `${name} ${c ?? ''}`.includes(part)) ?? true)
  if (chosen.length === 0) {
    const names = [...new Set(all.map(({ name }) => name))].join(', ')
    throw new UsageError(`bench: no kernel of ${where} has ${filter?.join(' or ')} in its name; there are ${names}`)
  }
  if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, series: chosen.map(plain) }, null, 2)}\n`)
  else process.stdout.write(`${chosen.map((series) => chart(series, process.stdout.columns ?? 80)).join('\n\n')}\n`)
  if (svg !== false) {
    writePictures([{ file: svg, svg: historyPicture(chosen) }])
    process.stderr.write(`cnn-oracle: ${svg}\n`)
  }
  return exitCode.holds
}

const plain = ({ name, case: descriptor, entries, values, changes }: Series) => ({
  name,
  case: descriptor,
  fingerprint: entries[0]!.fingerprint,
  points: entries.map(({ date, commit, modified, perFrozen }) => ({ date, commit, modified, perFrozen })),
  changes: changes.map(({ at, by, p }) => ({ at, commit: entries[at]!.commit, change: Math.expm1(by), p })),
  runs: values.length,
})
