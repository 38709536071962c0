/** Audits as they are cut short: killed, interrupted, with programs that crash, hang and talk. As a user would, by the command line. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pythonWith, titled } from './witness/python.ts'
import { pythonProgram } from './witness/witness.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
const words = (args: readonly string[]): string[] => ['--import', 'tsx', 'cli/main.ts', ...args]
const run = (...args: string[]) => spawnSync(process.execPath, words(args), { encoding: 'utf8', timeout: 300_000 })

function started(...args: string[]): { child: ChildProcess; output: { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, words(args), { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (output.stdout += chunk))
  child.stderr.on('data', (chunk) => (output.stderr += chunk))
  return { child, output }
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

async function until(what: () => boolean, withinMs = 60_000): Promise<void> {
  for (const end = Date.now() + withinMs; !what(); await sleep(5))
    if (Date.now() > end) throw new Error('it did not come')
}

/** Processes whose command line holds a text. */
const processesOf = (text: string): string[] =>
  spawnSync('ps', ['-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line))

const linesOf = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0)

/** Wrong, right, and one that ends its process: everything that a report is made of. */
const target = join(folder, 'mine.mjs')
writeFileSync(
  target,
  `const relu = ({ x }) => ({ shape: x.shape, data: Float32Array.from(x.data, (v) => (v > 0 || v !== v ? v : 0.01 * v)) })
  const sigmoidGradient = ({ y, dy }) => {
    if (y.data.length % 7 === 3) process.exit(4)
    return { shape: y.shape, data: y.data.map((v, i) => dy.data[i] * v * (1 - v)) }
  }
  export default { name: 'mine', precision: 'float32', operators: { relu, sigmoidGradient } }\n`,
)
const asked = ['audit', target, '--cases', '60', '--seed', '5', '--json']

describe('kill -9 of the audit', () => {
  const uncut = join(folder, 'uncut.jsonl')
  const whole = run(...asked, '--record', uncut).stdout
  const lines = linesOf(uncut)
  it.each([0.03, 0.4, 0.65, 0.8, 0.95])(
    'behind %f of its lines: the resumed report is that of a run that was not cut',
    async (share) => {
      const at = Math.ceil(lines * share)
      const file = join(folder, `killed-${share}.jsonl`)
      const { child } = started(...asked, '--record', file)
      await until(() => linesOf(file) >= at)
      child.kill('SIGKILL')
      await once(child, 'exit')
      await until(() => processesOf('audit/worker.ts').filter((line) => line.includes(target)).length === 0)
      const before = linesOf(file)
      const resumed = run(...asked, '--resume', file)
      expect(resumed.stdout).toBe(whole)
      expect(resumed.status).toBe(1)
      expect(linesOf(file)).toBeGreaterThan(before)
      // And once more, when there is nothing left to do.
      expect(run(...asked, '--resume', file).stdout).toBe(whole)
    },
  )

  it('leaves no process, though the target never gives control back', async () => {
    const path = join(folder, 'busy-forever.mjs')
    const marker = join(folder, 'worker')
    const note = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(marker)}, String(process.pid))\n`
    const busy = `export default { name: 'busy', precision: 'float32', operators: { relu() { for (;;) {} } } }\n`
    writeFileSync(path, note + busy)
    const { child } = started('audit', path, '--time-limit', '60')
    await until(() => existsSync(marker))
    await sleep(2000)
    child.kill('SIGKILL')
    const worker = readFileSync(marker, 'utf8')
    await until(
      () => spawnSync('ps', ['-o', 'stat=', '-p', worker], { encoding: 'utf8' }).stdout.replace('Z', '').trim() === '',
      10_000,
    )
  })
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s leaves a readable report, and a record that is gone on with',
    async (signal) => {
      const file = join(folder, `${signal}.jsonl`)
      const { child, output } = started('audit', target, '--cases', '20000', '--record', file)
      await until(() => linesOf(file) > 200)
      child.kill(signal)
      const [status] = await once(child, 'exit')
      expect(status).toBe(130)
      expect(output.stdout).toContain('interrupted: what was found until then is above')
      expect(output.stdout).toMatch(/Scoreboard/)
      expect(output.stderr).toContain(`--cases 20000 --resume ${file}`)
      expect(output.stderr).not.toMatch(/\n\s+at /)
    },
  )

  it('twice ends at once', async () => {
    const path = join(folder, 'slow.mjs')
    writeFileSync(
      path,
      `export default { name: 'slow', precision: 'float32', operators: { relu: () => new Promise(() => {}) } }\n`,
    )
    const file = join(folder, 'twice.jsonl')
    const { child } = started('audit', path, '--time-limit', '60', '--record', file)
    await until(() => linesOf(file) >= 2)
    child.kill('SIGINT')
    child.kill('SIGINT')
    const start = Date.now()
    const [status] = await once(child, 'exit')
    expect(status).toBe(130)
    expect(Date.now() - start).toBeLessThan(1500)
  })
})

describe('a program behind --pipe', () => {
  const node = (name: string, body: string): string => {
    const path = join(folder, `${name}.cjs`)
    writeFileSync(
      path,
      `const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
      say({ protocol: 'cnn-oracle-pipe', version: 1, name: '${name}', precision: 'float64', operators: ['relu', 'reluGradient'] })
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, operator, operands } = JSON.parse(line)
        if (operator === 'relu') { ${body} }
        const read = (t) => { const b = Buffer.from(t.data, 'base64'); return new Float64Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)) }
        const x = read(operands.x)
        const data = operator === 'relu' ? x.map((v) => (v < 0 ? 0 : v)) : read(operands.dy).map((d, i) => (x[i] > 0 ? d : x[i] <= 0 ? 0 * d : NaN))
        say({ id, result: { ...operands.x, data: Buffer.from(data.buffer).toString('base64') } })
      })\n`,
    )
    return `${process.execPath} ${path}`
  }
  it.each([
    ['exits', 'process.exit(3)', 'crash', 'ended with exit code 3'],
    ['dies', `process.kill(process.pid, 'SIGKILL')`, 'crash', 'died of SIGKILL'],
    ['hangs', 'for (;;) {}', 'hang', 'no answer to request'],
    ['ignores', `process.on('SIGTERM', () => {}); return`, 'hang', 'no answer to request'],
    ['talks', `console.log('progress 10 %')`, 'protocol', 'wrote "progress 10 %" to stdout'],
    [
      'miscounts',
      `return say({ id, result: { shape: [5], type: 'float64', data: 'AAAA' } })`,
      'protocol',
      'is 5 numbers, 40 bytes',
    ],
    [
      'forks',
      `require('node:child_process').spawn('sleep', ['4711']); process.exit(3)`,
      'crash',
      'ended with exit code 3',
    ],
    [
      'devours',
      `const held = []; setInterval(() => held.push(Buffer.alloc(2 ** 26, 1)), 5); return`,
      'crash',
      '--memory-limit 700 allows',
    ],
  ])('that %s: a finding with its case, the rest of the audit, no process left', (name, body, kind, message) => {
    const command = node(name, body)
    const limits = ['--time-limit', '2', '--memory-limit', '700']
    const { stdout, status } = run('audit', '--pipe', command, '--cases', '3', '--json', ...limits)
    const [report] = JSON.parse(stdout).targets
    expect(status).toBe(1)
    expect(report.findings[0]).toMatchObject({ operator: 'relu', kind })
    expect(report.findings[0].case).toMatch(/^relu /)
    expect(report.findings[0].message).toContain(message)
    const rest = report.operators.find(({ operator }: { operator: string }) => operator === 'reluGradient')
    // The three that are asked for, two of networks, those for the pairs that they leave, and a large one.
    expect(rest.cases).toBe(15)
    expect(rest.ended).toBe(null)
    expect([...processesOf(`${name}.cjs`), ...processesOf('sleep 4711')]).toEqual([])
    const [, line] = /^cnn-oracle (replay .*)$/.exec(report.findings[0].replay) ?? []
    const again = spawnSync(
      'sh',
      ['-c', `exec ${process.execPath} ${words([]).join(' ')} ${line} ${limits.join(' ')}`],
      {
        encoding: 'utf8',
      },
    )
    expect(again.status).toBe(1)
    expect(again.stdout).toContain(kind)
  })

  it('that does not start is refused in one line', () => {
    const { status, stderr } = run('audit', '--pipe', 'no-such-program-here', '--cases', '1')
    expect(status).toBe(2)
    expect(stderr).toContain('no-such-program-here: ended with exit code 127 before its first line')
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

const hasCompiler = spawnSync('cc', ['--version']).status === 0
describe.skipIf(!hasCompiler)(
  `the layer in C${hasCompiler ? '' : ' (skipped: there is no cc; apt-get install gcc)'}`,
  () => {
    it.each([
      ['right', 0, []],
      ['with its strides swapped', 1, ['stride axes swapped']],
    ] as const)('%s', (_, mistake, causes) => {
      const program = join(folder, `conv2d-${mistake}`)
      const strict = ['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', `-DMISTAKE=${mistake}`]
      const compiled = spawnSync('cc', [...strict, '-o', program, 'audit/pipe/c/conv2d.c'], { encoding: 'utf8' })
      expect(compiled.stderr).toBe('')
      const { stdout, status } = run('audit', '--pipe', program, '--cases', '60', '--json')
      const [report] = JSON.parse(stdout).targets
      const named = report.findings.map(({ cause }: { cause: string }) => cause.split(':')[0])
      expect([...new Set(named)]).toEqual(causes)
      // Sixty that are asked for, those of networks, of conv2d those for the pairs that they leave, and large ones.
      expect(report.operators.map(({ cases }: { cases: number }) => cases)).toEqual([91, 64])
      expect(status).toBe(mistake)
    })
  },
)

for (const [module, program, precision] of [
  ['scipy', 'scipy_witness.py', ''],
  ['torch', 'torch_witness.py', 'float32'],
] as const) {
  const python = pythonWith([module])
  describe.skipIf(python.skip)(titled(`audit --pipe ${program}`, python), () => {
    it('finds nothing but conventions', () => {
      const command = `${python.command} -B ${pythonProgram(program)} ${precision}`.trim()
      const { stdout, stderr } = run('audit', '--pipe', command, '--cases', '100', '--time-limit', '20', '--json')
      const [report] = JSON.parse(stdout || '{}').targets ?? [{ findings: [stderr] }]
      expect(report.findings.filter((f: { kind?: string }) => f.kind !== 'convention')).toEqual([])
      expect(report.operators.length).toBe(module === 'scipy' ? 4 : 25)
    })
  })
}
