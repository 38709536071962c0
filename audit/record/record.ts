/** A record from the side of the process that audits: begun or resumed, checked, asked for what it holds. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { Finding } from '../finding.ts'
import type { OperatorReport } from '../tally.ts'
import { RecordError } from './journal.ts'
import { Appender, type Entry, type Line, parseLine, printLine, type Run, type Subject } from './line.ts'

/** How each part of a run is told apart in a message, and the option that sets it. */
const mends: Readonly<Record<keyof Run, string>> = {
  tool: 'use the version that made it',
  commit: 'use the commit that made it',
  seed: 'give its --seed',
  cases: 'give its --cases',
  operators: 'give its --operator',
  targets: 'name its targets',
}

interface Finished {
  readonly report: OperatorReport
  readonly findings: readonly Finding[]
}

const keyOf = (s: Subject, operator: string): string => JSON.stringify([s.target, s.implementation, operator])

export class AuditRecord {
  readonly file: string
  private readonly appender: Appender
  private readonly targets = new Map<string, string>()
  private readonly entries = new Map<string, Entry[]>()
  private readonly finished = new Map<string, Finished>()
  /** How far the file was read. */
  private size = 0

  private constructor(file: string) {
    this.file = file
    this.appender = new Appender(file)
  }

  /** Begins a record. Throws RecordError where the file holds something. */
  static begin(file: string, run: Run): AuditRecord {
    if (existsSync(file) && readFileSync(file).length > 0)
      throw new RecordError(`${file} is there already; go on with it by --resume ${file}, or name another`)
    try {
      writeFileSync(file, printLine({ is: 'run', record: 1, ...run }))
    } catch (error) {
      throw new RecordError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`)
    }
    return AuditRecord.resume(file, run)
  }

  /** Goes on with a record of the same run. A last line that was not written to its end is dropped. Throws RecordError. */
  static resume(file: string, run: Run): AuditRecord {
    if (!existsSync(file)) throw new RecordError(`${file} does not exist; --record ${file} begins it`)
    const bytes = readFileSync(file)
    const whole = bytes.lastIndexOf(10) + 1
    const lines = linesOf(file, bytes.subarray(0, whole).toString())
    checkRun(file, lines[0], run)
    if (whole < bytes.length) truncateSync(file, whole)
    const record = new AuditRecord(file)
    for (const line of lines) record.hold(line)
    record.size = whole
    return record
  }

  /** Takes note of an implementation. Throws RecordError where the record has another version of it. */
  begins(s: Subject, version: string | null, precision: string): void {
    const now = `${version ?? 'without a version'}, ${precision}`
    const before = this.targets.get(keyOf(s, ''))
    if (before === undefined) this.appender.append({ is: 'target', ...s, version, precision })
    else if (before !== now)
      throw new RecordError(
        `${this.file}: it is of ${s.implementation} ${before}, and there is ${now} now; begin a new record`,
      )
  }

  finishedOf(s: Subject, operator: string): Finished | undefined {
    return this.finished.get(keyOf(s, operator))
  }

  /** What is on record of an operator, with what was written since the run began. */
  entriesOf(s: Subject, operator: string): readonly Entry[] {
    // Each line once: to read the whole file for every operator took a tenth of the time of an audit of tfjs-wasm.
    const bytes = bytesFrom(this.file, this.size)
    const whole = bytes.lastIndexOf(10) + 1
    for (const line of linesOf(this.file, bytes.toString('utf8', 0, whole))) this.hold(line)
    this.size += whole
    return [...(this.entries.get(keyOf(s, operator)) ?? [])]
  }

  died(s: Subject, operator: string, finding: Finding): void {
    this.appender.append({ is: 'death', ...s, operator, finding })
  }

  finish(s: Subject, operator: string, report: OperatorReport, findings: readonly Finding[]): void {
    this.appender.append({ is: 'operator', ...s, operator, report, findings })
    // None of its lines is asked for again.
    this.entries.delete(keyOf(s, operator))
  }

  close(): void {
    this.appender.close()
  }

  /** Takes the file of a closed record away: nothing is left to resume. */
  drop(): void {
    rmSync(this.file, { force: true })
  }

  private hold(line: Line): void {
    if (line.is === 'run') return
    if (line.is === 'target') {
      this.targets.set(keyOf(line, ''), `${line.version ?? 'without a version'}, ${line.precision}`)
      return
    }
    const key = keyOf(line, line.operator)
    if (line.is === 'operator') {
      this.finished.set(key, line)
      this.entries.delete(key)
      return
    }
    const entries = this.entries.get(key) ?? []
    entries.push(line)
    this.entries.set(key, entries)
  }
}

function bytesFrom(file: string, start: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(fstatSync(descriptor).size - start)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, start))
  } finally {
    closeSync(descriptor)
  }
}

function linesOf(file: string, text: string): Line[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, i) => {
    try {
      return parseLine(line)
    } catch {
      throw new RecordError(`${file}: line ${i + 1} is no JSON; it is no record, or was changed: begin a new one`)
    }
  })
}

function checkRun(file: string, line: Line | undefined, run: Run): void {
  if (line?.is !== 'run' || line.record !== 1)
    throw new RecordError(`${file}: its first line is no beginning of a record; begin a new one with --record`)
  for (const name of ['tool', 'commit', 'targets', 'operators', 'seed', 'cases'] as const) {
    const [then, now] = [line[name], run[name]].map((value) => JSON.stringify(value))
    if (then !== now)
      throw new RecordError(
        `${file}: it was made with ${name} ${then}, this run has ${now}; ${mends[name]}, or begin a new record`,
      )
  }
}
