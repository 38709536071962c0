/**
 * The lines of a record: JSON, one object a line, appended with one write each. Numbers that JSON does not have are written
 * as { "number": "NaN" }, so that what is read is what was written.
 *
 *   run        what was asked for: once, first
 *   target     an implementation that was found, with its version
 *   step       one step of an operator's audit and its outcome: a case with its verdict and the tally behind it
 *   death      the process ended in a step; the finding that came of it
 *   operator   the end of an operator's audit, with its confirmed findings
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Finding } from '../finding.ts'
import type { OperatorReport } from '../tally.ts'

/** What must be the same for a record to be resumed. */
export interface Run {
  readonly tool: string
  readonly commit: string | null
  readonly seed: number
  readonly cases: number
  readonly operators: readonly string[]
  readonly targets: readonly string[]
}

export interface Subject {
  readonly target: string
  readonly implementation: string
}

export type Entry =
  | { readonly is: 'step'; readonly step: string; readonly outcome: object }
  | { readonly is: 'death'; readonly finding: Finding }

export type Line =
  | ({ readonly is: 'run'; readonly record: 1 } & Run)
  | ({ readonly is: 'target'; readonly version: string | null; readonly precision: string } & Subject)
  | (Entry & Subject & { readonly operator: string })
  | ({ readonly is: 'operator'; readonly report: OperatorReport; readonly findings: readonly Finding[] } & Subject & {
        readonly operator: string
      })

export const printLine = (line: Line): string =>
  `${JSON.stringify(line, (_, value: unknown) => (isBare(value) ? { number: Object.is(value, -0) ? '-0' : String(value) } : value))}\n`

const isBare = (value: unknown): boolean =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))

/** Throws SyntaxError where the text is no JSON. To look at every value takes several times as long, so only where one is written so. */
export const parseLine = (text: string): Line =>
  text.includes('{"number":"')
    ? JSON.parse(text, (_, value) =>
        typeof value?.number === 'string' && Object.keys(value).length === 1 ? Number(value.number) : value,
      )
    : JSON.parse(text)

/** Appends lines to a file; each is with the system before the call returns. */
export class Appender {
  private readonly file: number
  constructor(path: string) {
    this.file = openSync(path, 'a')
  }

  /** One write of the whole line, so that lines of several processes do not mix. */
  append(line: Line): void {
    writeSync(this.file, printLine(line))
  }

  close(): void {
    closeSync(this.file)
  }
}
