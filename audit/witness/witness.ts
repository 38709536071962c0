/** Holding an outside witness: a program behind a pipe judged over many cases, as an audit does, and what came of it. */
import { fileURLToPath } from 'node:url'
import type { Implementation, OperatorName } from '../../reference/contract.ts'
import type { Finding } from '../finding.ts'
import { findingsOver } from '../findingsOver.ts'
import type { Tally } from '../tally.ts'

/** A program of audit/pipe/python; started with -B, it leaves no __pycache__ beside itself. */
export const pythonProgram = (name: string): string => fileURLToPath(new URL(`../pipe/python/${name}`, import.meta.url))

export interface Held {
  readonly operator: OperatorName
  readonly tally: Tally
  readonly findings: readonly Finding[]
  readonly seconds: number
}

export async function hold(
  witness: Implementation,
  operator: OperatorName,
  cases: number,
  seed: number,
): Promise<Held> {
  const start = performance.now()
  const found = await findingsOver(witness, operator, cases, seed)
  return { operator, ...found, seconds: (performance.now() - start) / 1000 }
}

/** Cases that say something: neither weak nor a finding. */
export const telling = ({ cases, failed, weak }: Tally): number => cases - failed - weak

/** A line an operator, then a line a finding. */
export function reportText(name: string, version: string | undefined, all: readonly Held[]): string {
  const rows = all.map(({ operator, tally: t, findings, seconds }) => {
    const counts = `${t.cases} cases, ${telling(t)} telling, ${t.weak} weak, ${t.failed} differ, ${t.unsupported} unsupported`
    const lines = findings.map((f) => `    ${f.kind} × ${f.times}: ${f.message}: ${f.case}`)
    return [
      `  ${operator}: ${counts}, worst ${t.worst.toFixed(2)} of the bound, ${seconds.toFixed(1)} s`,
      ...lines,
    ].join('\n')
  })
  const cases = all.reduce((sum, { tally }) => sum + tally.cases, 0)
  const seconds = all.reduce((sum, held) => sum + held.seconds, 0)
  return `${name} ${version ?? ''}: ${cases} cases in ${seconds.toFixed(0)} s\n${rows.join('\n')}`
}
