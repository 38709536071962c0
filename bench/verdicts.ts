/**
 * Cases a second through the full verdict on one core: drawing, the textbook, its bounds, the call and the judgement, at the
 * default case sizes, for every operator or those that are named. `npm run bench:verdicts -- conv2d`.
 * The call is the portable rung's: `optimized` emits and compiles kernels for every new shape, 3 ms that are no verdict's.
 */
import { judge } from '../audit/judge.ts'
import { blocked32 } from '../optimized/index.ts'
import { sampleCases } from '../properties/arbitrary/case.ts'
import { operatorRow, operators } from '../reference/operators.ts'
import { intervalText, medianInterval } from './interval.ts'

const ROUNDS = 9
const CASES = 400
const WARM = 400

const named = process.argv.slice(2)
const rows = named.length > 0 ? named.map(operatorRow) : operators
for (const row of rows) {
  const round = async (count: number, seed: number): Promise<number> => {
    const cases = sampleCases(row, count, seed)
    const start = process.cpuUsage()
    for (const c of cases) {
      const { status } = await judge(blocked32, c)
      if (status !== 'held') throw new Error(`${row.name}: a verdict that does not hold is not timed: ${status}`)
    }
    const { user, system } = process.cpuUsage(start)
    return (1e6 * count) / (user + system)
  }
  await round(WARM, 1)
  const rates: number[] = []
  for (let r = 0; r < ROUNDS; r++) rates.push(await round(CASES, 2 + r))
  const { median, low, high } = medianInterval(rates)
  process.stdout.write(
    `${row.name}: ${intervalText({ median, low, high }, ' cases/s', 0)} by CPU time (median of ${ROUNDS} × ${CASES} cases, 95 %)\n`,
  )
}
