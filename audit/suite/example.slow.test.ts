/** What is published, as another project has it: packed, installed beside vitest, type-checked and run. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Without what this run of vitest sets: a run inside another would take itself for a worker of it. */
const { NODE_OPTIONS: _, VITEST: __, NODE_ENV: ___, ...env } = process.env

function run(cwd: string, command: string, ...args: readonly string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...env, CI: 'true' } })
  return { status, text: stripVTControlCharacters(stdout + stderr) }
}

function must(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, text } = run(cwd, command, ...args)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${text}`)
  return text
}

/** A copy of the example with the packed cnn-oracle and these packages. */
function installed(name: string, ...packages: readonly string[]): string {
  const project = join(folder, name)
  cpSync(join(root, 'audit/example'), project, { recursive: true })
  must(project, 'npm', 'pkg', 'delete', 'devDependencies')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false', '--save-dev']
  must(project, 'npm', 'install', ...flags, tarball, ...packages)
  return project
}

let tarball = ''
let project = ''
beforeAll(() => {
  must(root, 'npm', 'run', 'build')
  const [packed] = JSON.parse(
    must(root, 'npm', 'pack', '--silent', '--json', '--pack-destination', folder).replace(/^[^[]*/s, ''),
  )
  tarball = join(folder, packed.filename)
  project = installed('vitest4', 'vitest@4', 'mocha@11')
}, 5 * 60_000)

describe('audit/example from the packed package', () => {
  it('the right implementation passes', () => {
    const { status, text } = run(project, 'npx', 'vitest', 'run', 'myConv')
    expect(text).toMatch(/Tests +3 passed \(3\)/)
    expect(status).toBe(0)
  })

  it('the wrong one fails, with the name of the mistake and with element, expected, got and bound', () => {
    const { status, text } = run(project, 'npx', 'vitest', 'run', 'wrongConv')
    expect(status).toBe(1)
    expect(text).toMatch(/Tests +2 failed \(2\)/)
    expect(text).toContain('looks like: kernel turned')
    expect(text).toContain('toMatchOracle: conv2d: element [0,0,0,0] is 12, expected 21 ± 0')
    expect(text).toContain('element [0,0,0,0]  expected 21  got 12  bound 0')
    expect(text).toContain('2 of 2 elements wrong, where no such error is possible')
  })

  it('mocha runs the suite as well, longer than its own 2 seconds where it must', () => {
    writeFileSync(
      join(project, 'mocha.mts'),
      `import { auditSuite } from 'cnn-oracle/suite'
       import mine from './myConv.ts'
       import wrong from './wrongConv.ts'
       declare const describe: any, it: any
       for (const implementation of [mine, wrong]) auditSuite({ describe, it }, implementation, { cases: 20 })`,
    )
    const { text } = run(project, 'npx', 'mocha', '--import=tsx', 'mocha.mts')
    expect(text).toMatch(/2 passing/)
    expect(text).toMatch(/1 failing/)
    expect(text).toContain('looks like: kernel turned')
  })

  /** The mistakes that the types must see, each under a comment that fails where there is none. */
  const misuse = `import 'cnn-oracle/vitest'
import { expect } from 'vitest'
const x = { shape: [1], data: Float32Array.of(1) }
expect(x).toMatchOracle('relu', { x })
expect(x).not.toMatchOracle('relu', { x })
expect({ x }).toEqual({ x: expect.toMatchOracle('relu', { x }) })
await expect(Promise.resolve(x)).resolves.toMatchOracle('relu', { x })
// @ts-expect-error no such operator
expect(x).toMatchOracle('relo', { x })
// @ts-expect-error relu has no dy
expect(x).toMatchOracle('relu', { dy: x })
// @ts-expect-error conv2d has attributes
expect(x).toMatchOracle('conv2d', { x, w: x })
`

  it.each(['vitest 4', 'vitest 5'])('types hold for %s', (name) => {
    const at = name === 'vitest 4' ? project : installed('vitest5', 'vitest@5')
    writeFileSync(join(at, 'types.ts'), misuse)
    expect(must(at, 'node', '-p', 'require("vitest/package.json").version')).toMatch(
      new RegExp(`^${name.slice(-1)}\\.`, 'm'),
    )
    rmSync(join(at, 'mocha.mts'), { force: true })
    expect(run(at, process.execPath, tsc, '-p', '.')).toEqual({ status: 0, text: '' })
  })
})
