/**
 * Vectors of an operator, chosen so that each kills a mistake that the others leave alive. A mistake is a program of
 * audit/diagnosis; a case kills it when the textbook's verdict on what the program returns is wrong. Drawn cases are tried until
 * every mistake is killed or the search ends; a small set of them is then taken (cover.ts).
 */
import { sampleCases } from '../../properties/arbitrary/case.ts'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { type Call, type Case, instantiate } from '../../properties/case.ts'
import { verdict } from '../../properties/verdict.ts'
import { type OperatorName, type Precision, ShapeError } from '../../reference/contract.ts'
import { callOperator, operatorRow } from '../../reference/operators.ts'
import { sizeOf } from '../../reference/tensor.ts'
import { type Candidate, candidatesFor } from '../diagnosis/hypotheses.ts'
import { mistaken } from '../diagnosis/mistaken.ts'
import { heldAlone, irredundantCover } from './cover.ts'

export interface Vector {
  readonly case: Case
  /** Mistakes that this vector alone kills: what it is there for. */
  readonly hunts: readonly string[]
  /** All mistakes that it kills. */
  readonly kills: readonly string[]
  /** Among them those that give a wrong result only by a convention: special values, ties. */
  readonly conventions: readonly string[]
}

export interface Chosen {
  readonly operator: OperatorName
  readonly vectors: readonly Vector[]
  /** Mistakes that no case of the search kills: equivalent to the textbook, or nearly. */
  readonly alive: readonly string[]
  /** Mistakes there are, and cases that were tried. */
  readonly mistakes: number
  readonly searched: number
}

/** Cases that every mistake is run on, and those after them that only mistakes still alive are run on. */
const FIRST = 100
const FURTHER = 900
/** Multiply-adds and numbers of a case: a vector is looked at by people, and there are tens of thousands of runs. */
const MOST_FLOPS = 4_000
const MOST_NUMBERS = 400

/**
 * Errors, in units of the bound, that a mistake must make: another program with the same mistake rounds otherwise, and may err by
 * a bound of its own.
 */
const MARGIN = 2

type Kill = 'wrong' | 'convention' | undefined

interface Tried {
  readonly case: Case
  readonly call: Call
  readonly expected: Expectation
  /** Kills by mistake; filled in for all of them where the case has killed one. */
  readonly kills: Map<number, Exclude<Kill, undefined>>
}

/** The vectors of an operator. The same seed gives the same vectors. */
export function chooseVectors(operator: OperatorName, precision: Precision, seed: number): Chosen {
  const mistakes = namedMistakes(operator, precision)
  const pool: Tried[] = []
  const alive = new Set(mistakes.keys())
  let searched = 0
  for (const c of sampleCases(operatorRow(operator), FIRST + FURTHER, seed)) {
    if (alive.size === 0) break
    const tried = affordable(c, precision)
    if (!tried) continue
    searched++
    const all = searched <= FIRST
    for (const i of all ? mistakes.keys() : alive) run(tried, i)
    if (tried.kills.size === 0) continue
    if (!all) for (const i of mistakes.keys()) run(tried, i)
    for (const [i, kill] of tried.kills) if (kill === 'wrong') alive.delete(i)
    pool.push(tried)
  }
  return { operator, ...chosenOf(pool, mistakes), mistakes: mistakes.length, searched }

  function run(tried: Tried, i: number): void {
    if (tried.kills.has(i)) return
    const kill = killOf(mistakes[i]!, tried, operator, precision)
    if (kill) tried.kills.set(i, kill)
  }
}

interface NamedMistake extends Candidate {
  readonly name: string
}

/** Programs by the name of their hypothesis; a second program of one is numbered. */
function namedMistakes(operator: OperatorName, precision: Precision): NamedMistake[] {
  const times = new Map<string, number>()
  return candidatesFor(operator, precision).map((candidate) => {
    const name = candidate.hypotheses.map((h) => h.name).join(' + ')
    const n = (times.get(name) ?? 0) + 1
    times.set(name, n)
    return { ...candidate, name: n === 1 ? name : `${name} (${n})` }
  })
}

/** Undefined where it is large, or where what must come out is constant or mostly zero and proves little. */
function affordable(c: Case, precision: Precision): Tried | undefined {
  const call = instantiate(c, precision)
  if (call.row.flops(c.sizes, call.attributes) > MOST_FLOPS || numbersOf(call) > MOST_NUMBERS) return undefined
  const expected = expectation(call.row, call.operands, call.attributes, precision)
  const right = {
    shape: expected.shape,
    data: precision === 'float32' ? Float32Array.from(expected.value) : expected.value,
  }
  return verdict(right, expected).weak ? undefined : { case: c, call, expected, kills: new Map() }
}

const numbersOf = ({ operands }: Call): number =>
  Object.values(operands).reduce((sum, t) => sum + (t ? sizeOf(t.shape) : 0), 0)

/** A program that refuses the case returns nothing to judge, and outlives it. */
function killOf({ mistake }: Candidate, { call, expected }: Tried, operator: OperatorName, precision: Precision): Kill {
  try {
    const result = callOperator(mistaken(operator, mistake, precision), operator, call.operands, call.attributes)
    if (sizeOf((result as { shape: readonly number[] }).shape) === 0) return 'wrong'
    const { grade, fault, worst } = verdict(result, expected)
    if (grade !== 'wrong') return undefined
    if (fault === 'convention') return 'convention'
    return worst > MARGIN ? 'wrong' : undefined
  } catch (error) {
    if (error instanceof ShapeError || error instanceof RangeError) return undefined
    throw error
  }
}

/** Mistakes that some case proves wrong are covered by such cases, the others by those on which a convention differs. */
function chosenOf(pool: readonly Tried[], mistakes: readonly NamedMistake[]): Pick<Chosen, 'vectors' | 'alive'> {
  const wrong = new Set(pool.flatMap(({ kills }) => [...kills].flatMap(([i, kill]) => (kill === 'wrong' ? [i] : []))))
  const counted = pool.map(
    ({ kills }) => new Set([...kills.keys()].filter((i) => !wrong.has(i) || kills.get(i) === 'wrong')),
  )
  const chosen = irredundantCover(counted, (i) => numbersOf(pool[i]!.call))
  const alone = heldAlone(counted, chosen)
  const names = (indices: Iterable<number>): string[] =>
    [...indices].sort((a, b) => a - b).map((i) => mistakes[i]!.name)
  const vectors = chosen.map((at, v) => {
    const { kills } = pool[at]!
    const conventions = [...kills].flatMap(([i, kill]) => (kill === 'convention' ? [i] : []))
    return {
      case: pool[at]!.case,
      hunts: names(alone[v]!),
      kills: names(kills.keys()),
      conventions: names(conventions),
    }
  })
  const killed = new Set(counted.flatMap((set) => [...set]))
  return { vectors, alive: names([...mistakes.keys()].filter((i) => !killed.has(i))) }
}
