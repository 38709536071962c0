/** Shards by the command line: their exit codes, what merge makes of them, and the summary of a step on GitHub. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string): string => join(folder, name)

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const command = ['--import', 'tsx', 'cli/main.ts', ...args]
  return spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } })
}

/** relu is leaky, its gradient is right: one share of two holds, the other does not. */
const module_ = path('mine.mjs')
const shard = (i: string, ...more: readonly string[]) =>
  run(['audit', module_, '-n', '3', '--shard', i, '-r', 'json', '--output', path(`${i[0]}.json`), ...more])
let codes: (number | null)[] = []

beforeAll(() => {
  writeFileSync(
    module_,
    `export default { name: 'mine', precision: 'float32', operators: {
       relu: ({ x }) => ({ shape: x.shape, data: x.data.map((v) => (v > 0 || v !== v ? v : 0.01 * v)) }),
       reluGradient: ({ x, dy }) => ({ shape: x.shape, data: dy.data.map((v, i) => (x.data[i] > 0 ? v : 0)) }),
     } }`,
  )
  codes = ['1/2', '2/2'].map((i) => shard(i).status)
}, 120_000)

describe('audit --shard', () => {
  it('a share with a finding ends in 1, one that holds in 0', () => {
    expect([...codes].sort()).toEqual([0, 1])
  })

  it('a share that is left empty ends in 0', () => {
    const { status, stdout } = run(['audit', module_, '-n', '1', '--shard', '3/3'])
    expect(stdout).toContain('nothing was judged, shard 3 of 3')
    expect(status).toBe(0)
  })

  it.each(['3/2', 'a/b'])('%s is refused in one line with exit code 2', (i) => {
    const { status, stderr } = run(['audit', module_, '--shard', i])
    expect(status).toBe(2)
    expect(stderr.trim()).toMatch(/^cnn-oracle: .*shard.*$/)
  })
})

describe('merge', () => {
  const both = [path('1.json'), path('2.json')]

  it('prints the report of the whole run and ends in 1 for its finding', () => {
    const { status, stdout } = run(['merge', ...both])
    expect(status).toBe(1)
    expect(stdout).toContain('looks like: leaky')
    expect(stdout).toContain('1 finding not known yet (31 cases, seed 1)')
  })

  it('a shard that is missing ends in 2 and is named', () => {
    const { status, stdout, stderr } = run(['merge', both[1]!])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toBe('cnn-oracle: merge: shard 1/2 is missing; give its file too\n')
  })

  it('a file that is not there ends in 2 and is named', () => {
    const { status, stderr } = run(['merge', path('none.json')])
    expect(status).toBe(2)
    expect(stderr).toMatch(/^cnn-oracle: merge: .*none\.json cannot be read; give what .*\n$/)
  })

  it('the summary is added to GITHUB_STEP_SUMMARY by the reporter github, and by no other', () => {
    const summary = path('summary.md')
    writeFileSync(summary, 'before\n')
    run(['merge', ...both, '-r', 'terminal'], { GITHUB_STEP_SUMMARY: summary })
    expect(readFileSync(summary, 'utf8')).toBe('before\n')
    const { stdout } = run(['merge', ...both, '-r', 'github'], { GITHUB_STEP_SUMMARY: summary })
    expect(stdout).toMatch(/^::error /m)
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n.*mine.*relu/s)
  })
})
