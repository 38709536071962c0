import { describe, expect, it } from 'vitest'
import type { Implementation } from '../../reference/contract.ts'
import { textbook } from '../../reference/textbook.ts'
import { auditSuite, type SuiteOptions } from './suite.ts'

/** Runs the tests that a suite declares: what each threw, or null. */
async function outcomes(implementation: Implementation, options: SuiteOptions): Promise<Record<string, string | null>> {
  const bodies: [string, () => Promise<void>][] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => bodies.push([name, body]),
  }
  auditSuite(runner, implementation, options)
  const seen: Record<string, string | null> = {}
  for (const [name, body] of bodies)
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
})
