/** `cnn-oracle selfcheck`: correct float32 sums in nine orders, held against the verdict, which must blame none. */
import { type SumCampaign, sumCampaign } from '../properties/order/campaign.ts'
import { exitCode } from './exit.ts'
import { progressLine } from './progress.ts'

export interface SelfcheckFlags {
  readonly results: number
  readonly seed: number
  readonly json?: boolean
}

export function selfcheck(flags: SelfcheckFlags): number {
  const line = progressLine()
  const campaign = sumCampaign(flags.results, flags.seed, (done) => line.show(`${done} of ${flags.results} results`))
  line.clear()
  process.stdout.write(`${flags.json ? JSON.stringify({ schemaVersion: 1, ...campaign }, null, 2) : text(campaign)}\n`)
  return campaign.alarms.length > 0 ? exitCode.findings : exitCode.holds
}

function text({ results, cases, seed, orders, alarms }: SumCampaign): string {
  const wrong = orders.reduce((sum, { counts }) => sum + counts.wrong, 0)
  const head = ['order', 'exact', 'accurate', 'tolerable', 'wrong', 'worst/bound']
  const rows = orders.map(({ order, counts, worst }) => [
    order,
    ...[counts.exact, counts.accurate, counts.tolerable, counts.wrong].map(String),
    worst.toFixed(3),
  ])
  const width = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(width[0]!) : cell.padStart(width[column]!))).join('  ')
  return [
    `${results} correct float32 results of ${cases} cases, seed ${seed}: ${wrong} called wrong`,
    '',
    line(head),
    ...rows.map(line),
    ...alarms.map(({ order, descriptor, message }) => `\nfalse alarm, ${order}: ${message}\n  ${descriptor}`),
  ].join('\n')
}
