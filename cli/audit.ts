/** `cnn-oracle audit [target…]`: holds targets against the textbook. */

import { runCampaign, type Wanted } from '../audit/campaign.ts'
import { usualLimits } from '../audit/isolate.ts'
import { readKnown } from '../audit/known.ts'
import { shownAlone } from '../audit/knownCases.ts'
import { auditDocument } from '../audit/report/json.ts'
import { scoreSoFar } from '../audit/report/summary.ts'
import { parseShard } from '../audit/shard.ts'
import { builtIn, installCommand, missingPackages, rungs } from '../audit/target/index.ts'
import { looksLikeModule, pipeCommand, pipeTarget } from '../audit/target/target.ts'
import type { OperatorName } from '../reference/contract.ts'
import { nearest, operatorRow, operators } from '../reference/operators.ts'
import { exitCode, UsageError } from './exit.ts'
import { interruption } from './interruption.ts'
import { deliver, outputsOf, type ReportFlags } from './output.ts'
import { progressLine } from './progress.ts'
import { recordOf } from './record.ts'

export interface AuditFlags extends ReportFlags {
  readonly operator?: readonly string[]
  readonly cases: number
  readonly seed: number
  readonly timeLimit: number
  readonly memoryLimit: number
  readonly pipe?: readonly string[]
  readonly record?: string
  readonly resume?: string
  readonly list?: boolean
  readonly known?: readonly string[]
  /** False after --no-known-peers. */
  readonly knownPeers?: boolean
  readonly shard?: string
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
  const known = readKnown(flags.known, flags.knownPeers)
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard)
  const outputs = outputsOf(flags)
  const line = progressLine()
  const signal = interruption()
  const { record, keep, release } = recordOf(flags, { ...options, targets: wanted.map((w) => w.only ?? w.target) })
  const report = await runCampaign(
    wanted,
    { ...options, record },
    (implementation, operator, cases) => line.show(`${implementation} ${operator} ${bar(cases, flags.cases)}`),
    (done) => {
      const { right, convention, wrong } = scoreSoFar(done)
      line.log(`${done.target}: ${right} right, ${convention} convention, ${wrong} wrong`)
    },
    signal,
    shard,
  ).finally(release)
  const alone = await shownAlone(report, known, options.limits, signal)
  line.clear()
  if (report.interrupted) process.stderr.write(`cnn-oracle: go on with: ${keep()}\n`)
  return deliver(auditDocument({ ...report, shownAlone: alone }, known, names.length > 0), outputs)
}

/** "tfjs-cpu", "tfjs-cpu/same" (one way of it), or the path of a module. */
export function wantedTarget(name: string): Wanted {
  const target = builtIn.find((t) => t.name === name || name.startsWith(`${t.name}/`))
  if (target) return { target: target.name, builtIn: target, ...(target.name === name ? {} : { only: name }) }
  if (rungs.includes(name)) return { target: 'optimized', only: name }
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
