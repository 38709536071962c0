/** Whoever computes nodes of a network, one at a time: an implementation of the contract, or a package's own layers. */
import type { Implementation, Numerics, Precision } from '../../reference/contract.ts'
import { callNode } from './computeNode.ts'
import { judgeResults, type NodeVerdict, verdictOutcome } from './judgeNode.ts'
import { isMapped } from './mapping.ts'
import { type NodeCall, Unmapped, type Value } from './node.ts'

export interface Contender {
  readonly name: string
  readonly version?: string | undefined
  /** Of its results. */
  readonly precision: Precision
  readonly numerics?: Numerics
  /** The node on these inputs; undefined where it is not offered. `like` has the shape of its output. */
  run(name: string, node: NodeCall, like: Value): Promise<Value | undefined>
  /** A whole network, as its users run it. */
  whole?(feed: Value): Promise<Value>
  close?(): void | Promise<void>
}

export function contenderOf(implementation: Implementation): Contender {
  const { name, version, precision, numerics } = implementation
  return {
    name,
    version,
    precision,
    ...(numerics === undefined ? {} : { numerics }),
    run: async (_, node, like) => (isMapped(node.opType) ? callNode(node, like, implementation) : undefined),
    close: () => implementation.close?.(),
  }
}

/** What came of a node: a value, or in a word why there is none. */
type Attempt = { readonly value: Value } | Failure

export interface Failure {
  readonly failed: 'not offered' | 'unsupported' | 'wrong' | 'threw' | 'crash' | 'hang'
  readonly message: string
}

/** Never throws for what the contender does. */
export async function attempt(contender: Contender, name: string, node: NodeCall, like: Value): Promise<Attempt> {
  try {
    const value = await contender.run(name, node, like)
    return value ? { value } : { failed: 'not offered', message: `${contender.name} does not offer it` }
  } catch (error) {
    if (error instanceof Unmapped) return { failed: 'not offered', message: error.message }
    return { failed: kindOf(error), message: error instanceof Error ? error.message : String(error) }
  }
}

/** By name: errors come from other processes. */
function kindOf(error: unknown): 'unsupported' | 'wrong' | 'threw' | 'crash' | 'hang' {
  if (!(error instanceof Error)) return 'threw'
  if (error.name === 'Death') return Reflect.get(error, 'kind') === 'hang' ? 'hang' : 'crash'
  if (error.name === 'FormFault') return 'wrong'
  return error.name === 'Unsupported' ? 'unsupported' : 'threw'
}

/** One after the other: they share the machine. */
export async function inTurn<T>(
  all: readonly Contender[],
  work: (contender: Contender, c: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  for (const [c, contender] of all.entries()) results.push(await work(contender, c))
  return results
}

/** What somebody's result of a node is worth. */
export interface Share {
  readonly verdict?: NodeVerdict
  /** Why there is none. */
  readonly failed?: Failure
}

/** Each attempt judged, on the inputs that all of them had. Throws Unmapped where nothing here computes the node. */
export function sharesOf(
  node: NodeCall,
  by: readonly Pick<Contender, 'numerics'>[],
  attempts: readonly Attempt[],
): Share[] {
  const results = attempts.flatMap((tried, c) => {
    const { numerics } = by[c]!
    return 'value' in tried ? [{ got: tried.value, ...(numerics === undefined ? {} : { numerics }) }] : []
  })
  const verdicts = judgeResults(node, results)
  return attempts.map((tried) => ('value' in tried ? { verdict: verdicts.shift()! } : { failed: tried }))
}

/** "accurate", "wrong", "not offered", "crash", … */
export const shareOutcome = ({ verdict, failed }: Share): string =>
  verdict ? verdictOutcome(verdict) : (failed?.failed ?? 'not offered')

export const deviates = (share: Share): boolean => ['wrong', 'threw', 'crash', 'hang'].includes(shareOutcome(share))

/** Why it deviates, in a sentence. */
export const deviationText = ({ verdict, failed }: Share): string =>
  verdict?.message ?? `${failed?.failed}: ${failed?.message}`

/** For a document: without the tensors of a call. */
export function shareFacts({ verdict, failed }: Share): object {
  const { call: _, ...found } = verdict ?? {}
  return { ...(verdict ? { verdict: found } : {}), ...(failed ? { message: failed.message } : {}) }
}
