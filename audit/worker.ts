/** The process that holds a target. It loads it, runs cases and reports each step; when it dies, its parent knows the case. */

import { parseCase } from '../properties/descriptor.ts'
import type { Implementation } from '../reference/contract.ts'
import { operators } from '../reference/operators.ts'
import { auditOperator, findingOf } from './auditOperator.ts'
import { featuresOf } from './features.ts'
import { judge } from './judge.ts'
import type { Judgement, Reply, Request } from './protocol.ts'
import { builtIn } from './target/index.ts'
import { looksLikeModule, ModuleError } from './target/target.ts'
import { Trap } from './trap.ts'

let implementations: readonly Implementation[] = []

const say = (reply: Reply): void => {
  process.send?.(reply)
}

/** Loaded on demand: checking a module brings zod, 0.2 s of a start-up that fragile targets pay once a finding. */
const loadModule = async (path: string): Promise<Implementation> =>
  (await import('./target/module.ts')).loadModule(path)

async function load(target: string): Promise<void> {
  try {
    implementations = looksLikeModule(target) ? [await loadModule(target)] : await loadBuiltIn(target)
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    say({ say: 'refused', message: error instanceof ModuleError ? message : `${target} does not load: ${message}` })
    return
  }
  const fragile = builtIn.find((t) => t.name === target)?.fragile ?? false
  const offers = implementations.map(({ name, version, precision, operators: offered }) => ({
    name,
    version: version ?? null,
    precision,
    fragile,
    operators: operators.map((row) => row.name).filter((operator) => offered[operator] !== undefined),
  }))
  say({ say: 'loaded', offers })
}

async function loadBuiltIn(name: string): Promise<readonly Implementation[]> {
  const target = builtIn.find((t) => t.name === name)
  if (!target) throw new ModuleError(`no target is called ${name}`)
  return target.load()
}

function implementationOf(name: string): Implementation {
  const found = implementations.find((i) => i.name === name)
  if (!found)
    throw new Error(`no implementation is called ${name}; there are ${implementations.map((i) => i.name).join(', ')}`)
  return found
}

async function judgeOne(name: string, descriptor: string): Promise<Judgement> {
  const c = parseCase(descriptor)
  const outcome = await judge(implementationOf(name), c)
  if (outcome.status === 'failed') {
    const { kind, message, verdict } = outcome
    const finding = findingOf(name, c, kind, message, verdict?.first, featuresOf(c))
    return { status: 'failed', grade: 'wrong', finding, message }
  }
  const grade = outcome.status === 'held' ? outcome.verdict.grade : null
  return {
    status: outcome.status,
    grade,
    finding: null,
    message: outcome.status === 'unsupported' ? outcome.message : null,
  }
}

async function answer(request: Request): Promise<void> {
  if (request.ask === 'load') return load(request.target)
  if (request.ask === 'judge')
    return say({ say: 'judged', judgement: await judgeOne(request.implementation, request.case) })
  const tally = await auditOperator(implementationOf(request.implementation), request.plan, {
    started: (descriptor, index, seen) => say({ say: 'started', case: descriptor, index, tally: seen }),
    found: (finding) => say({ say: 'found', finding }),
  })
  say({ say: 'audited', tally })
}

process.on('message', (request: Request) => {
  answer(request).catch((error: unknown) => {
    if (error instanceof Trap) say({ say: 'trapped', message: error.message })
    else say({ say: 'fault', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  })
})
// Ctrl-C reaches the whole process group; the parent decides, so that its report is still written.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
