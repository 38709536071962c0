/**
 * Does a verdict ever blame correct code? Cases are drawn as for an audit, the textbook writes out the terms of each
 * result, they are added up in every order of orders.ts, and the verdict judges what comes out. Whatever it calls wrong is
 * a false alarm. Results whose expected value no rounding touches count as well: there no error at all is allowed.
 */
import { type OperatorRow, operators } from '../../reference/operators.ts'
import { sampleCases } from '../arbitrary/case.ts'
import { expectation } from '../bound.ts'
import { type Case, instantiate } from '../case.ts'
import { printCase } from '../descriptor.ts'
import { lift } from '../lift.ts'
import { type Draw, draws } from '../values.ts'
import { type Grade, verdict } from '../verdict.ts'
import { type Orders, orders } from './orders.ts'
import { addUp, Products, terms } from './terms.ts'

interface OrderCount {
  readonly order: string
  readonly counts: Record<Grade, number>
  /** Largest error in units of its bound. */
  worst: number
}

interface FalseAlarm {
  readonly order: string
  readonly descriptor: string
  readonly message: string
}

export interface SumCampaign {
  readonly seed: number
  results: number
  cases: number
  readonly orders: readonly OrderCount[]
  /** The first few. */
  readonly alarms: FalseAlarm[]
}

/** Operators whose results are sums of products or means of sums: those that the terms can be written out of. */
export const summingOperators: readonly OperatorRow[] = operators.filter(
  ({ kind, family, compared }) =>
    (kind === 'sum' || kind === 'mean') && family !== 'pointwise' && family !== 'rows' && compared === undefined,
)

/** Where nothing is finite there is no sum. */
const finite: readonly Draw[] = draws.filter((draw) => draw !== 'special')
const MOST_ALARMS = 10
const CASES_AT_ONCE = 4

/** Judges at least `results` results; `progress` is told how many were, after every case. */
export function sumCampaign(
  results: number,
  seed: number,
  progress: (done: number) => void,
  among: Orders = orders,
): SumCampaign {
  const campaign: SumCampaign = {
    seed,
    results: 0,
    cases: 0,
    orders: Object.keys(among).map((order) => ({
      order,
      counts: { exact: 0, accurate: 0, tolerable: 0, wrong: 0 },
      worst: 0,
    })),
    alarms: [],
  }
  for (let round = 0; campaign.results < results; round++)
    for (const row of summingOperators)
      for (const c of sampleCases(row, CASES_AT_ONCE, seed + round, finite)) {
        judgeOrders(row, c, campaign, among)
        progress(campaign.results)
        if (campaign.results >= results) return campaign
      }
  return campaign
}

function judgeOrders(row: OperatorRow, c: Case, campaign: SumCampaign, among: Orders): void {
  const { operands, attributes } = instantiate(c, 'float32')
  const expected = expectation(row, operands, attributes, 'float32')
  const { shape, data } = row.textbook(
    terms,
    lift(operands, (v) => terms.from(v)),
    attributes,
  )
  const room = new Products()
  campaign.cases++
  for (const count of campaign.orders) {
    const add = among[count.order]!
    const result = { shape, data: Float32Array.from({ length: data.length }, (_, i) => addUp(data[i]!, add, room)) }
    const found = verdict(result, expected)
    campaign.results += result.data.length
    for (const grade of ['exact', 'accurate', 'tolerable', 'wrong'] as const) count.counts[grade] += found.counts[grade]
    count.worst = Math.max(count.worst, found.worst)
    if (found.counts.wrong > 0 && campaign.alarms.length < MOST_ALARMS)
      campaign.alarms.push({ order: count.order, descriptor: printCase(c), message: found.message ?? '' })
  }
}
