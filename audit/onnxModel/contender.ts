/** Whoever computes nodes of a network, one at a time: an implementation of the contract, or a package's own layers. */
import type { Implementation, Numerics } from '../../reference/contract.ts'
import { callNode } from './computeNode.ts'
import { isMapped } from './mapping.ts'
import { type NodeCall, Unmapped, type Value } from './node.ts'

export interface Contender {
  readonly name: string
  readonly version?: string | undefined
  readonly numerics?: Numerics
  /** The node on these inputs; undefined where it is not offered. `like` has the shape of its output. */
  run(name: string, node: NodeCall, like: Value): Promise<Value | undefined>
  /** A whole network, as its users run it. */
  whole?(feed: Value): Promise<Value>
  close?(): void | Promise<void>
}

export function contenderOf(implementation: Implementation): Contender {
  const { name, version, numerics } = implementation
  return {
    name,
    version,
    ...(numerics === undefined ? {} : { numerics }),
    run: async (_, node, like) => (isMapped(node.opType) ? callNode(node, like, implementation) : undefined),
    close: () => implementation.close?.(),
  }
}

/** What came of a node: a value, or in a word why there is none. */
export type Attempt =
  | { readonly value: Value }
  | {
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
