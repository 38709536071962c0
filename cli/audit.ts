/** `cnn-oracle audit [target…]`: holds targets against the textbook. */

import { isNews, judgedFindings, runCampaign, type Wanted } from '../audit/campaign.ts'
import { usualLimits } from '../audit/isolate.ts'
import { readKnown } from '../audit/known.ts'
import { auditDocument } from '../audit/report/json.ts'
import { scoreOf } from '../audit/report/summary.ts'
import { campaignText } from '../audit/report/terminal.ts'
import { builtIn, installCommand, missingPackages } from '../audit/target/index.ts'
import { looksLikeModule, pipeCommand, pipeTarget } from '../audit/target/target.ts'
import type { OperatorName } from '../reference/contract.ts'
import { nearest, operatorRow, operators } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'
import { interruption } from './interruption.ts'
import { progressLine } from './progress.ts'
import { recordOf } from './record.ts'

export interface AuditFlags {
  readonly operator?: readonly string[]
  readonly cases: number
  readonly seed: number
  readonly timeLimit: number
  readonly memoryLimit: number
  readonly pipe?: readonly string[]
  readonly record?: string
  readonly resume?: string
  readonly json?: boolean
  readonly list?: boolean
  readonly known?: string
}

export async function audit(targets: readonly string[], flags: AuditFlags): Promise<number> {
  if (flags.list) return list()
  const names = [...targets, ...(flags.pipe ?? []).map(pipeTarget)]
  const wanted: readonly Wanted[] =
    names.length > 0 ? names.map(wantedTarget) : builtIn.map((t) => ({ target: t.name, builtIn: t }))
  const options = {
    cases: flags.cases,
    seed: flags.seed,
    operators: (flags.operator ?? []).map((name): OperatorName => operatorRow(name).name),
    limits: { ...usualLimits, callMs: flags.timeLimit * 1000, memoryMb: flags.memoryLimit },
  }
  const known = readKnown(flags.known)
  const line = progressLine()
  const signal = interruption()
  const { record, keep, release } = recordOf(flags, { ...options, targets: wanted.map((w) => w.only ?? w.target) })
  const report = await runCampaign(
    wanted,
    { ...options, record },
    (implementation, operator, cases) => line.show(`${implementation} ${operator} ${bar(cases, flags.cases)}`),
    (done) => {
      const { right, convention, wrong } = scoreOf(done)
      line.log(`${done.target}: ${right} right, ${convention} convention, ${wrong} wrong`)
    },
    signal,
  ).finally(release)
  line.clear()
  process.stdout.write(
    `${flags.json ? JSON.stringify(auditDocument(report, known), null, 2) : campaignText(report, known)}\n`,
  )
  if (report.interrupted) {
    process.stderr.write(`cnn-oracle: go on with: ${keep()}\n`)
    return exitCode.interrupted
  }
  if (names.length > 0 && report.skipped.length > 0) {
    for (const { target, why } of report.skipped) process.stderr.write(`cnn-oracle: ${target}: ${why}\n`)
    return exitCode.usage
  }
  if (report.implementations.length === 0)
    throw new UsageError('nothing was audited: no target offers what --operator asks for; see --list')
  return judgedFindings(report, known).some(isNews) ? exitCode.findings : exitCode.holds
}

/** "tfjs-cpu", "tfjs-cpu/same" (one way of it), or the path of a module. */
export function wantedTarget(name: string): Wanted {
  const target = builtIn.find((t) => t.name === name || name.startsWith(`${t.name}/`))
  if (target) return { target: target.name, builtIn: target, ...(target.name === name ? {} : { only: name }) }
  if (name === 'blocked' || name === 'blocked-float64') return { target: 'optimized', only: name }
  if (pipeCommand(name) !== undefined || looksLikeModule(name)) return { target: name }
  const meant = nearest(
    name,
    builtIn.map((t) => t.name),
  )
  throw new UsageError(
    `no target is called ${JSON.stringify(name)}; did you mean ${meant}? (--list shows all; a module is given as ./path.ts)`,
  )
}

function list(): number {
  for (const target of builtIn) {
    const missing = missingPackages(target)
    const state = missing.length > 0 ? `not installed: ${installCommand(missing)}` : 'installed'
    process.stdout.write(`${target.name.padEnd(24)} ${target.about} (${state})\n`)
  }
  process.stdout.write('\noperators\n')
  for (const row of operators) process.stdout.write(`${row.name.padEnd(28)} ${row.formula.padEnd(4)} ${row.source}\n`)
  return exitCode.holds
}

function bar(done: number, all: number): string {
  const width = 20
  const full = Math.min(width, Math.round((width * done) / all))
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}] ${done}/${all}`
}
