/** The audit as its users run it: the command line, the example of the README, isolation, shrinking, bad input. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], { encoding: 'utf8', timeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))

/** A module whose operators are given as source text. */
function moduleOf(name: string, operators: string): string {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, `export default { name: '${name}', precision: 'float32', operators: { ${operators} } }\n`)
  return path
}

const relu = (body: string): string => `relu({ x }) { ${body} }`
const right = 'return { shape: x.shape, data: Float32Array.from(x.data, (v) => (v > 0 || v !== v ? v : 0)) }'

describe('cnn-oracle audit', () => {
  it('the module that the README shows is right', () => {
    const { status, stdout } = run('audit', './audit/example/myConv.ts', '--cases', '12')
    expect(stdout).toContain('my-conv')
    expect(stdout).toContain('holds')
    expect(status).toBe(0)
  })

  it('a wrong operator is found, shrunk and replayed by the line it prints; exit code 1', () => {
    const path = moduleOf('leaky', relu(right.replace(': 0)', ': 0.01 * v)')))
    const { status, stdout } = run('audit', path, '--cases', '12', '--json')
    const report = JSON.parse(stdout)
    const finding = report.targets[0].findings[0]
    expect(status).toBe(1)
    expect(report.schemaVersion).toBe(1)
    expect(finding).toMatchObject({ operator: 'relu', kind: 'wrong', expected: 0, bound: 0 })
    expect(finding.cause).toMatch(/^leaky, slope 0.01: below 0 /)
    expect(finding.diagnosis.rivals).toEqual([])
    expect(finding.case).toBe('relu n1c1h1w1 x=-1')
    const again = run('replay', '--target', path, finding.case)
    expect(again.status).toBe(1)
    expect(again.stdout).toContain('expected 0')
  })
})

describe('what a call does besides answering wrongly is a finding, and the audit goes on', () => {
  const faults = [
    // As a loop without an end, but that it leaves the core to the others.
    ['a hang', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', 'hang'],
    ['an exit', 'process.exit(3)', 'crash'],
    ['an exception', "throw new TypeError('boom')", 'threw'],
    [
      'a changed operand',
      `const data = x.data.map((v) => (v > 0 || v !== v ? v : 0)); x.data[0] = 7; return { shape: x.shape, data }`,
      'operand-changed',
    ],
    ['another element type', 'return { shape: x.shape, data: Float64Array.from(x.data) }', 'type'],
    ['another shape', 'return { shape: [x.data.length], data: new Float32Array(x.data.length) }', 'shape'],
  ] as const
  /** The one case that is asked for, two of networks, three for the pairs that it leaves, and a large one. */
  const COMPLETED = 7
  const next =
    'sigmoidGradient({ y, dy }) { return { shape: y.shape, data: y.data.map((v, i) => dy.data[i] * v * (1 - v)) } }'
  let ended: ReturnType<typeof run>
  beforeAll(() => {
    const paths = faults.map(([, body, kind]) => moduleOf(kind, `${relu(body)}, ${next}`))
    ended = run('audit', ...paths, '--cases', '1', '--time-limit', '1', '--json')
  }, 120_000)

  it('exit code 1', () => {
    expect(ended.status).toBe(1)
  })

  it.each(faults)('%s', (_, __, kind) => {
    const { targets } = JSON.parse(ended.stdout)
    const target = targets.find((t: { target: string }) => t.target === kind)
    expect(new Set(target.findings.map((f: { kind: string }) => f.kind))).toContain(kind)
    expect(target.operators).toContainEqual(expect.objectContaining({ operator: 'sigmoidGradient', cases: COMPLETED }))
  })
})

describe('bad input ends in one line that names the mend, exit code 2', () => {
  const wrong = moduleOf('wrong', 'conv2D() {}')
  it.each([
    [['audit', 'tfjs-cpuu'], 'did you mean tfjs-cpu'],
    [['audit', './no-such-module.ts'], 'does not exist'],
    [['audit', wrong], 'did you mean conv2d'],
    [['audit', 'optimized', '--operator', 'conv2'], 'did you mean conv2d'],
    [['audit', '--cases', 'many'], 'whole number'],
    [['replay', 'conv2d n1c2h5w6 m2r3s3 pd-1'], 'padding must be at least 0'],
    [['replay', 'conv2d n1c2h5w6'], 'missing'],
    [['audit', '--seed', '99999999999999999999'], 'a whole number of at least 1, below 2^53'],
  ])('%j', (args, mend) => {
    const { status, stderr, stdout } = run(...args)
    expect(status).toBe(2)
    expect(stderr + stdout).toContain(mend)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})
