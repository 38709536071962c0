import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Outcome } from './decide.ts'
import { type GateReport, gateExit, gateText } from './gate.ts'
import { noiseOf, selftestText, type TrialRecord, wilson } from './selftest.ts'
import { checkout } from './tree.ts'

const kernel = (name: string, outcome: Outcome, change = 0) => ({
  name,
  outcome,
  change,
  low: change - 0.01,
  high: change + 0.01,
  most: change + 0.02,
  sessions: 6,
  spread: 0.01,
  ratios: [change, change],
  rerun: null,
  times: [1, 1],
  ms: 1,
  steady: true,
  equal: true,
})
const report = (outcomes: readonly Outcome[], isVoid = false): GateReport => ({
  kernels: outcomes.map((outcome, i) => kernel(`k${i}`, outcome)),
  controls: [kernel('same', 'PASS')],
  isVoid,
  seconds: 1,
  seed: 1,
})

it.each<[0 | 1 | 3, readonly Outcome[], boolean]>([
  [0, ['PASS', 'PASS'], false],
  [1, ['PASS', 'FAIL', 'INCONCLUSIVE'], false],
  [3, ['PASS', 'INCONCLUSIVE'], false],
  [3, ['PASS', 'FAIL'], true],
])('exit code %d for %j, void: %j', (code, outcomes, isVoid) => {
  expect(gateExit(report(outcomes, isVoid))).toBe(code)
})

it('the table says what cannot be ruled out, and that a run is void', () => {
  expect(gateText(report(['INCONCLUSIVE']))).toContain('cannot rule out more than +2.0 % (99.5 %)')
  expect(gateText(report(['PASS']))).not.toContain('VOID')
  expect(gateText(report(['PASS'], true))).toContain('VOID')
})

it("Wilson's interval: 0 of 100 is [0, 3.7 %], 50 of 100 is [40.4, 59.6 %]", () => {
  expect(wilson(0, 100).low).toBe(0)
  expect(wilson(0, 100).high).toBeCloseTo(0.037, 3)
  expect(wilson(50, 100).low).toBeCloseTo(0.404, 3)
  expect(wilson(50, 100).high).toBeCloseTo(0.596, 3)
})

it('the self-test counts kernel-runs of valid runs alone', () => {
  const run = { schemaVersion: 3, date: '', part: 0.05, where: 'kernel', loaded: false, seconds: 9, load: 1 } as const
  const one = (name: string, outcome: Outcome) => ({ name, outcome, ratios: [], sessions: 6, rerun: null })
  const text = selftestText([
    { ...run, isVoid: false, kernels: [one('a', 'FAIL'), one('b', 'PASS')] },
    { ...run, isVoid: true, kernels: [one('a', 'FAIL')] },
  ])
  expect(text).toMatch(/^5 % in the kernel: FAIL 1 of 2 kernel-runs.*; PASS 1, INCONCLUSIVE 0; 1 of 2 runs void/)
})

it('the noise of a kernel is how far its sessions spread on identical code, in runs that were not void', () => {
  const trial = (part: number, isVoid: boolean, ...ratios: number[]): TrialRecord => ({
    ...{ schemaVersion: 3, date: '', part, where: 'kernel', loaded: false, seconds: 9, load: 1, isVoid },
    kernels: [{ name: 'a', outcome: 'PASS', ratios, sessions: ratios.length, rerun: null }],
  })
  const records = [trial(0, false, 0.03, -0.03), trial(0, false, 0.03), trial(0.05, false, 1), trial(0, true, 1)]
  expect(noiseOf(records).a).toBeCloseTo(0.03, 12)
  expect(selftestText(records)).toContain('between sessions of identical code: a 3.0 %')
  expect(noiseOf([])).toEqual({})
})

const root = join(import.meta.dirname, '../..')
it('what is no commit is refused with the mend', () => {
  expect(() => checkout(root, 'no-such-branch')).toThrow(/no-such-branch is no commit.*give a branch/)
})
it('a commit is checked out once', () => {
  const { commit, folder } = checkout(root, 'HEAD')
  expect(commit).toBe(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim())
  expect(existsSync(join(folder, 'optimized/index.ts'))).toBe(true)
  expect(checkout(root, 'HEAD').folder).toBe(folder)
})
