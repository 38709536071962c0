/**
 * Diagnosis by hypotheses. A name is given only when a mistake, alone or with one other,
 *
 *   1. reproduces every failing output that was seen,
 *   2. returns what passing cases returned,
 *   3. held on further cases on which it differs from the textbook, and
 *   4. outlived its rivals on cases that separate them; those that no tried case separates are named with it.
 *
 * Otherwise the mistake is unexplained, and where the operator is linear the index map shows what each element really used.
 */
import { isDeepStrictEqual } from 'node:util'
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { type Call, type Case, instantiate } from '../../properties/case.ts'
import { printCase } from '../../properties/descriptor.ts'
import type { Draw } from '../../properties/values.ts'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { type Condition, conditions, onlyWhere } from './condition.ts'
import type { Diagnosis } from './diagnosis.ts'
import { type Evidence, observe, type Started, separates, testimony } from './evidence.ts'
import { type Candidate, candidatesFor } from './hypotheses.ts'
import { indexMap } from './indexMap.ts'
import type { Mistake } from './mistake.ts'
import { pairsOf } from './pairs.ts'

export interface DiagnosisOptions {
  readonly seed?: number
  readonly started?: Started
}

/** Cases run before hypotheses are tried. */
const CASES = 40
/** Cases looked at for one that separates, and how many must have confirmed a name. */
const SEARCHED = 160
const CONFIRMED = 10
/** Cases that must have shown a mistake of one path, inside it and outside. */
const BOTH_SIDES = 4
/** Cases looked at for those that a path is taken for, which may be one in three hundred. */
const SEARCHED_FOR_PATH = 1_500
/** Failing cases that pairs are sifted by. */
const WITNESSES = 10
/** Processor time that may be spent on pairs; 1.2 s leave "stride axes swapped + padding at the wrong end" unnamed on a slow machine. */
const MOST_MS = 4_000
const MOST_MS_CONVENTIONS = 150
/** Time that may be spent on mistakes of one path. */
const MOST_MS_PATH = 2_500
const PULSE_MS = 200
/** Failing cases that are run twice. */
const AGAIN = 6
/** Cases that cost more than this many products are left to the audit. */
const MOST_PRODUCTS = 6_000
/** Failing ones may cost more, but not what every hypothesis would take seconds for. */
const LARGEST = 24_000
const usual: readonly Draw[] = ['exact', 'impulse', 'exact', 'real', 'tie', 'negative']
const all: readonly Draw[] = ['exact', 'real', 'tie', 'special', 'negative']
const right: Mistake = {}

/** A mistake under a condition, and the cases that would show it and lie inside and outside of it. */
interface OnePath {
  readonly h: Candidate
  readonly condition: Condition
  readonly only: Candidate
  inside: number
  outside: number
}

