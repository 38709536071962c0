/**
 * The list that comes with the package: each case that an entry carries shows it on a target that is installed here, ONNX's reference
 * evaluator among them where a Python has it.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { offersOf } from './auditTarget.ts'
import type { CampaignReport } from './campaign.ts'
import { usualLimits } from './isolate.ts'
import { type Known, readKnown, speaksOf } from './known.ts'
import { shownAlone } from './knownCases.ts'
import { emptyTally } from './tally.ts'
import { builtIn, missingPackages } from './target/index.ts'
import { pipeTarget } from './target/target.ts'
import { pythonWith } from './witness/python.ts'
import { pythonProgram } from './witness/witness.ts'

const python = pythonWith(['onnx.reference'], 'pip install onnx')
const evaluator = (way: string): string =>
  pipeTarget(`${python.command} -B ${pythonProgram('onnx_reference.py')} float32 ${way}`)
const sources = [
  ...builtIn.filter((target) => missingPackages(target).length === 0).map(({ name }) => name),
  ...(python.missing ? [] : ['pads', 'lower'].map(evaluator)),
]
const known = readKnown().filter(
  (k) => !python.missing || !k.targets.every((target) => target.startsWith('onnx-reference')),
)
const never = new AbortController().signal
/** Loading the slowest of the packages takes 3 s of an idle core. */
const TIMEOUT_MS = 120_000

/** A run that audited everything that is installed and came upon nothing. */
let nothing: CampaignReport

beforeAll(async () => {
  const listings = sources.map(async (source) =>
    (await offersOf(source, usualLimits)).map((offer) => {
      const operators = offer.operators.map((operator) => ({ operator, tally: emptyTally() }))
      return { target: offer.name, source, version: null, precision: offer.precision, operators, findings: [] }
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

  const alone = ({ manner, shownBy }: Known): string[][] => (manner ? [shownBy] : shownBy.map((c) => [c]))
  it.each(known.flatMap((k) => alone(k).map((shownBy) => [k.id, shownBy.join(', '), { ...k, shownBy }] as const)))(
    '%s shows in %s alone',
    async (id, _, entry) => {
      expect(await shownAlone(nothing, [entry], usualLimits, never)).toEqual([id])
    },
    TIMEOUT_MS,
  )
})
