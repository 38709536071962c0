/** Records: what is written is read, what is torn is dropped, what is another run's is refused. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { auditOperator } from '../auditOperator.ts'
import type { Finding } from '../finding.ts'
import { emptyTally } from '../tally.ts'
import { Journal } from './journal.ts'
import { type Entry, parseLine, printLine } from './line.ts'
import { AuditRecord } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
let files = 0
const fresh = (): string => join(folder, `${files++}.jsonl`)
const run = { tool: 'cnn-oracle 0', commit: 'abc', seed: 1, cases: 12, operators: ['relu'], targets: ['./mine.ts'] }
const mine = { target: './mine.ts', implementation: 'mine' }
const relu = { ...mine, operator: 'relu' }

describe('a line', () => {
  it('keeps NaN, infinities and -0', () => {
    const outcome = { a: Number.NaN, b: [Infinity, -Infinity, -0], c: { d: 0, e: null } }
    const line = { is: 'step', ...relu, step: 'case', outcome } as const
    expect(printLine(line)).toMatch(/^[^\n]*\n$/)
    expect(parseLine(printLine(line))).toEqual(line)
  })
})

describe('a record', () => {
  it('that is resumed knows its steps and what is finished', () => {
    const file = fresh()
    const first = AuditRecord.begin(file, run)
    first.begins(mine, '1.0', 'float32')
    const report = { operator: 'tanh' as const, tally: emptyTally() }
    first.finish(mine, 'tanh', report, [])
    const step = { is: 'step', ...relu, step: 'case 1', outcome: { seen: 1 } } as const
    appendFileSync(file, printLine(step))
    expect(first.entriesOf(mine, 'relu')).toEqual([step])
    first.close()
    const second = AuditRecord.resume(file, run)
    second.begins(mine, '1.0', 'float32')
    expect(second.finishedOf(mine, 'tanh')).toMatchObject({ report, findings: [] })
    expect(second.finishedOf(mine, 'relu')).toBeUndefined()
    expect(second.entriesOf(mine, 'relu')).toEqual([step])
    expect(second.entriesOf({ ...mine, implementation: 'other' }, 'relu')).toEqual([])
    second.close()
  })

  it('whose last line is torn loses that line alone, and is written on behind it', () => {
    const file = fresh()
    AuditRecord.begin(file, run).close()
    const before = readFileSync(file, 'utf8')
    appendFileSync(file, '{"is":"step","tar')
    AuditRecord.resume(file, run).close()
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it.each([
    ['seed', { seed: 2 }, 'made with seed 1, this run has 2; give its --seed'],
    ['cases', { cases: 13 }, 'made with cases 12, this run has 13'],
    ['target', { targets: ['./yours.ts'] }, 'made with targets ["./mine.ts"], this run has ["./yours.ts"]'],
    ['version of cnn-oracle', { tool: 'cnn-oracle 1' }, 'use the version that made it'],
    ['commit', { commit: 'def' }, 'use the commit that made it'],
  ])('of another %s is refused in one line', (_, other, message) => {
    const file = fresh()
    AuditRecord.begin(file, run).close()
    expect(() => AuditRecord.resume(file, { ...run, ...other })).toThrow(message)
  })

  it('of another version of the target is refused', () => {
    const file = fresh()
    const record = AuditRecord.begin(file, run)
    record.begins(mine, '1.0', 'float32')
    record.close()
    const resumed = AuditRecord.resume(file, run)
    expect(() => resumed.begins(mine, '1.1', 'float32')).toThrow(
      'is of mine 1.0, float32, and there is 1.1, float32 now',
    )
    resumed.close()
  })

  it('is neither overwritten nor made of anything else', () => {
    const file = fresh()
    writeFileSync(file, 'notes\n')
    expect(() => AuditRecord.begin(file, run)).toThrow('is there already')
    expect(() => AuditRecord.resume(file, run)).toThrow('line 1 is no JSON')
    expect(() => AuditRecord.resume(join(folder, 'nowhere'), run)).toThrow('does not exist')
  })
})

describe('an audit that is begun again with its steps', () => {
  const leaky: Implementation = {
    name: 'leaky',
    precision: 'float32',
    operators: {
      relu: ({ x }) => ({ shape: x.shape, data: Float32Array.from(x.data, (v) => (v < 0 ? v / 100 : v)) }),
    },
  }
  const plan = { operator: 'relu', cases: 15, seed: 3 } as const

  async function audited(entries: readonly Entry[]) {
    const lines: Entry[] = [...entries]
    const findings = new Map<string, Finding>()
    let calls = 0
    const counting: Implementation = {
      ...leaky,
      operators: {
        relu(...given) {
          calls++
          return leaky.operators.relu!(...given)
        },
      },
    }
    const hooks = {
      started: () => {},
      found: (finding: Finding) => findings.set(`${finding.kind} ${finding.features}`, finding),
    }
    const write = (step: string, outcome: object) =>
      lines.push(
        parseLine(
          printLine({ is: 'step', target: 'leaky', implementation: 'leaky', operator: 'relu', step, outcome }),
        ) as Entry,
      )
    const tally = await auditOperator(counting, plan, hooks, new Journal(entries, write))
    return { lines, calls, report: { tally, findings: [...findings.values()] } }
  }

  it('ends in the same report wherever it was cut, and asks nothing again but the last case that held', async () => {
    const whole = await audited([])
    expect(whole.report.findings.length).toBeGreaterThan(0)
    for (let cut = 0; cut <= whole.lines.length; cut++) {
      const { lines, calls, report } = await audited(whole.lines.slice(0, cut))
      expect(report).toEqual(whole.report)
      expect(lines).toEqual(whole.lines)
      if (cut === whole.lines.length) expect(calls).toBe(0)
    }
  })

  it('counts a case that ended the process, and goes on behind it', async () => {
    const finding = { message: 'died' } as Finding
    const { report } = await audited([{ is: 'death', finding }])
    // Fifteen that are asked for, two of networks, eight for the pairs that they leave, and two large ones.
    expect(report.tally.cases).toBe(27)
    expect(report.tally.failed).toBeGreaterThan(0)
  })

  it('refuses steps that are not its own', async () => {
    await expect(audited([{ is: 'step', step: 'case conv2d', outcome: {} }])).rejects.toThrow('begin a new record')
  })
})
