import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { textbook } from '../../reference/textbook.ts'
import { auditSuite, readKnown, type SuiteOptions } from './suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnn-oracle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the tests that a suite declares: what each threw, or null. */
async function outcomes(
  implementation: Implementation,
  options: SuiteOptions,
  only: (name: string) => boolean = () => true,
): Promise<Record<string, string | null>> {
  const bodies: [string, () => Promise<void>][] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => bodies.push([name, body]),
  }
  auditSuite(runner, implementation, options)
  const seen: Record<string, string | null> = {}
  for (const [name, body] of bodies.filter(([name]) => only(name)))
    seen[name] = await body().then(
      () => null,
      (error: Error) => error.message,
    )
  return seen
}

const leaky: Implementation = {
  name: 'leaky',
  precision: 'float32',
  operators: {
    relu: ({ x }) => ({
      shape: x.shape,
      data: Float32Array.from(x.data, (v) => (v > 0 || Number.isNaN(v) ? v : 0.01 * v)),
    }),
  },
}

auditSuite({ describe, it }, textbook, { operators: ['relu', 'dense'], cases: 4 })

describe('auditSuite', () => {
  it('a wrong operator fails with case, numbers, diagnosis and a line to run it again', async () => {
    const { relu } = await outcomes(leaky, { cases: 12 })
    for (const said of [
      'expected 0',
      'bound 0',
      'looks like: leaky',
      "judge(implementation, parseCase('relu n1c1h1w1 x=-1'))",
    ])
      expect(relu).toContain(said)
  })

  it('laws are tests of their own', async () => {
    const seen = await outcomes(textbook, { operators: ['relu'], cases: 2, laws: true })
    expect(Object.keys(seen).length).toBeGreaterThan(1)
    expect(new Set(Object.values(seen))).toEqual(new Set([null]))
  })

  it('what would audit nothing is refused', async () => {
    await expect(outcomes({ ...leaky, operators: {} }, {})).rejects.toThrow('offers no operator')
    await expect(outcomes(leaky, { operators: ['tanh'] })).rejects.toThrow('does not offer tanh')
  })

  describe('known', () => {
    const entry = { id: 'R1', targets: ['leaky'], operators: ['relu'], kinds: ['wrong'], cause: 'leaky*' }
    const reason = { what: 'relu leaks', why: 'a test', link: 'here' }
    const file = (...entries: readonly object[]): string => {
      const path = join(folder, `${entries.map((e) => JSON.stringify(e).length).join('-')}.json`)
      writeFileSync(path, JSON.stringify(entries.map((e) => ({ ...entry, ...reason, ...e }))))
      return path
    }
    const asked = { operators: ['relu'], cases: 12 } as const
    const still = 'what is known still shows'

    it('what is expected passes, from a file as from a list', async () => {
      const known = file({})
      expect(await outcomes(leaky, { ...asked, known })).toEqual({ relu: null, [still]: null })
      expect(await outcomes(leaky, { ...asked, known: readKnown([known], false) })).toEqual({
        relu: null,
        [still]: null,
      })
    })

    it('what another cause explains is new', async () => {
      const { relu } = await outcomes(leaky, { ...asked, known: file({ cause: 'another' }) })
      expect(relu).toContain('looks like: leaky')
    })

    it('what has gone fails a test that names entry and file', async () => {
      const known = file({}, { id: 'R2', kinds: ['shape'], what: 'a shape is off' })
      const seen = await outcomes(leaky, { ...asked, known })
      expect(seen).toEqual({ relu: null, [still]: `known R2 no longer shows: a shape is off; remove it from ${known}` })
    })

    it('a case of its own decides whether it has gone', async () => {
      const rare = { cause: 'leaky*', message: '*is -3.5, expected 0 *' }
      const states = async (shownBy: string[]) =>
        (await outcomes(leaky, { ...asked, known: file({}, { id: 'R2', ...rare, shownBy }) }))[still]
      expect(await states(['relu n1c1h1w1 x=2', 'relu n1c1h1w1 x=-350'])).toBeNull()
      expect(await states(['relu n1c1h1w1 x=-1'])).toMatch(/^known R2 no longer shows/)
    })

    it('nothing has gone where the runner left its operator out, or the entry speaks of another', async () => {
      const gone = file({ kinds: ['shape'], cause: 'gone' })
      expect(await outcomes(leaky, { ...asked, known: gone }, (name) => name === still)).toEqual({ [still]: null })
      const other = file({ targets: ['another implementation'] })
      expect(Object.keys(await outcomes(leaky, { ...asked, known: other }))).toEqual(['relu'])
    })

    it('a list that is not there is refused', async () => {
      await expect(outcomes(leaky, { known: join(folder, 'none.json') })).rejects.toThrow('none.json does not exist')
    })
  })

  describe('under other runners', () => {
    it('mocha: the limit is set through this', async () => {
      const limits: number[] = []
      const bodies: ((this: unknown) => Promise<void>)[] = []
      const mocha = {
        describe: (_: string, body: () => void) => body(),
        it: (_: string, body: () => Promise<void>) => bodies.push(body),
      }
      auditSuite(mocha, textbook, { operators: ['relu'], cases: 1, timeout: 1234 })
      for (const body of bodies) await body.call({ timeout: (ms: number) => limits.push(ms) })
      expect(limits).toEqual([1234])
    })

    it('jest: the limit is the third argument, and the body takes none, which would be a callback', () => {
      const calls: unknown[][] = []
      const it = (...call: unknown[]) => calls.push([call[0], (call[1] as () => void).length, call[2]])
      auditSuite({ describe: (_, body) => body(), it }, textbook, { operators: ['relu'], timeout: 1234 })
      expect(calls).toEqual([['relu', 0, 1234]])
    })

    it('node:test: a wrong operator fails with its diagnosis, a right one passes', () => {
      const path = join(folder, 'suite.test.mts')
      const suite = JSON.stringify(new URL('./suite.ts', import.meta.url).pathname)
      writeFileSync(
        path,
        `import { describe, it } from 'node:test'
         import { auditSuite } from ${suite}
         const map = (f: (v: number) => number) => ({ x }: any) => ({ shape: x.shape, data: x.data.map(f) })
         auditSuite({ describe, it }, { name: 'mine', precision: 'float32', operators: {
           relu: map((v) => (v > 0 || v !== v ? v : 0.01 * v)),
           sigmoid: map((v) => 1 / (1 + Math.exp(-v))),
         } }, { cases: 12 })`,
      )
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const { status, stdout } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--test', '--test-reporter=tap', path],
        { encoding: 'utf8', env },
      )
      expect(status).toBe(1)
      expect(stdout).toMatch(/^ *ok \d+ - sigmoid$/m)
      expect(stdout).toMatch(/^ *not ok \d+ - relu$/m)
      expect(stdout).toContain('looks like: leaky')
    })
  })
})
