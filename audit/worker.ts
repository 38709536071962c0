/** The process that holds a target. It loads it, runs cases and reports each step; when it dies, its parent knows the case. */

import type { Implementation } from '../reference/contract.ts'
import { operators } from '../reference/operators.ts'
import { auditOperator } from './auditOperator.ts'
import type { Examination } from './examination.ts'
import { examinedFinding, type Finding } from './finding.ts'
import { Host } from './host.ts'
import { killGroup } from './isolation/group.ts'
import { endWithParent } from './isolation/orphan.ts'
import { judge } from './judge.ts'
import type { Judgement, Reply, Request } from './protocol.ts'
import { GivenUp, Journal, RecordError } from './record/journal.ts'
import { Appender } from './record/line.ts'
import { emptyTally, type Tally } from './tally.ts'
import { builtIn } from './target/index.ts'
import { looksLikeModule, ModuleError, pipeCommand } from './target/target.ts'
import { isTrap, Trap } from './trap.ts'

let implementations: readonly Implementation[] = []
const host = new Host()

const say = (reply: Reply): void => {
  process.send?.(reply)
}

/** Loaded on demand: checking a module brings zod, 0.2 s of a start-up that fragile targets pay once a finding. */
const loadModule = async (path: string): Promise<Implementation> =>
  (await import('./target/module.ts')).loadModule(path)

/** A program that ends takes the call with it: the parent is told, and starts both again. */
const loadCommand = async (command: string, callMs: number): Promise<Implementation> =>
  (await import('./target/pipe.ts')).loadPipe(command, callMs, (kind, message) =>
    say({ say: 'trapped', kind, message }),
  )

async function load(target: string, callMs = 5_000): Promise<void> {
  try {
    const command = pipeCommand(target)
    if (command !== undefined) implementations = [await loadCommand(command, callMs)]
    else implementations = looksLikeModule(target) ? [await loadModule(target)] : await loadBuiltIn(target)
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    say({ say: 'refused', message: error instanceof ModuleError ? message : `${target} does not load: ${message}` })
    return
  }
  const fragile = builtIn.find((t) => t.name === target)?.fragile ?? false
  const offers = implementations.map(({ name, version, precision, numerics, operators: offered }) => ({
    name,
    version: version ?? null,
    precision,
    ...(numerics === undefined ? {} : { numerics }),
    fragile,
    operators: operators.map((row) => row.name).filter((operator) => offered[operator] !== undefined),
  }))
  say({ say: 'loaded', offers })
}

async function loadBuiltIn(name: string): Promise<readonly Implementation[]> {
  const target = builtIn.find((t) => t.name === name)
  if (!target) throw new ModuleError(`no target is called ${name}`)
  return withoutSourceMaps(() => target.load())
}

/** tsx has Node read the source maps of all that is loaded, 17 MB of TensorFlow.js, for stack traces nobody prints: 1.0 s became 0.75. */
async function withoutSourceMaps<T>(load: () => Promise<T>): Promise<T> {
  const enabled = process.sourceMapsEnabled
  process.setSourceMapsEnabled(false)
  try {
    return await load()
  } finally {
    process.setSourceMapsEnabled(enabled)
  }
}

function implementationOf(name: string): Implementation {
  const found = implementations.find((i) => i.name === name)
  if (!found)
    throw new Error(`no implementation is called ${name}; there are ${implementations.map((i) => i.name).join(', ')}`)
  return found
}

/** Throws Trap. */
async function judgeOne(name: string, e: Examination): Promise<Judgement> {
  const implementation = implementationOf(name)
  const outcome = e.manner
    ? await (await import('./manner.ts')).examine(implementation, e)
    : await judge(implementation, e.case)
  if (outcome.status === 'failed') {
    const { kind, message, verdict } = outcome
    if (isTrap(kind, message)) throw new Trap(message)
    const finding = examinedFinding(name, e, { kind, message, ...(verdict?.first && { first: verdict.first }) })
    return { status: 'failed', grade: 'wrong', finding, message }
  }
  const grade = outcome.status === 'held' ? outcome.verdict.grade : null
  return {
    status: outcome.status === 'holds' ? 'held' : outcome.status,
    grade,
    finding: null,
    message: outcome.status === 'unsupported' ? outcome.message : null,
  }
}

async function audited({ implementation, plan, recorded }: Extract<Request, { ask: 'audit' }>): Promise<Tally> {
  const { file, target, entries } = recorded
  const record = new Appender(file)
  const line = { target, implementation, operator: plan.operator }
  const write = (step: string, outcome: object): void => record.append({ is: 'step', ...line, step, outcome })
  let tally = emptyTally()
  const hooks = {
    started: (descriptor: string, index: number, seen: Tally) =>
      say({ say: 'started', case: descriptor, index, tally: seen }),
    found: (finding: Finding) => say({ say: 'found', finding }),
    resumed: (seen: Tally) => {
      tally = seen
    },
  }
  try {
    return await auditOperator(
      implementationOf(implementation),
      plan,
      hooks,
      new Journal(entries, write, recorded.given === 'up'),
    )
  } catch (error) {
    if (error instanceof GivenUp) return tally
    throw error
  } finally {
    record.close()
  }
}

async function answer(request: Request): Promise<void> {
  if (request.ask === 'load') return load(request.target, request.callMs)
  if (request.ask === 'end') {
    await Promise.allSettled(implementations.map((implementation) => implementation.close?.()))
    process.exit(0)
  }
  if (request.ask === 'judge')
    return say({ say: 'judged', judgement: await judgeOne(request.implementation, request.examination) })
  if (request.ask === 'audit') return say({ say: 'audited', tally: await audited(request) })
  say(await host.answer(request, implementationOf))
}

process.on('message', (request: Request) => {
  answer(request).catch((error: unknown) => {
    if (error instanceof Trap) say({ say: 'trapped', kind: 'crash', message: error.message })
    else if (error instanceof RecordError) say({ say: 'unfit', message: error.message })
    else say({ say: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  })
})
// Ctrl-C reaches the whole process group; the parent decides, so that its report is still written.
process.on('SIGINT', () => {})
process.on('disconnect', () => killGroup(process.pid))
endWithParent()
