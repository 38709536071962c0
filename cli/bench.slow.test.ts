import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'

const SLOW = 120_000

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `cnn-oracle bench` and interrupts it as soon as it has said `when`, or after so many seconds. */
function interrupted(when: string | number, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'bench', ...args])
  if (typeof when === 'number') setTimeout(() => child.kill('SIGINT'), 1000 * when)
  const said = { stdout: '', stderr: '' }
  let waits = typeof when === 'string'
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (text) => {
      said[name] += text
      if (!waits || !said[name].includes(`${when}`)) return
      waits = false
      child.kill('SIGINT')
    })
  }
  return new Promise((done) => child.once('close', (status) => done({ status, ...said })))
}

it(
  'a suite that is interrupted tells what it has timed, in the table and as JSON, and ends with 130',
  async () => {
    const suite = ['lenet', '--rung', 'blocked']
    const table = await interrupted('lenet/c1', ...suite)
    expect(table.status, table.stderr).toBe(130)
    expect(table.stdout).toMatch(/lenet\/c1.*SIMD multiply-add peak [1-9]/s)
    expect(table.stderr).toMatch(/interrupted: \d+ of \d+ cases were timed\n$/)
    const { status, stdout } = await interrupted('lenet/c1', ...suite, '--json')
    const { interrupted: was, measurements } = JSON.parse(stdout)
    expect([status, was, measurements[0].suite]).toEqual([130, true, 'lenet'])
  },
  SLOW,
)

it(
  'a gate that is interrupted ends with the session it is in and says what is not decided',
  async () => {
    const { status, stdout, stderr } = await interrupted(2, '--against', 'HEAD', '--filter', 'dense')
    expect(status, stderr).toBe(130)
    expect(stdout).toMatch(/^dense +[A-Z]+ .* 2 sessions/m)
  },
  SLOW,
)
