/** A known finding that no case of a run showed: its own case decides. */
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
