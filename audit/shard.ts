/**
 * A run in parts: `--shard 2/3` audits the second of three shares of all implementations and operators. Which share a pair of
 * them belongs to follows from what is offered alone, so that shares that are run apart are disjoint and complete.
 */
import type { OperatorName } from '../reference/contract.ts'
import { operatorRow } from '../reference/operators.ts'
import type { Family } from '../reference/row.ts'

export interface Shard {
  /** From 1 on. */
  readonly index: number
  readonly count: number
}

/** An implementation and what there is of it to audit, whichever share it falls to. */
export interface Offered {
  readonly target: string
  readonly operators: readonly OperatorName[]
}

/** "2/3". Throws RangeError. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number)
  if (index !== undefined && count !== undefined && Number.isSafeInteger(count) && index >= 1 && index <= count)
    return { index, count }
  throw new RangeError(`the shard is ${JSON.stringify(text)}; give i/n with i from 1 to n: --shard 2/3`)
}

/** Families whose cases slide a window over an image, and take several times as long as the others. */
const sliding: ReadonlySet<Family> = new Set(['plane', 'convolution', 'transposed', 'map', 'pooling'])

const weightOf = (operator: OperatorName): number => (sliding.has(operatorRow(operator).family) ? 4 : 1)

/**
 * The share of each implementation that belongs to a shard. Heavy operators are dealt out first, each to the shard that has least
 * so far: no two shards differ by more than one operator's weight.
 */
export function shareOf<O extends { readonly name: string; readonly operators: readonly OperatorName[] }>(
  offers: readonly O[],
  wanted: readonly OperatorName[],
  shard: Shard,
): { readonly offers: readonly O[]; readonly offered: readonly Offered[] } {
  const isWanted = (operator: OperatorName): boolean => wanted.length === 0 || wanted.includes(operator)
  const offered = offers.map((o) => ({ target: o.name, operators: o.operators.filter(isWanted) }))
  const pairs = offered.flatMap(({ operators }, i) => operators.map((operator) => ({ i, operator })))
  const loads = new Array<number>(shard.count).fill(0)
  const mine = offers.map((): OperatorName[] => [])
  for (const { i, operator } of pairs.sort((a, b) => weightOf(b.operator) - weightOf(a.operator))) {
    const lightest = loads.indexOf(Math.min(...loads))
    loads[lightest]! += weightOf(operator)
    if (lightest === shard.index - 1) mine[i]!.push(operator)
  }
  const inOrder = (o: O, own: readonly OperatorName[]): OperatorName[] => o.operators.filter((op) => own.includes(op))
  return {
    offers: offers.map((o, i) => ({ ...o, operators: inOrder(o, mine[i]!) })),
    offered: offered.filter(({ operators }) => operators.length > 0),
  }
}
