/** What depends on earlier calls, from the command line: found, confirmed in a process of its own, replayed by the line it prints. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], { encoding: 'utf8' })

it('a buffer that keeps numbers of the call before, of the same shape', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cnn-oracle-')), 'late.mjs')
  writeFileSync(
    path,
    `let before
    const relu = ({ x }) => {
      const seen = Float32Array.from(x.data)
      if (before?.length === seen.length) seen[0] = before[0]
      before = Float32Array.from(x.data)
      return { shape: x.shape, data: seen.map((v) => (v > 0 || v !== v ? v : 0)) }
    }
    export default { name: 'late', precision: 'float32', operators: { relu } }\n`,
  )
  const { status, stdout } = run('audit', path, '--json')
  expect(status).toBe(1)
  const [finding] = JSON.parse(stdout).targets[0].findings
  expect(finding).toMatchObject({ kind: 'wrong', features: expect.arrayContaining(['history']) })
  expect(finding.history).toHaveLength(1)
  expect(finding.message).toContain(`right alone, wrong after ${finding.history[0]}`)
  const words = /--target (\S+) '([^']+)' '([^']+)'$/.exec(finding.replay)!.slice(1)
  const [target, first, second] = words as [string, string, string]
  expect([target, first, second]).toEqual([path, finding.history[0], finding.case])
  const again = run('replay', '--target', target, first, second)
  expect(again.status, again.stdout + again.stderr).toBe(1)
  expect(run('replay', '--target', target, second).status).toBe(0)
})
