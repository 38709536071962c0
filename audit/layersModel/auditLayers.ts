/**
 * A network through several contenders, layer by layer, each layer twice:
 *
 *   alone    every contender gets the same inputs, the textbook's own results rounded to float32: a verdict a layer
 *   chained  each gets what it made of the layers before, the textbook what it made in float64: how far it is from that
 *
 * No bound speaks of the second, which shows where errors grow.
 */

import { type CaseLine, caseOf } from '../../properties/caseOf.ts'
import { convert, type Precision } from '../../reference/tensor.ts'
import { computeNodeAnew, isComputed } from '../onnxModel/computeNode.ts'
import { attempt, type Contender, type Failure, inTurn, type Share, sharesOf } from '../onnxModel/contender.ts'
import { type Distance, distance } from '../onnxModel/distance.ts'
import { isMapped, mappedCalls } from '../onnxModel/mapping.ts'
import { type NodeCall, Unmapped, type Value } from '../onnxModel/node.ts'
import { type Model, ModelError, type ModelNode } from '../onnxModel/read.ts'

/** What one contender made of a layer. */
export interface LayerShare extends Share {
  /** From the textbook, each on its own results; left out where a layer before gave none. */
  readonly drift?: Distance
}

export interface LayerRow {
  readonly layer: string
  readonly opType: string
  readonly inputs: readonly (readonly number[])[]
  readonly output: readonly number[]
  readonly case?: CaseLine
  /** In the order of the contenders. */
  readonly shares: readonly LayerShare[]
}

export interface NetworkReport {
  readonly rows: readonly LayerRow[]
  /** The output of the network by the textbook, in float64. */
  readonly textbook: Value
  readonly ends: readonly End[]
}

/** Where a contender ends up. */
interface End {
  readonly name: string
  readonly version: string | undefined
  /** The output on its own results; undefined where a layer gave none. */
  readonly output?: Value
  /** How far the network run as a whole is from that, or why it gave nothing; for packages that run networks. */
  readonly whole?: Distance | Failure
}

type Progress = (layer: number, of: number, name: string) => void

/** Throws ModelError for a layer that nothing here computes, or that does not fit what comes before. */
export async function auditLayers(
  model: Model,
  feeds: ReadonlyMap<string, Value>,
  contenders: readonly Contender[],
  progress: Progress = () => {},
): Promise<NetworkReport> {
  const start = (precision: Precision): Map<string, Value> =>
    new Map([...model.constants, ...[...feeds].map(([name, x]) => [name, convert(x, precision)] as const)])
  const exact = start('float64')
  const chains = contenders.map(({ precision }) => start(precision))
  const rows: LayerRow[] = []
  for (const [i, node] of model.nodes.entries()) {
    progress(i, model.nodes.length, node.name)
    const value = computed(node, callOn(node, model, exact)!)
    exact.set(node.outputs[0]!, value)
    const inputs = callOn(node, model, exact)!.inputs.map((input) => input && convert(input, 'float32'))
    const call: NodeCall = { ...callOn(node, model, exact)!, inputs }
    const alone = await inTurn(contenders, (contender) => attempt(contender, node.name, call, value))
    const shares = sharesOf(call, contenders, alone)
    const drifts = await inTurn(contenders, (contender, c) => chained(contender, node, model, chains[c]!, value))
    rows.push({
      layer: node.name,
      opType: node.opType,
      inputs: inputs.flatMap((input) => (input ? [input.shape] : [])),
      output: value.shape,
      ...caseLineOf(call),
      shares: contenders.map((_, c) => ({ ...shares[c], ...(drifts[c] ? { drift: drifts[c] } : {}) })),
    })
  }
  const textbook = exact.get(model.outputs[0]!)!
  const ends = await inTurn(contenders, (contender, c) => endOf(contender, chains[c]!, model, textbook))
  return { rows, textbook, ends }
}

async function endOf(
  contender: Contender,
  chain: ReadonlyMap<string, Value>,
  { inputs, outputs, opset }: Model,
  textbook: Value,
): Promise<End> {
  const { name, version, whole } = contender
  const output = chain.get(outputs[0]!)
  const end = { name, version, ...(output ? { output } : {}) }
  if (!whole || !output) return end
  const feed = chain.get(inputs[0]!.name)!
  const node = { opType: 'the network', opset, attributes: {}, inputs: [feed], outputs: [] }
  const tried = await attempt({ ...contender, run: () => whole(feed) }, 'the network', node, textbook)
  return { ...end, whole: 'value' in tried ? distance(tried.value, output) : tried }
}

/** The node on these values; undefined where one is missing. */
function callOn(node: ModelNode, { opset }: Model, values: ReadonlyMap<string, Value>): NodeCall | undefined {
  const inputs = node.inputs.map((name) => values.get(name))
  if (inputs.some((input) => input === undefined)) return undefined
  const { opType, attributes } = node
  return { opType, opset, attributes, inputs, outputs: [] }
}

function computed(node: ModelNode, call: NodeCall): Value {
  try {
    if (isComputed(node.opType)) return computeNodeAnew(call)
    throw new Unmapped(`nothing here computes ${node.opType}`)
  } catch (error) {
    if (error instanceof Error) throw new ModelError(`layer ${node.name}: ${error.message}`)
    throw error
  }
}

/**
 * Sets what the contender makes of its own results. What it does not offer is computed here and rounded; behind a layer that
 * gave nothing there is nothing to go on with.
 */
async function chained(
  contender: Contender,
  node: ModelNode,
  model: Model,
  chain: Map<string, Value>,
  exact: Value,
): Promise<Distance | undefined> {
  const call = callOn(node, model, chain)
  if (!call) return undefined
  const tried = await attempt(contender, node.name, call, exact)
  const offered = !('failed' in tried) || tried.failed !== 'not offered'
  const value =
    'value' in tried ? tried.value : offered ? undefined : convert(computeNodeAnew(call), contender.precision)
  if (!value) return undefined
  chain.set(node.outputs[0]!, value)
  return distance(value, exact)
}

/** The call of the contract that a layer is, as a line to replay. */
function caseLineOf(call: NodeCall): { case?: CaseLine } {
  if (!isMapped(call.opType)) return {}
  const [mapped] = mappedCalls({ ...call, outputs: [call.inputs[0]!] })
  return mapped ? { case: caseOf(mapped) } : {}
}
