/** The list that comes with the package: each case that an entry carries shows it on a target that is installed here. */
import { beforeAll, describe, expect, it } from 'vitest'
import { offersOf } from './auditTarget.ts'
import type { CampaignReport } from './campaign.ts'
import { usualLimits } from './isolate.ts'
import { readKnown, speaksOf } from './known.ts'
import { shownAlone } from './knownCases.ts'
import { emptyTally } from './tally.ts'
import { builtIn, missingPackages } from './target/index.ts'

const known = readKnown()
const never = new AbortController().signal
/** Loading the slowest of the packages takes 3 s of an idle core. */
const TIMEOUT_MS = 120_000

/** A run that audited everything that is installed and came upon nothing. */
let nothing: CampaignReport

beforeAll(async () => {
  const listings = builtIn
    .filter((target) => missingPackages(target).length === 0)
    .map(async ({ name }) =>
      (await offersOf(name, usualLimits)).map((offer) => {
        const operators = offer.operators.map((operator) => ({ operator, tally: emptyTally() }))
        return { target: offer.name, source: name, version: null, precision: offer.precision, operators, findings: [] }
      }),
    )
  nothing = {
    seed: 1,
    cases: 0,
    implementations: (await Promise.all(listings)).flat(),
    skipped: [],
    interrupted: false,
    leftOut: { offered: [], targets: [] },
  }
}, TIMEOUT_MS)

describe('what is known of the peers', () => {
  it('every entry carries a case, and speaks of something that is installed', () => {
    expect(known.filter((k) => k.shownBy.length === 0).map((k) => k.id)).toEqual([])
    const spoken = known.filter((k) =>
      nothing.implementations.some((i) => i.operators.some((o) => speaksOf(k, i.target, o.operator))),
    )
    expect(spoken).toEqual(known)
  })

  it.each(known.flatMap((k) => k.shownBy.map((descriptor) => [k.id, descriptor, k] as const)))(
    '%s shows in %s alone',
    async (id, descriptor, entry) => {
      expect(await shownAlone(nothing, [{ ...entry, shownBy: [descriptor] }], usualLimits, never)).toEqual([id])
    },
    TIMEOUT_MS,
  )
})