/** Undefined where nothing fails. `failing` are cases that are known to. */
export async function diagnose(
  implementation: Implementation,
  operator: OperatorName,
  failing: readonly Case[],
  { seed = 1, started }: DiagnosisOptions = {},
): Promise<Diagnosis | undefined> {
  const row = operatorRow(operator)
  const evidence: Evidence[] = []
  const run = async (c: Case): Promise<Evidence | undefined> => {
    const seen = await observe(implementation, c, started)
    if (seen) evidence.push(seen)
    return seen
  }
  for (const c of failing) if (isCheap(c, LARGEST)) await run(c)
  for (const c of sampleCases(row, CASES, seed + 7919, usual)) if (isCheap(c)) await run(c)
  const lenient = evidence.some((e) => e.outcome === 'wrong')
  const fails = (e: Evidence): boolean => e.outcome === (lenient ? 'wrong' : 'convention')
  if (!evidence.some(fails)) return undefined
  let separating = 0
  let pulsed = performance.now()
  let ordered: readonly Evidence[] = []

  if (await differsFromItself()) return unexplained([])
  const singles = candidatesFor(operator, implementation.precision)
  let survivors = await settled(await fitting(singles))
  if (survivors.length === 0 && lenient) survivors = await onOnePath(singles)
  if (survivors.length === 0) {
    const witnesses = inOrder().filter(fails).slice(0, WITNESSES)
    const candidates = lenient ? singles : await conventions(singles)
    const limit = lenient ? MOST_MS : MOST_MS_CONVENTIONS
    survivors = await settled(await fitting(pairsOf(candidates, witnesses, implementation, lenient), limit))
  }
  // What reproduces NaN, infinities and flushed numbers as well comes before what merely does not contradict them.
  const exactly = new Map(survivors.map((h) => [h, evidence.filter((e) => fails(e) && agrees(e, h)).length]))
  const [best, ...others] = survivors.toSorted((a, b) => exactly.get(b)! - exactly.get(a)!)
  if (!best) return unexplained(await indexMap(implementation, evidence.filter(fails), started))
  const name = nameOf(best)
  return {
    operator,
    of: lenient ? 'wrong' : 'convention',
    causes: best.hypotheses.map(({ name, sentence }) => ({ name, sentence })),
    rivals: [...new Set(others.map(nameOf))].filter((other) => other !== name),
    reproduced: evidence.filter(fails).length,
    explained: evidence.filter((e) => !fails(e)).length,
    separating,
    indexMap: [],
  }

  function agrees(e: Evidence, h: Candidate): boolean {
    return testimony(e, h, implementation, false) === 'for'
  }

  function unexplained(map: readonly string[]): Diagnosis {
    const of = lenient ? 'wrong' : 'convention'
    return { operator, of, causes: [], rivals: [], reproduced: 0, explained: 0, separating, indexMap: map }
  }

  /** What depends on earlier calls or on chance is no mistake in a formula: a few failing cases are run again. */
  async function differsFromItself(): Promise<boolean> {
    for (const e of inOrder().filter(fails).slice(0, AGAIN)) {
      const again = await observe(implementation, e.case, started)
      if (again?.outcome !== e.outcome || !isDeepStrictEqual(again.result, e.result)) return true
    }
    return false
  }

  /**
   * Mistakes that would never be called wrong: of two conventions at once each must be one. Cheap cases say so sooner than failing
   * ones, whose NaN excuse nearly all: of conv2d 7 s became 2.
   */
  async function conventions(candidates: readonly Candidate[]): Promise<Candidate[]> {
    const cheapFirst = [...evidence].sort((a, b) => a.cost - b.cost)
    const found: Candidate[] = []
    for (const h of candidates) {
      if (cheapFirst.every((e) => testimony(e, h, implementation, true) === 'for')) found.push(h)
      await pulse()
    }
    return found
  }

  /** Failing cases first, cheap ones before: most hypotheses are done with after one. */
  function fits(h: Candidate): boolean {
    let [reproduced, silent] = [0, 0]
    for (const e of inOrder()) {
      const says = testimony(e, h, implementation, lenient)
      if (says === 'against') return false
      if (!fails(e)) continue
      if (says === 'for') reproduced++
      else silent++
    }
    return reproduced > silent
  }

  function inOrder(): readonly Evidence[] {
    if (ordered.length < evidence.length)
      ordered = [...evidence].sort((a, b) => Number(fails(b)) - Number(fails(a)) || a.cost - b.cost)
    return ordered
  }

  async function fitting(candidates: Iterable<Candidate | undefined>, limitMs = Infinity): Promise<Candidate[]> {
    const found: Candidate[] = []
    const start = process.cpuUsage()
    for (const h of candidates) {
      if (h && fits(h)) found.push(h)
      if (process.cpuUsage(start).user > limitMs * 1000) break
      await pulse()
    }
    return found
  }

  /** A sign of life now and then, since whoever waits takes silence for a hang. */
  async function pulse(): Promise<void> {
    if (performance.now() - pulsed < PULSE_MS) return
    pulsed = performance.now()
    started?.(printCase(evidence[0]!.case))
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Runs cases on which survivors differ from one another or from the textbook, and keeps those that foresaw the results. */
  async function settled(candidates: Candidate[]): Promise<Candidate[]> {
    let alive = candidates
    const confirmed = new Map<Candidate, number>()
    const draws = lenient ? usual : all
    for (const c of sampleCases(row, SEARCHED, seed + 104_729, draws)) {
      const ready = alive.every((h) => (confirmed.get(h) ?? 0) >= CONFIRMED)
      if (alive.length === 0 || (ready && alive.length === 1)) break
      if (!isCheap(c)) continue
      await pulse()
      const seen = await worthRunning(c, alive, ready)
      if (!seen) continue
      separating++
      const said = new Map(alive.map((h) => [h, testimony(seen, h, implementation, lenient)] as const))
      alive = alive.filter((h) => said.get(h) !== 'against')
      for (const h of alive) if (said.get(h) === 'for') confirmed.set(h, (confirmed.get(h) ?? 0) + 1)
    }
    return alive
  }

  /** Mistakes that explain every failure, made where a condition holds that nothing else contradicts. */
  async function onOnePath(candidates: readonly Candidate[]): Promise<Candidate[]> {
    let alive: OnePath[] = []
    const start = process.cpuUsage()
    const isLate = (): boolean => process.cpuUsage(start).user > MOST_MS_PATH * 1000
    for (const h of candidates) {
      if (isLate()) return []
      if (reproducesFailures(h)) {
        const [inside, outside] = [evidence.filter(fails), evidence.filter((e) => !fails(e) && isSeen(h, e.call))]
        const holding = conditions.filter(
          ({ holds }) => inside.every((e) => holds(e.call)) && outside.every((e) => !holds(e.call)),
        )
        for (const condition of holding)
          alive.push({ h, condition, only: onlyWhere(h, condition), inside: inside.length, outside: outside.length })
      }
      await pulse()
    }
    for (const c of sampleCases(row, SEARCHED_FOR_PATH, seed + 15_485_863, usual)) {
      if (alive.length === 0 || isLate()) break
      if (!isCheap(c)) continue
      await pulse()
      const call = instantiate(c, implementation.precision)
      const [first] = alive
      const shown = new Map<Candidate, boolean>()
      const shows = (h: Candidate): boolean => {
        const known = shown.get(h) ?? isSeen(h, call)
        shown.set(h, known)
        return known
      }
      if (!alive.some((p) => isWanted(p, first!, call, shows))) continue
      const seen = await run(c)
      if (!seen) continue
      separating++
      alive = alive.filter(({ only }) => testimony(seen, only, implementation, lenient) !== 'against')
      for (const p of alive) {
        if (!shows(p.h)) continue
        if (p.condition.holds(call)) p.inside++
        else p.outside++
      }
    }
    return alive.filter((p) => Math.min(p.inside, p.outside) >= BOTH_SIDES).map(({ only }) => only)
  }

  /** Whether a case says more of a path: on either side of its condition where the mistake shows, and where it differs from the first. */
  function isWanted(p: OnePath, first: OnePath, call: Call, shows: (h: Candidate) => boolean): boolean {
    const holds = p.condition.holds(call)
    if (p !== first && p.h === first.h && holds === first.condition.holds(call)) return false
    const known = p === first ? (holds ? p.inside : p.outside) : 0
    return known < CONFIRMED && shows(p.h)
  }

  function isSeen({ mistake }: Candidate, call: Call): boolean {
    return separates(call, mistake, right, implementation.precision, lenient)
  }

  function reproducesFailures(h: Candidate): boolean {
    let said = false
    for (const e of inOrder()) {
      if (!fails(e)) break
      if (testimony(e, h, implementation, lenient) !== 'for') return false
      said = true
    }
    return said
  }

  async function worthRunning(c: Case, alive: readonly Candidate[], ready: boolean): Promise<Evidence | undefined> {
    const call = instantiate(c, implementation.precision)
    const [first, ...rest] = alive
    const differ = (a: Mistake, b: Mistake): boolean => separates(call, a, b, implementation.precision, lenient)
    const tells = rest.some((h) => differ(h.mistake, first!.mistake)) || (!ready && differ(first!.mistake, right))
    return tells ? run(c) : undefined
  }

  function isCheap(c: Case, most = MOST_PRODUCTS): boolean {
    return row.flops(c.sizes, { ...c.attributes, ...row.derived?.(c.sizes) }) <= 2 * most
  }
}

const nameOf = (h: Candidate): string => h.hypotheses.map(({ name }) => name).join(' + ')
