import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'

const run = (command: string) => spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 20_000 })
const cli = 'node --import tsx cli/main.ts'

let runs = 0

/** The same program in this process: a start of one costs a second, and there are twenty of them. */
async function runHere(...args: string[]): Promise<{ stdout: string; stderr: string; status: unknown }> {
  const { argv, exitCode } = process
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text
      return true
    })
  process.argv = ['node', 'cnn-oracle', ...args]
  process.exitCode = undefined
  const listening = process.stdout.listeners('error')
  try {
    const again = `./main.ts?run=${runs++}`
    await import(again)
    return { ...written, status: process.exitCode }
  } finally {
    vi.restoreAllMocks()
    for (const listener of process.stdout.listeners('error'))
      if (!listening.includes(listener)) process.stdout.off('error', listener as () => void)
    Object.assign(process, { argv, exitCode })
  }
}

const broken = join(mkdtempSync(join(tmpdir(), 'cnn-oracle-')), 'broken.jsonl')
writeFileSync(broken, 'broken\n')

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

  it('plan prints algorithm, tile, blocks, memory, work with its bound, and kernels; exit code 0', () => {
    const { stdout, status } = run(`${cli} plan 'conv2d n1c64h56w56 m64r3s3 pd1'`)
    expect(status).toBe(0)
    const names = stdout.split('\n').map((line) => line.split(' ')[0])
    expect(names).toEqual(['optimized', 'algorithm', 'tile', 'blocks', 'panel', 'memory', 'work', 'kernels', ''])
    expect(stdout).toMatch(/^work +231\.21 MFLOP, .*bound by compute$/m)
  })

  it.each([
    ['conv2d n1c64h56w56 m64r3s3 pd', 'pd'],
    ['conv2d n1c4h2w2 m4r3s3', 'conv2d'],
    ['sigmoid n1 @real#1', 'sigmoid'],
    ['relu x5', 'relu'],
  ])('plan %s: a descriptor without a plan ends in one line; exit code 2', async (descriptor, named) => {
    const { stderr, stdout, status } = await runHere('plan', descriptor)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^cnn-oracle: .+\n$/)
    expect(stderr).toContain(named)
  })

  it('a count that is none is refused in one line with the mend; exit code 2', () => {
    const { stderr, status } = run(`${cli} selfcheck --results nope`)
    expect(status).toBe(2)
    expect(stderr).toContain('it must be a whole number of at least 1')
    expect(stderr).not.toContain('    at ')
  })

  it.each([
    ['bench --against no-such-commit', 'no-such-commit'],
    ['bench --against HEAD --list --filter nothing', 'conv3x3'],
    ['bench --against HEAD lenet', '--filter'],
    ['bench lenet --filter nothing', '--list'],
    ['bench lenett', 'did you mean lenet?'],
    ['bench lenet --rung winogrd', 'did you mean winograd?'],
    ['bench selftest --only 3', '0, 2, 5 or 10'],
    ['bench selftest --load much', 'idle, loaded or both'],
    ['bench history no-such.jsonl', 'record one with bench --against main --record'],
    [`bench history ${broken} --no-svg`, ':1: the line is no JSON'],
    ['bench compare no-such-file HEAD', 'neither a file nor a commit'],
    ['bench report no-such.json', '--json'],
    ['bench harness --only speed', 'textbook, gradients, verdicts, audit, calls, startup'],
  ])('%s is refused in one line with the mend; exit code 2', async (command, mend) => {
    const { stderr, stdout, status } = await runHere(...command.split(' '))
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^cnn-oracle: .+\n$/)
    expect(stderr).toContain(mend)
  })

  it('bench --against --list prints a line a tracked kernel with its descriptor', () => {
    const { stdout, status } = run(`${cli} bench --against HEAD --list`)
    expect(status).toBe(0)
    expect(stdout.trim().split('\n').length).toBe(12)
    expect(stdout).toMatch(/^depthwise +optimized +conv2d n1c64h56w56 m64r3s3 pd1 g64 @real#1$/m)
  })

  it('bench --list prints a line a case, of a file of your own and its gradients as well', () => {
    const { stdout, status } = run(
      `${cli} bench lenet <(echo 'dense n1i2o3 # mine') --gradients --filter 'N=64,mine' --list`,
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/^lenet\/c1 N=64 +conv2d n64c1h28w28 m6r5s5 @real#1$/m)
    expect(stdout).toMatch(/\/mine dw +denseWeightGradient n1i2o3 @real#1$/m)
    expect(stdout).not.toContain('N=1 ')
  })

  it('bench --json prints one document: a case judged, timed in six rounds, beside peak and bandwidth', () => {
    const { stdout, status } = run(`${cli} bench lenet --filter 'f6 N=1' --rung blocked,simd --seconds 1 --json`)
    expect(status).toBe(0)
    const document = JSON.parse(stdout)
    const { calibration, measurements } = document
    expect(document).toMatchObject({ schemaVersion: 1, tool: { name: 'cnn-oracle' }, skipped: [] })
    for (const value of Object.values(calibration)) expect(value).toBeGreaterThan(0)
    expect(measurements).toHaveLength(2)
    expect(measurements[1]).toMatchObject({
      suite: 'lenet',
      case: 'dense n1i120o84 bias @real#1',
      rung: 'simd',
      flops: 2 * 120 * 84,
      bytes: 4 * (120 + 120 * 84 + 84 + 84),
      ratio: [{ to: 'blocked' }],
    })
    const { seconds, rate } = measurements[1]
    expect(seconds.low).toBeLessThanOrEqual(seconds.high)
    expect(rate.median * seconds.median * 1e9).toBeCloseTo(2 * 120 * 84)
  })
})
