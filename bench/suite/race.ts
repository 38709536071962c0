/**
 * One case: who gives the right result takes turns, a block each, in an order drawn anew for every round. What happens to the machine
 * within a round happens to all, so that a ratio within a round says more than two times.
 */
import type { Random } from '../../properties/random.ts'
import { medianInterval } from '../interval.ts'
import type { Estimate } from '../measure/record.ts'
import type { Clock } from '../measure/sampler.ts'
import type { Arm } from './arms.ts'

/** Without so many rounds there is no interval of 95 %. */
const LEAST_ROUNDS = 6
const MOST_ROUNDS = 25
const BLOCK_MS = 20
/** Arms whose block takes so many times as long as the quickest take part in as few rounds as an interval needs. */
const SLOW = 3
/** By the wall, rounds in which somebody waited for a core for more of the time than this tell of the machine. */
const DELAYED = 0.02

/** Milliseconds a call by arm, of those who took part. */
type Round = ReadonlyMap<string, number>

export class Result {
  private readonly rounds: readonly Round[]
  readonly unsteady: ReadonlySet<string>

  constructor(rounds: readonly Round[], unsteady: ReadonlySet<string>) {
    this.rounds = rounds
    this.unsteady = unsteady
  }

  get count(): number {
    return this.rounds.length
  }

  /** Milliseconds a call. */
  of(name: string): Estimate {
    return medianInterval(this.rounds.flatMap((round) => round.get(name) ?? []))
  }

  /** How many times as fast `a` is as `b`, where a call of `weight` times as much work counts once. */
  ratio(a: string, b: string, weight = 1): Estimate {
    const ratios = this.rounds.flatMap((round) => {
      const [mine, theirs] = [round.get(a), round.get(b)]
      return mine === undefined || theirs === undefined ? [] : [(weight * theirs) / mine]
    })
    return medianInterval(ratios)
  }
}

export interface RaceOptions {
  readonly clock: Clock
  readonly random: Random
  /** `performance.now()` at which to stop, when there are rounds enough. */
  readonly until: number
}

/** Rejects where an arm ends; `onArm` is told who is at it. */
export async function race(
  arms: readonly Arm[],
  { clock, random, until }: RaceOptions,
  onArm: (name: string) => void,
): Promise<Result> {
  const unsteady = new Set<string>()
  for (const arm of arms) {
    onArm(arm.name)
    if (!(await arm.warm({ clock, blockMs: BLOCK_MS }))) unsteady.add(arm.name)
  }
  const begin = performance.now()
  const rounds: Map<string, number>[] = []
  const delays: number[] = []
  const cost = new Map<string, number>()
  let full = 0
  while (full < LEAST_ROUNDS || (rounds.length < MOST_ROUNDS && performance.now() < until)) {
    const gone = Math.max(rounds.length / MOST_ROUNDS, (performance.now() - begin) / Math.max(1, until - begin))
    const all = full < LEAST_ROUNDS * gone || full === 0
    const quick = Math.min(...cost.values())
    const order = arms.filter(({ name }) => all || cost.get(name)! < SLOW * quick)
    random.shuffle(order)
    const round = new Map<string, number>()
    let delay = 0
    for (const arm of order) {
      onArm(arm.name)
      const start = performance.now()
      const block = await arm.block()
      cost.set(arm.name, Math.min(cost.get(arm.name) ?? Number.POSITIVE_INFINITY, performance.now() - start))
      round.set(arm.name, block.ms)
      delay = Math.max(delay, block.delay)
    }
    if (order.length === arms.length) full++
    rounds.push(round)
    delays.push(delay)
  }
  return new Result(clock === 'wall' ? calm(rounds, delays) : rounds, unsteady)
}

/** Those that hardly waited for a core, or the LEAST_ROUNDS that waited least: a rule that never looks at the times. */
export function calm<T>(rounds: readonly T[], delays: readonly number[]): readonly T[] {
  const sorted = rounds.map((round, i) => ({ round, delay: delays[i]! })).sort((a, b) => a.delay - b.delay)
  const count = Math.max(LEAST_ROUNDS, sorted.filter(({ delay }) => delay <= DELAYED).length)
  return sorted.slice(0, count).map(({ round }) => round)
}
