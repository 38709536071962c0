/**
 * The audit as tests of another project's own suite, with any runner that has `describe` and `it` (vitest, jest, mocha, node:test,
 * bun). It runs in the process of the tests: what hangs or crashes ends them; `cnn-oracle audit` isolates.
 *
 *   auditSuite({ describe, it }, mine, { operators: ['conv2d'], cases: 100, known: 'known.json' })
 */
import { isObject, refuseCount, refuseImplementation } from '../../properties/given.ts'
import { holdLaw, laws } from '../../properties/law/index.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { operatorRow, operators } from '../../reference/operators.ts'
import { featuresOf } from '../features.ts'
import { findingOf, isHarmless } from '../finding.ts'
import { findingsOver } from '../findingsOver.ts'
import { type Known, knownEntry, readKnown, showing, speaksOf } from '../known.ts'
import { expects } from '../knownCases.ts'
import { examine } from '../manner.ts'
import { findingRecord } from '../report/json.ts'
import { findingLines } from '../report/words.ts'

export interface Runner {
  describe(name: string, body: () => void): unknown
  /** mocha has no third argument: there the limit is set through `this`. */
  it(name: string, body: (this: unknown) => Promise<void>, timeout?: number): unknown
}

export interface SuiteOptions {
  /** All that are offered when left out. */
  readonly operators?: readonly OperatorName[]
  readonly cases?: number
  readonly seed?: number
  /** Findings that are expected: the path of their list, or what readKnown read. One that no longer shows fails a test of its own. */
  readonly known?: string | readonly Known[]
  /** Also a test for each law that can be asked of these operators. */
  readonly laws?: boolean
  /** Milliseconds a test may take: 60,000 when left out. node:test has no limit of its own, and none is set there. */
  readonly timeout?: number
}

/** Declares one test an operator. Throws RangeError where nothing would be audited, KnownError for a list that cannot be read. */
export function auditSuite({ describe, it }: Runner, implementation: Implementation, options: SuiteOptions = {}): void {
  refuseImplementation('auditSuite', implementation)
  const { cases = 12, seed = 1, timeout = 60_000 } = options
  refuseCount('auditSuite: cases', cases)
  const offers = (operator: OperatorName): boolean => implementation.operators[operator] !== undefined
  const wanted = options.operators?.map((name) => operatorRow(name).name)
  const missing = wanted?.find((operator) => !offers(operator))
  if (missing) throw new RangeError(`auditSuite: ${implementation.name} does not offer ${missing}; leave it out`)
  const names = wanted ?? operators.map((row) => row.name).filter(offers)
  if (names.length === 0)
    throw new RangeError(`auditSuite: ${implementation.name} offers no operator; nothing would be audited`)
  const list = typeof options.known === 'string' ? readKnown([options.known], false) : (options.known ?? [])
  const about = list.filter((k) => names.some((operator) => speaksOf(k, implementation.name, operator)))
  const seen: Seen = { operators: new Set(), entries: new Set() }
  const test = (name: string, body: () => Promise<void>): unknown =>
    it(
      name,
      function () {
        if (hasTimeout(this)) this.timeout(timeout)
        return body()
      },
      timeout,
    )
  describe(`${implementation.name} against the textbook`, () => {
    for (const operator of names)
      test(operator, () => hold(implementation, operator, { cases, seed, known: about, seen }))
    if (about.length > 0) test('what is known still shows', async () => refuseGone(implementation, names, about, seen))
    if (!options.laws) return
    for (const law of laws.filter((l) => [l.operator, ...l.uses].every((operator) => names.includes(operator))))
      test(`${law.operator}: ${law.equation}`, async () => {
        const broken = (await holdLaw(law, implementation, { cases, seed }))?.broken
        if (broken) throw new Error(broken.outcome.message)
      })
  })
}

/** What the tests that ran so far came upon: a runner may be asked for some of them alone. */
interface Seen {
  readonly operators: Set<OperatorName>
  readonly entries: Set<Known>
}

/** The context of mocha. */
const hasTimeout = (context: unknown): context is { timeout(milliseconds: number): void } =>
  isObject(context) && typeof context.timeout === 'function'

/** Throws for entries that did not show, in no case of their own either, although all was run that they speak of. */
async function refuseGone(
  implementation: Implementation,
  names: readonly OperatorName[],
  about: readonly Known[],
  seen: Seen,
): Promise<void> {
  const offered = operators.map((row) => row.name).filter((name) => implementation.operators[name] !== undefined)
  const covered = (k: Known): boolean =>
    offered
      .filter((operator) => speaksOf(k, implementation.name, operator))
      .every((operator) => names.includes(operator) && seen.operators.has(operator))
  const gone: Known[] = []
  for (const k of about) if (covered(k) && !seen.entries.has(k) && !(await showsAlone(implementation, k))) gone.push(k)
  if (gone.length === 0) return
  throw new Error(gone.map((k) => `known ${k.id} no longer shows: ${k.what}; remove it from ${k.file}`).join('\n'))
}

async function showsAlone(implementation: Implementation, k: Known): Promise<boolean> {
  for (const examination of showing(k)) {
    const outcome = await examine(implementation, examination)
    if (outcome.status !== 'failed') continue
    const { case: c } = examination
    const { kind, message, verdict } = outcome
    const finding = findingOf(implementation.name, c, kind, message, verdict?.first, featuresOf(c))
    if (expects(k, implementation.name, finding)) return true
  }
  return false
}

async function hold(
  implementation: Implementation,
  operator: OperatorName,
  { cases, seed, known, seen }: { cases: number; seed: number; known: readonly Known[]; seen: Seen },
): Promise<void> {
  const { findings, tally } = await findingsOver(implementation, operator, cases, seed)
  if (tally.cases === 0)
    throw new Error(
      `${operator}: none of ${tally.unsupported} cases is supported, so that nothing was judged; leave it out`,
    )
  // An entry may expect what another one already explains: it shows all the same.
  for (const k of known) if (findings.some((f) => knownEntry([k], implementation.name, f))) seen.entries.add(k)
  seen.operators.add(operator)
  const news = findings.filter((f) => !isHarmless(f) && !knownEntry(known, implementation.name, f))
  if (news.length === 0) return
  const text = news.map((finding) => {
    const record = findingRecord({ implementation: implementation.name, finding, known: undefined })
    const lines = findingLines({ ...record, replay: `judge(implementation, parseCase('${finding.case}'))` })
    return [`${finding.kind} ${finding.message} (${finding.times} of ${tally.cases} cases)`, ...lines].join('\n  ')
  })
  throw new Error(text.join('\n'))
}

export { type Known, readKnown } from '../known.ts'
export { type Matched, type OracleCall, toMatchOracle } from './matcher.ts'
