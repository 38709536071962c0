/**
 * One case: who gives the right result takes turns, a block each, in an order drawn anew for every round. What happens to the machine
 * within a round happens to all, so that a ratio within a round says more than two times.
 */
import type { Random } from '../../properties/random.ts'
import { type Interval, medianInterval } from '../interval.ts'
import type { Clock } from '../measure/sampler.ts'
import type { Arm } from './arms.ts'

/** Without so many rounds there is no interval of 95 %. */
const LEAST_ROUNDS = 6
/** By the wall as many as there is time for, to find some in which nobody waited. */
const MOST_ROUNDS: Readonly<Record<Clock, number>> = { processor: 25, wall: 200 }
/** By the wall several turns of the scheduler. */
const BLOCK_MS: Readonly<Record<Clock, number>> = { processor: 20, wall: 40 }
/** Arms whose block takes so many times as long as the quickest take part in as few rounds as an interval needs. */
const SLOW = 3
/** By the wall, rounds in which somebody waited for a core for more of the time than this tell of the machine; all arms are in all. */
const DELAYED = 0.02

/** Milliseconds a call by arm, of those who took part. */
type Round = ReadonlyMap<string, number>

/** Who takes turns. */
export type Racer = Pick<Arm, 'name' | 'warm' | 'block'>

export class Result {
  private readonly rounds: readonly Round[]
  readonly unsteady: ReadonlySet<string>
  /** "12 rounds", and of those by the wall how many were undisturbed. */
  readonly counted: string

  constructor(rounds: readonly Round[], unsteady: ReadonlySet<string>, counted: string) {
    this.rounds = rounds
    this.unsteady = unsteady
    this.counted = counted
  }

  /** Milliseconds a call. */
  of(name: string): Interval {
    return medianInterval(this.rounds.flatMap((round) => round.get(name) ?? []))
  }

  /** How many times as fast `a` is as `b`, where a call of `weight` times as much work counts once. */
  ratio(a: string, b: string, weight = 1): Interval {
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
  arms: readonly Racer[],
  { clock, random, until }: RaceOptions,
  onArm: (name: string) => void,
): Promise<Result> {
  const unsteady = new Set<string>()
  for (const arm of arms) {
    onArm(arm.name)
    if (!(await arm.warm({ clock, blockMs: BLOCK_MS[clock] }))) unsteady.add(arm.name)
  }
  const begin = performance.now()
  const rounds: Map<string, number>[] = []
  const delays: number[] = []
  const cost = new Map<string, number>()
  let full = 0
  while (full < LEAST_ROUNDS || (rounds.length < MOST_ROUNDS[clock] && performance.now() < until)) {
    const now = performance.now()
    const gone = now >= until ? 1 : Math.max(rounds.length / MOST_ROUNDS[clock], (now - begin) / (until - begin))
    const all = clock === 'wall' || full < LEAST_ROUNDS * gone || full === 0
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
  if (clock === 'processor') return new Result(rounds, unsteady, `${rounds.length} rounds`)
  const { kept, calm } = calmest(rounds, delays)
  return new Result(kept, unsteady, `${kept.length} of ${rounds.length} rounds, ${calm} undisturbed`)
}

/** Those that hardly waited for a core, or the LEAST_ROUNDS that waited least: a rule that never looks at the times. */
export function calmest<T>(rounds: readonly T[], delays: readonly number[]): { kept: readonly T[]; calm: number } {
  const sorted = rounds.map((round, i) => ({ round, delay: delays[i]! })).sort((a, b) => a.delay - b.delay)
  const calm = sorted.filter(({ delay }) => delay <= DELAYED).length
  return { kept: sorted.slice(0, Math.max(LEAST_ROUNDS, calm)).map(({ round }) => round), calm }
}
