/** `--record` and `--resume`. Without them the record of a run is kept only when the run does not end. */

import { AuditRecord } from '../audit/record/record.ts'
import { runOf, temporaryRecord } from '../audit/record/temporary.ts'
import { quoted } from '../audit/replayLine.ts'
import { UsageError } from './exit.ts'

interface RecordFlags {
  readonly record?: string
  readonly resume?: string
}

interface Kept {
  readonly record: AuditRecord
  /** The command that goes on where the run stopped; the record stays. */
  keep(): string
  /** To be called when the run is over. */
  release(): void
}

export function recordOf({ record: begun, resume }: RecordFlags, asked: Parameters<typeof runOf>[0]): Kept {
  if (begun !== undefined && resume !== undefined)
    throw new UsageError('--record begins a record and --resume goes on with one; give one of them')
  const record =
    resume !== undefined
      ? AuditRecord.resume(resume, runOf(asked))
      : begun !== undefined
        ? AuditRecord.begin(begun, runOf(asked))
        : temporaryRecord(asked)
  const isNamed = begun !== undefined || resume !== undefined
  let kept = isNamed
  process.once('exit', () => {
    if (!kept) record.drop()
  })
  return {
    record,
    keep() {
      kept = true
      return goOnWith(record.file)
    },
    release: () => record.close(),
  }
}

/** The command line again, without --record, and with `file` as what it resumes. */
export function goOnWith(file: string): string {
  const words = process.argv.slice(2)
  const others = words.filter(
    (word, i) => !/^--(record|resume)(=|$)/.test(word) && !/^--(record|resume)$/.test(words[i - 1] ?? ''),
  )
  return `cnn-oracle ${[...others, '--resume', file].map(quoted).join(' ')}`
}
