/**
 * The audit as tests of another project's own suite, with any runner that has `describe` and `it` (vitest, jest, mocha, node:test,
 * bun). It runs in the process of the tests: what hangs or crashes ends them; `cnn-oracle audit` isolates.
 *
 *   auditSuite({ describe, it }, mine, { operators: ['conv2d'], cases: 100 })
 */
import { refuseCount, refuseImplementation } from '../../properties/given.ts'
import { holdLaw, laws } from '../../properties/law/index.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { operatorRow, operators } from '../../reference/operators.ts'
import { isHarmless } from '../finding.ts'
import { findingsOver } from '../findingsOver.ts'
import { type Known, knownEntry } from '../known.ts'
import { findingRecord } from '../report/json.ts'
import { findingLines } from '../report/words.ts'

export interface Runner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>, timeout?: number): unknown
}

export interface SuiteOptions {
  /** All that are offered when left out. */
  readonly operators?: readonly OperatorName[]
  readonly cases?: number
  readonly seed?: number
  /** Findings that are expected, as readKnown reads them. */
  readonly known?: readonly Known[]
  /** Also a test for each law that can be asked of these operators. */
  readonly laws?: boolean
  /** Milliseconds a test may take, where the runner takes it as its third argument. */
  readonly timeout?: number
}

/** Declares one test an operator. Throws RangeError where nothing would be audited. */
export function auditSuite({ describe, it }: Runner, implementation: Implementation, options: SuiteOptions = {}): void {
  refuseImplementation('auditSuite', implementation)
  const { cases = 12, seed = 1, known = [], timeout = 60_000 } = options
  refuseCount('auditSuite: cases', cases)
  const offers = (operator: OperatorName): boolean => implementation.operators[operator] !== undefined
  const wanted = options.operators?.map((name) => operatorRow(name).name)
  const missing = wanted?.find((operator) => !offers(operator))
  if (missing) throw new RangeError(`auditSuite: ${implementation.name} does not offer ${missing}; leave it out`)
  const names = wanted ?? operators.map((row) => row.name).filter(offers)
  if (names.length === 0)
    throw new RangeError(`auditSuite: ${implementation.name} offers no operator; nothing would be audited`)
  describe(`${implementation.name} against the textbook`, () => {
    for (const operator of names) it(operator, () => hold(implementation, operator, { cases, seed, known }), timeout)
    if (!options.laws) return
    for (const law of laws.filter((l) => [l.operator, ...l.uses].every((operator) => names.includes(operator)))) {
      const body = async (): Promise<void> => {
        const broken = (await holdLaw(law, implementation, { cases, seed }))?.broken
        if (broken) throw new Error(broken.outcome.message)
      }
      it(`${law.operator}: ${law.equation}`, body, timeout)
    }
  })
}

async function hold(
  implementation: Implementation,
  operator: OperatorName,
  { cases, seed, known }: { readonly cases: number; readonly seed: number; readonly known: readonly Known[] },
): Promise<void> {
  const { findings, tally } = await findingsOver(implementation, operator, cases, seed)
  if (tally.cases === 0)
    throw new Error(
      `${operator}: none of ${tally.unsupported} cases is supported, so that nothing was judged; leave it out`,
    )
  const news = findings.filter((f) => !isHarmless(f.kind) && !knownEntry(known, implementation.name, f))
  if (news.length === 0) return
  const text = news.map((finding) => {
    const record = findingRecord({ implementation: implementation.name, finding, known: undefined })
    const lines = findingLines({ ...record, replay: `judge(implementation, parseCase('${finding.case}'))` })
    return [`${finding.kind} ${finding.message} (${finding.times} of ${tally.cases} cases)`, ...lines].join('\n  ')
  })
  throw new Error(text.join('\n'))
}
