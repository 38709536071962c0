/** A known finding that no case of a run showed: its own case decides. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { campaign, known } from '../fixtures/campaign.ts'
import type { CampaignReport } from './campaign.ts'
import { expectations } from './expectations.ts'
import { usualLimits } from './isolate.ts'
import { shownAlone } from './knownCases.ts'
import { emptyTally } from './tally.ts'

const SOURCE = 'audit/example/wrongConv.ts'
const SHOWS = 'conv2d n1c1h1w2 m1r1s2 x=1,0 w=1,0'
const HOLDS = 'conv2d n1c1h1w1 m1r1s1 x=1 w=1'
const entry = { ...known, id: 'W1', targets: ['wrong-conv'], operators: ['conv2d'] }

/** A run of the example with its kernel read backwards that came upon nothing. */
const nothing: CampaignReport = {
  ...campaign,
  implementations: [
    {
      target: 'wrong-conv',
      source: SOURCE,
      version: null,
      precision: 'float32',
      operators: [{ operator: 'conv2d', tally: emptyTally() }],
      findings: [],
    },
  ],
}
/** Keeps the operand of a call where the next one overwrites it. */
const RACING = `
  let held
  const relu = async ({ x }) => {
    held = x
    await null
    return { shape: x.shape, data: held.data.map((v) => Math.max(0, v)) }
  }
  export default { name: 'racing', version: '1', precision: 'float32', operators: { relu } }
`

const ids = (shownBy: string[], more: Partial<CampaignReport> = {}, change: object = {}): Promise<readonly string[]> =>
  shownAlone({ ...nothing, ...more }, [{ ...entry, shownBy, ...change }], usualLimits, new AbortController().signal)

describe('an entry that no case of a run showed', () => {
  it('shows when one of its own cases fails as it says', async () => {
    expect(await ids([HOLDS, SHOWS])).toEqual(['W1'])
    expect(await ids([SHOWS], {}, { cause: 'kernel turned*' })).toEqual(['W1'])
  })

  it('has gone when they are right, or fail otherwise', async () => {
    expect(await ids([HOLDS])).toEqual([])
    expect(await ids([SHOWS], {}, { kinds: ['threw'] })).toEqual([])
    expect(await ids([SHOWS], {}, { message: '*is 7, *' })).toEqual([])
  })

  it('shows when its cases, called at once, fail as it says', async () => {
    const source = join(mkdtempSync(join(tmpdir(), 'known-cases-')), 'racing.mjs')
    writeFileSync(source, RACING)
    const [only] = nothing.implementations
    const implementations = [
      { ...only!, target: 'racing', source, operators: [{ operator: 'relu' as const, tally: emptyTally() }] },
    ]
    const calls = ['relu n1c1h1w1 x=1', 'relu n1c1h1w1 x=2']
    const change = { targets: ['racing'], operators: ['relu'], message: '*under way*' }
    expect(await ids(calls, { implementations }, { ...change, manner: 'together' })).toEqual(['W1'])
    expect(await ids(calls, { implementations }, change)).toEqual([])
    rmSync(dirname(source), { recursive: true })
  })

  it('a case of an operator that was not audited is not judged', async () => {
    const [only] = nothing.implementations
    const dense = [{ operator: 'dense' as const, tally: emptyTally() }]
    expect(await ids([SHOWS], { implementations: [{ ...only!, operators: dense }] })).toEqual([])
  })

  it('a run that was cut short says nothing of it', async () => {
    expect(await ids([SHOWS], { interrupted: true })).toEqual([])
  })

  it('is no longer expected to show in the cases of the run', () => {
    const shows = (shownAlone: readonly string[]) =>
      expectations({ ...nothing, shownAlone }, [entry], []).map((k) => k.shows)
    expect([shows([]), shows(['W1'])]).toEqual([[false], [true]])
  })
})
