/** The record of a run that nobody asked to keep: in the system's folder for such files, there should the run be killed. */
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment, tool } from '../report/environment.ts'
import type { Run } from './line.ts'
import { AuditRecord } from './record.ts'

type Asked = Pick<Run, 'seed' | 'cases' | 'operators' | 'targets'>

/** What was asked for, with the program that is asked. */
export function runOf({ seed, cases, operators, targets }: Asked): Run {
  const { name, version } = tool()
  return { tool: `${name} ${version}`, commit: environment().commit, seed, cases, operators, targets }
}

export const temporaryRecord = (asked: Asked): AuditRecord =>
  AuditRecord.begin(join(tmpdir(), `cnn-oracle-${randomUUID()}.jsonl`), runOf(asked))
