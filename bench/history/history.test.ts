import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { GateReport } from '../gate/gate.ts'
import { differences, type Fingerprint } from '../measure/fingerprint.ts'
import { peakFlops } from '../peak.ts'
import { chart } from './chart.ts'
import { compare, compareText, quotient } from './compare.ts'
import { documentOf, entriesOfDocument } from './document.ts'
import { append, type Entry, type Run } from './entry.ts'
import { entriesOfGate } from './fromGate.ts'
import { readHistory } from './read.ts'
import { seriesOf } from './series.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))
afterAll(() => rmSync(folder, { recursive: true }))

const machine: Fingerprint = {
  cpu: 'Quick 9000',
  cores: 4,
  caches: 'L1d 32K',
  os: 'linux-x64 6',
  node: '20.19.0',
  v8: '11.3',
  flags: [],
}
const calibration = { peak: 60, bandwidth: 25, latency: 90 }
const hash = (digit: string): string => digit.repeat(40)
const run = (commit: string, day = 1, fingerprint = machine): Run => ({
  schemaVersion: 1,
  date: `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
  commit,
  modified: false,
  fingerprint,
  calibration,
})

/** A gate in which conv3x3 takes `ms`, and the frozen loop 0.5 ms. */
function gateOf(ms: number, isVoid = false): GateReport {
  const report = (name: string, times: readonly number[]) => ({
    name,
    outcome: 'PASS' as const,
    change: 0.02,
    low: 0.01,
    high: 0.03,
    most: 0.04,
    sessions: 6,
    spread: 0.01,
    ratios: [0.02, 0.02],
    rerun: null,
    times,
    ms,
    steady: true,
    equal: true,
  })
  const around = [0.98, 0.99, 1, 1, 1.01, 1.02].map((part) => part * ms)
  const frozen = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
  return { kernels: [report('conv3x3', around)], controls: [report('frozen', frozen)], isVoid, seconds: 1, seed: 1 }
}
const lines = (commit: string, ms: number, day?: number, fingerprint?: Fingerprint): Entry[] =>
  entriesOfGate(gateOf(ms), hash('0'), run(commit, day, fingerprint))

it('a gate run is a line a kernel: time, time ÷ frozen in each session, % of peak, ratio', () => {
  const [entry] = lines(hash('a'), 2)
  expect(entry).toMatchObject({
    suite: 'gate',
    kernel: 'conv3x3',
    base: hash('0'),
    verdict: 'PASS',
    ratios: [0.02, 0.02],
  })
  expect(entry!.seconds).toEqual({ median: 0.002, low: 0.00196, high: 0.00204 })
  expect(entry!.perFrozen).toEqual({ median: 4, low: 3.92, high: 4.08 })
  // 2·64·64·9·28·28 operations in four times the time of the frozen loop.
  expect(entry!.ofPeak).toBeCloseTo((2 * 64 * 64 * 9 * 28 * 28) / peakFlops / 4, 10)
  expect(entry!.ratio).toEqual({ median: 1.02, low: 1.01, high: 1.03 })
  expect(entriesOfGate(gateOf(2, true), hash('0'), run(hash('a')))[0]!.verdict).toBe('VOID')
})

it('what is appended is read back, once, in the order of dates, from a file and from a folder without the self-test', () => {
  const file = join(folder, 'gate.jsonl')
  append(file, lines(hash('b'), 2, 2))
  append(file, lines(hash('a'), 2, 1))
  append(join(folder, 'merged.jsonl'), lines(hash('b'), 2, 2))
  append(file, lines(hash('a'), 2, 1))
  writeFileSync(join(folder, 'selftest.jsonl'), '{"another":"kind"}\n')
  for (const path of [file, folder])
    expect(readHistory(path).map(({ commit }) => commit)).toEqual([hash('a'), hash('b')])
})

const good = lines(hash('a'), 2)[0]!
it.each([
  ['{"schemaVersion":1', /broken\.jsonl:2: the line is no JSON .*; delete it/],
  ['<<<<<<< HEAD', /broken\.jsonl:2: the line is no JSON/],
  [JSON.stringify({ ...good, schemaVersion: 9 }), /broken\.jsonl:2: schemaVersion: /],
  [JSON.stringify({ ...good, commit: 'main' }), /broken\.jsonl:2: commit: it must be the hash of a commit; .*mend it/],
  [JSON.stringify({ ...good, perFrozen: { median: 0, low: 0, high: 0 } }), /broken\.jsonl:2: perFrozen\.median: /],
  [JSON.stringify({ ...good, verdict: 'GOOD' }), /broken\.jsonl:2: verdict: /],
  ['[]', /broken\.jsonl:2: the line: /],
])('the broken line %s is named', (line, message) => {
  const file = join(mkdtempSync(join(folder, 'x')), 'broken.jsonl')
  writeFileSync(file, `${JSON.stringify(good)}\n${line}\n`)
  expect(() => readHistory(file)).toThrow(message)
})

it('b ÷ a of two intervals: their distances add as squares of logarithms', () => {
  expect(quotient({ median: 2, low: 2, high: 2 }, { median: 1, low: 1, high: 1 })).toEqual({
    median: 2,
    low: 2,
    high: 2,
  })
  const { median, low, high } = quotient(
    { median: 2, low: 2 / Math.exp(0.03), high: 2 * Math.exp(0.04) },
    { median: 1, low: Math.exp(-0.03), high: Math.exp(0.04) },
  )
  expect(median).toBe(2)
  expect(Math.log(high / 2)).toBeCloseTo(0.05, 10)
  expect(Math.log(2 / low)).toBeCloseTo(0.05, 10)
})

it('within one fingerprint times compare; across, only what is divided by the frozen kernel, and what differs is said', () => {
  const [a, b] = [lines(hash('0'), 2), lines(hash('b'), 3)]
  const same = compare(a, b)
  expect(same.rows[0]!.time!.median).toBeCloseTo(1.5, 10)
  expect(same.rows[0]!.paired).toEqual({ median: 1.02, low: 1.01, high: 1.03 })
  expect(compareText(same)).toContain('one fingerprint\n')
  const other = compare(a, lines(hash('b'), 3, 2, { ...machine, node: '22.1.0', flags: ['--no-liftoff'] }))
  expect(other.rows[0]!.time).toBeNull()
  expect(other.rows[0]!.perFrozen.median).toBeCloseTo(1.5, 10)
  expect(compareText(other)).toContain(
    'differ, absolute times do not compare: node 20.19.0 and 22.1.0; flags none and --no-liftoff',
  )
  expect(differences(machine, machine)).toEqual([])
})

it('of several runs of a commit the last on the machine of both counts; void ones do not; what one side lacks is listed', () => {
  const elsewhere = { ...machine, cpu: 'Slow 1' }
  const a = [...lines(hash('0'), 9, 1), ...lines(hash('0'), 2, 2), ...lines(hash('0'), 5, 3, elsewhere)]
  const b = [...lines(hash('b'), 3, 4), { ...lines(hash('b'), 30, 5)[0]!, verdict: 'VOID' as const }]
  expect(compare(a, b).rows[0]!.time!.median).toBeCloseTo(1.5, 10)
  const renamed = b.map((entry) => ({ ...entry, kernel: 'new' }))
  expect(compare(a, renamed)).toMatchObject({ rows: [], onlyA: ['gate/conv3x3'], onlyB: ['gate/new'] })
})

it('a void run is in no series', () => {
  const isVoid = entriesOfGate(gateOf(9, true), hash('0'), run(hash('c'), 2))
  expect(seriesOf([...lines(hash('a'), 2), ...isVoid]).map(({ entries }) => entries.length)).toEqual([1])
})

it('the chart marks a step of 20 % where it is, with the commit; machines have charts of their own', () => {
  const steps = Array.from({ length: 24 }, (_, i) =>
    lines(hash((i % 16).toString(16)), (i < 14 ? 2 : 2.4) * (1 + 0.002 * (i % 3)), i + 1),
  )
  const [series, ...more] = seriesOf(steps.flat())
  expect(more).toEqual([])
  expect(series!.changes.map(({ at }) => at)).toEqual([14])
  const text = chart(series!, 80)
  expect(text).toMatch(/▲ \+20\.\d % at eeeeeee, 2026-01-15 \(p /)
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true)
  expect(seriesOf([...lines(hash('a'), 2), ...lines(hash('a'), 2, 1, { ...machine, cores: 8 })]).length).toBe(2)
})

const measured = {
  suite: 'lenet',
  case: 'conv2d n1c1h28w28 m6r5s5 @real#1',
  implementation: 'simd',
  rung: 'simd',
  seconds: { median: 1e-4, low: 9e-5, high: 1.1e-4 },
  flops: 1e6,
  bytes: 1e4,
  rate: { median: 10, low: 9, high: 11 },
  ofPeak: { median: 1 / 6, low: 0.15, high: 0.18 },
  ofBandwidth: { median: 0.004, low: 0.003, high: 0.005 },
  verdict: 'accurate',
}
const environment = {
  cpu: 'Quick 9000',
  cores: 4,
  os: 'linux-x64',
  node: '20.19.0',
  v8: '11.3',
  commit: hash('c'),
  wasm: [],
}
const document = {
  schemaVersion: 1,
  tool: { name: 'cnn-oracle', version: '0.1.0' },
  date: '2026-01-02T03:04:05.000Z',
  modified: true,
  environment,
  fingerprint: { ...machine, flags: ['--no-liftoff'] },
  calibration,
  interrupted: false,
  measurements: [measured],
  skipped: [],
}

it("a suite's document becomes lines of the history, of the day and the machine it was run on, by the peak of each case's own rounds; a field that is wrong is named", () => {
  const [entry] = entriesOfDocument(documentOf(document, 'x.json'))
  expect(entry).toMatchObject({
    date: document.date,
    modified: true,
    fingerprint: document.fingerprint,
    suite: 'lenet',
    kernel: 'simd',
    commit: hash('c'),
    verdict: 'MEASURED',
    ofPeak: 1 / 6,
  })
  expect(entry!.perFrozen.median).toBeCloseTo((1e-4 * 60e9) / peakFlops, 10)
  const halved = { ...measured, ofPeak: { median: 1 / 3, low: 0.3, high: 0.36 } }
  const [slowed] = entriesOfDocument(documentOf({ ...document, measurements: [halved] }, 'x.json'))
  expect(slowed!.perFrozen.median).toBeCloseTo((1e-4 * 30e9) / peakFlops, 10)
  const file = join(folder, 'suite.jsonl')
  append(file, [entry!])
  expect(readHistory(file)).toEqual([entry])
  const broken = { ...document, measurements: [{ ...measured, rate: { median: 1, low: 1 } }] }
  expect(() => documentOf(broken, 'x.json')).toThrow(/^x\.json: measurements\.0\.rate\.high: .*--json$/)
})
