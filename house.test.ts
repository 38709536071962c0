import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = import.meta.dirname
/** dependency-cruiser reads the whole house in 5 s of an idle core. */
const MINUTE = 60_000

interface Cruised {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly violations: readonly Violation[]
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] }
  }
}
interface Violation {
  readonly from: string
  readonly to: string
  readonly rule: { readonly name: string }
}

/** What `npm run check:imports` sees in a folder. */
function cruise(folder: string): Cruised {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const { stdout, stderr } = spawnSync(process.execPath, [program, '.', '--output-type', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser printed no JSON: ${stderr}`)
  return JSON.parse(stdout)
}

describe('import rules', () => {
  test(
    'every .ts file of the repository is seen, none breaks a rule',
    () => {
      // audit/example is a project of its own.
      const tracked = execFileSync('git', ['ls-files', '*.ts', ':!audit/example'], { cwd: root, encoding: 'utf8' })
        .trim()
        .split('\n')
      const { modules, summary } = cruise(root)
      const seen = new Set(modules.map(({ source }) => source))
      expect(tracked.length).toBeGreaterThan(150)
      expect(tracked.filter((file) => existsSync(join(root, file)) && !seen.has(file))).toEqual([])
      expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
    },
    MINUTE,
  )

  /** A rule, a file, and what it may not import. Packages are named as such, files by their path. */
  const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
    ['no-cycles', 'reference/backAgain.ts', 'reference/cycle.ts'],
    ['no-orphans', 'properties/alone.ts', ''],
    ['resolvable', 'bench/lost.ts', 'bench/nowhere.ts'],
    ['declared', 'bench/undeclared.ts', 'undeclared'],
    ['no-development-packages', 'bench/develops.ts', 'vitest'],
    ['peers-in-adapters', 'audit/judge.ts', 'convnetjs'],
    ['peers-in-adapters', 'audit/judge.test.ts', 'onnxruntime-node'],
    ['tests-apart', 'cli/usesFixture.ts', 'fixtures/fixture.ts'],
    ['tests-apart', 'audit/usesTest.ts', 'audit/judge.test.ts'],
    ['tests-apart', 'audit/usesSupport.ts', 'audit/target/byHand/case.ts'],
    ['reference', 'reference/operator/conv2d.ts', 'properties/law.ts'],
    ['reference', 'reference/operator/dense.ts', 'node:fs'],
    ['mathjs', 'reference/operator/softmax.ts', 'mathjs'],
    ['mathjs', 'reference/operator/tanh.ts', 'node:module'],
    ['optimized', 'optimized/conv2d.ts', 'reference/operator/conv2d.ts'],
    ['optimized', 'optimized/table.ts', 'reference/operators.ts'],
    ['optimized', 'optimized/forks.ts', 'node:worker_threads'],
    ['threads', 'optimized/threads/reads.ts', 'node:fs'],
    ['threads', 'optimized/threads/table.ts', 'reference/operators.ts'],
    ['properties', 'properties/usesAudit.ts', 'audit/protocol.ts'],
    ['properties', 'properties/usesOptimized.ts', 'optimized/shared.ts'],
    ['audit', 'audit/usesBench.ts', 'bench/timer.ts'],
    ['audit', 'audit/usesRoot.ts', 'index.ts'],
    ['train', 'train/usesOptimized.ts', 'optimized/shared.ts'],
    ['bench', 'bench/usesRoot.ts', 'index.ts'],
    ['cli-on-top', 'index.ts', 'cli/main.ts'],
  ]

  /** What may be imported: a rule that forbids everything would pass the tests above. */
  const allowed: readonly (readonly [from: string, to: string])[] = [
    ['reference/arithmetic/rational.ts', 'mathjs'],
    ['reference/arithmetic/rational.ts', 'node:module'],
    ['reference/signal/expression.ts', 'mathjs'],
    ['reference/signal/expression.test.ts', 'fixtures/fixture.ts'],
    ['optimized/free.ts', 'reference/contract.ts'],
    ['optimized/free.ts', 'reference/tensor.ts'],
    ['optimized/free.ts', 'reference/shape/window.ts'],
    ['optimized/threads/free.ts', 'reference/shape/window.ts'],
    ['optimized/threads/free.ts', 'node:worker_threads'],
    ['audit/target/tfjs.ts', '@tensorflow/tfjs'],
    ['audit/target/tfjs.test.ts', 'audit/target/byHand/case.ts'],
    ['cli/main.ts', 'audit/target/tfjs.ts'],
  ]

  let house = ''
  let violations: readonly Violation[] = []
  let rules: readonly string[] = []

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'house-'))
    build(house, [...forbidden.map(([, from, to]) => [from, to] as const), ...allowed])
    const { summary } = cruise(house)
    violations = summary.violations
    rules = summary.ruleSetUsed.forbidden.map(({ name }) => name)
  }, MINUTE)
  afterAll(() => rmSync(house, { recursive: true, force: true }))

  const reported = (rule: string, from: string, to: string): boolean =>
    violations.some((v) => v.rule.name === rule && v.from === from && names(v.to, to))

  test.each(forbidden)('%s: %s may not import %s', (rule, from, to) => {
    expect(reported(rule, from, to)).toBe(true)
  })

  test.each(allowed)('%s may import %s', (from, to) => {
    expect(violations.filter((v) => v.from === from && names(v.to, to))).toEqual([])
  })

  test('every rule has an import here that it forbids', () => {
    const shown = new Set(forbidden.map(([rule]) => rule))
    expect(rules.length).toBeGreaterThan(0)
    expect(rules.filter((name) => !shown.has(name))).toEqual([])
  })
})

describe('lock file', () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>
  }

  test('names the builds for every platform: npm ci refuses a lock file that leaves out those of others', () => {
    const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
    )
    const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    )
    const paths = Object.keys(lock.packages)
    expect(wanted.length).toBeGreaterThan(0)
    expect(wanted.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)))).toEqual([])
  })
})

const isFile = (to: string): boolean => to.endsWith('.ts')

/** Whether dependency-cruiser's name of a module is what the tables above call it. An orphan is reported against itself. */
function names(resolved: string, to: string): boolean {
  if (to === '' || isFile(to)) return to === '' || resolved.endsWith(to)
  return resolved === to.replace('node:', '') || resolved.startsWith(`node_modules/${to}/`)
}

/** A house of empty rooms with these imports, under the rules, the manifest and the packages of this one. */
function build(house: string, imports: readonly (readonly [from: string, to: string])[]): void {
  for (const file of ['.dependency-cruiser.mjs', 'package.json', 'tsconfig.json'])
    copyFileSync(join(root, file), join(house, file))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), text)
  }
  const lines = new Map<string, string[]>([['reference/cycle.ts', ["import './backAgain.ts'"]]])
  for (const [from, to] of imports) {
    const text = lines.get(from) ?? []
    lines.set(
      from,
      to === ''
        ? text
        : [...text, `import '${isFile(to) ? `${'../'.repeat(from.split('/').length - 1) || './'}${to}` : to}'`],
    )
    if (isFile(to) && !lines.has(to) && !to.includes('nowhere')) lines.set(to, [])
    if (to !== '' && !isFile(to) && !to.startsWith('node:')) {
      write(`node_modules/${to}/package.json`, JSON.stringify({ name: to, version: '1.0.0', main: 'index.js' }))
      write(`node_modules/${to}/index.js`, '')
    }
  }
  for (const [file, text] of lines) write(file, `${text.join('\n')}\n`)
}
