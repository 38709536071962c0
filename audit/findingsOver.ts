import type { Implementation, OperatorName } from '../reference/contract.ts'
import { auditOperator } from './auditOperator.ts'
import type { Finding } from './finding.ts'
import type { Tally } from './tally.ts'

/** What an audit of an operator finds over so many cases, run in this process. */
export async function findingsOver(
  implementation: Implementation,
  operator: OperatorName,
  cases: number,
  seed: number,
): Promise<{ readonly findings: readonly Finding[]; readonly tally: Tally }> {
  // A finding is reported again with a higher count when it occurs again.
  const findings = new Map<string, Finding>()
  const hooks = {
    started: () => {},
    found: (finding: Finding) => findings.set(`${finding.kind} ${finding.case}`, finding),
  }
  const tally = await auditOperator(implementation, { operator, cases, seed }, hooks)
  return { tally, findings: [...findings.values()] }
}
