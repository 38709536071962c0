import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const run = (command: string) => spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 20_000 })
const cli = 'node --import tsx cli/main.ts'

describe('the command line', () => {
  it('ends quietly when its reader has enough', () => {
    const { stdout, stderr } = run(`set -o pipefail; ${cli} audit --list | head -1`)
    expect(stdout).toMatch(/^optimized /)
    expect(stderr).toBe('')
  })

  it('selfcheck prints a line an order and 0 called wrong; exit code 0', () => {
    const { stdout, status } = run(`${cli} selfcheck --results 5000`)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\d+ correct float32 results of \d+ cases, seed 1: 0 called wrong/)
    expect(stdout.trim().split('\n').length).toBe(12)
  })

  it('selfcheck --json is one document with seed, counts and no alarm', () => {
    const document: unknown = JSON.parse(run(`${cli} selfcheck --results 5000 --seed 7 --json`).stdout)
    expect(document).toMatchObject({ schemaVersion: 1, seed: 7, alarms: [] })
  })

  it('a count that is none is refused in one line with the mend; exit code 2', () => {
    const { stderr, status } = run(`${cli} selfcheck --results nope`)
    expect(status).toBe(2)
    expect(stderr).toContain('it must be a whole number of at least 1')
    expect(stderr).not.toContain('    at ')
  })
})
