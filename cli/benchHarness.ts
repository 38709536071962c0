/** `cnn-oracle bench harness`: how fast the harness itself audits, judges, checks gradients and starts. */
import { fileURLToPath } from 'node:url'
import { environment, tool } from '../audit/report/environment.ts'
import { entriesOfHarness, PARTS, type Part } from '../bench/harness/figure.ts'
import { harness, harnessText } from '../bench/harness/harness.ts'
import { append, thisRun } from '../bench/history/entry.ts'
import { operators } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'

export interface HarnessFlags {
  readonly only?: readonly string[]
  readonly filter?: readonly string[]
  readonly rounds: number
  readonly record?: string
  readonly json?: boolean
}

export async function benchHarness({ only, filter, rounds, record, json }: HarnessFlags): Promise<number> {
  const parts = (only ?? PARTS).map((name): Part => {
    const part = PARTS.find((p) => p === name)
    if (part) return part
    throw new UsageError(`bench: --only has ${name}; it lists ${PARTS.join(', ')}`)
  })
  const rows = operators.filter(({ name }) => filter?.some((part) => name.includes(part)) ?? true)
  if (rows.length === 0)
    throw new UsageError(`bench: no operator has ${filter?.join(' or ')} in its name; audit --list`)
  const line = progressLine()
  const root = fileURLToPath(new URL('..', import.meta.url))
  const figures = await harness({ parts, rows, rounds, root, progress: (text) => line.show(text) })
  line.clear()
  const run = record !== undefined || json ? thisRun() : undefined
  if (record !== undefined && run) append(record, entriesOfHarness(figures, run))
  const document = {
    schemaVersion: 1,
    tool: tool(),
    environment: environment(),
    calibration: run?.calibration,
    figures,
  }
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : harnessText(figures)}\n`)
  return exitCode.holds
}
