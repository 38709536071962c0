/**
 * A model in a target, held against the textbook node by node. Each node is judged on the inputs that the target itself gave
 * it, so that a layer is not blamed for those before it; whoever offers the operators of the contract may be held on the same
 * inputs besides. How the error grows from the first to the last is another question, of
 * which no bound speaks: on demand the textbook runs on its own results, and the distance at each node is reported.
 */

import { type CaseLine, caseOf } from '../../properties/caseOf.ts'
import { type ModelRunner, withOutputs } from '../target/onnx/wholeModel.ts'
import { computeNode, isComputed } from './computeNode.ts'
import { attempt, type Contender, inTurn, type Share, sharesOf } from './contender.ts'
import { type Distance, distance } from './distance.ts'
import type { NodeVerdict } from './judgeNode.ts'
import { type NodeCall, present, Unmapped, type Value } from './node.ts'
import { type Model, ModelError, type ModelNode, refuseForeign } from './read.ts'

export interface LayerReport {
  readonly node: string
  readonly opType: string
  readonly inputs: readonly (readonly number[])[]
  readonly output: readonly number[]
  /** Why it was not judged; then its output is taken as the target gave it. */
  readonly unjudged?: string
  readonly verdict?: NodeVerdict
  readonly case?: CaseLine
  /** What the contenders gave on the same inputs, in their order; empty where the node was not judged. */
  readonly beside: readonly Share[]
  /** From the textbook on its own results, from the inputs of the model on. */
  readonly drift?: Distance
}

/** An output of the model as it is, fusions and all. */
interface OutputReport {
  readonly name: string
  readonly shape: readonly number[]
  /** From the same output with every layer visible; undefined for one of an element type that is not read here. */
  readonly untouched?: Distance
  /** From the textbook on its own results. */
  readonly drift?: Distance
}

export interface ModelReport {
  readonly target: string
  readonly version: string | undefined
  readonly opset: number
  readonly feeds: ReadonlyMap<string, Value>
  readonly contenders: readonly Pick<Contender, 'name' | 'version'>[]
  readonly layers: readonly LayerReport[]
  readonly outputs: readonly OutputReport[]
}

export interface ModelAuditOptions {
  /** Who is asked for the operators of the contract besides. */
  readonly contenders?: readonly Contender[]
  readonly endToEnd?: boolean
  readonly progress?: (layer: number, of: number, name: string) => void
}

/** Throws ModelError where the target does not run the model, and what ended its process. */
export async function auditModel(
  bytes: Uint8Array,
  model: Model,
  feeds: ReadonlyMap<string, Value>,
  runner: ModelRunner,
  { contenders = [], endToEnd = false, progress }: ModelAuditOptions = {},
): Promise<ModelReport> {
  const visible = model.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
  const more = visible.filter((name) => !model.outputs.includes(name))
  const values = new Map<string, Value | undefined>([...model.constants, ...feeds])
  for (const [name, value] of await run(runner, withOutputs(bytes, more), feeds)) values.set(name, value)
  const untouched = await run(runner, bytes, feeds)
  const own = new Map<string, Value | undefined>(endToEnd ? [...model.constants, ...feeds] : [])
  const layers: LayerReport[] = []
  for (const [i, node] of model.nodes.entries()) {
    progress?.(i, model.nodes.length, node.name)
    const layer = await judged(node, model.opset, values, contenders)
    layers.push(endToEnd ? { ...layer, ...drifted(node, model.opset, values, own) } : layer)
  }
  const outputs = model.outputs.map((name): OutputReport => {
    const [shown, plain, exact] = [values.get(name), untouched.get(name), own.get(name)]
    if (!shown || !plain) return { name, shape: [] }
    const drift = exact ? { drift: distance(plain, exact) } : {}
    return { name, shape: plain.shape, untouched: distance(plain, shown), ...drift }
  })
  const { name: target, version } = runner
  return { target, version, opset: model.opset, feeds, contenders, layers, outputs }
}

async function run(runner: ModelRunner, bytes: Uint8Array, feeds: ReadonlyMap<string, Value>) {
  try {
    return await runner.run(bytes, feeds)
  } catch (error) {
    if (error instanceof Error && error.name === 'Death') throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new ModelError(
      `${runner.name} does not run the model: ${message.split('\n')[0]}; sizes that it leaves open are set with --dim name=4`,
    )
  }
}

async function judged(
  node: ModelNode,
  opset: number,
  values: ReadonlyMap<string, Value | undefined>,
  contenders: readonly Contender[],
): Promise<LayerReport> {
  const taken = node.inputs.map((name) => values.get(name))
  const output = values.get(node.outputs[0] ?? '')
  const about = {
    node: node.name,
    opType: node.opType,
    inputs: taken.flatMap((value) => (value ? [value.shape] : [])),
    output: output?.shape ?? [],
  }
  try {
    const call = callOf(node, opset, values)
    const got = present(call.outputs, 0)
    const tried = await inTurn(contenders, (contender) => attempt(contender, node.name, call, got))
    const [own, ...beside] = sharesOf(call, [{}, ...contenders], [{ value: got }, ...tried])
    const verdict = own!.verdict!
    // In a result of another shape nobody else's can be placed.
    const shares = verdict.fault === 'shape' ? [] : beside
    return { ...about, verdict, beside: shares, ...(verdict.call ? { case: caseOf(verdict.call) } : {}) }
  } catch (error) {
    if (!(error instanceof Unmapped)) throw error
    return { ...about, beside: [], unjudged: error.message }
  }
}

/** The node with the values that these names stand for. Throws Unmapped where one is missing, or the operator unknown. */
function callOf(node: ModelNode, opset: number, values: ReadonlyMap<string, Value | undefined>): NodeCall {
  refuseForeign(node)
  if (!isComputed(node.opType)) throw new Unmapped(`nothing here computes ${node.opType}`)
  const known = (name: string): Value => {
    const value = values.get(name)
    if (value) return value
    throw new Unmapped(`${JSON.stringify(name)} is of an element type that is not read here`)
  }
  const { opType, attributes } = node
  const inputs = node.inputs.map((name) => (name === '' ? undefined : known(name)))
  return { opType, opset, attributes, inputs, outputs: node.outputs.filter((name) => name !== '').map(known) }
}

/** The node on the textbook's own results, and how far the target's is from it. What is not computed is taken from the target. */
function drifted(
  node: ModelNode,
  opset: number,
  values: ReadonlyMap<string, Value | undefined>,
  own: Map<string, Value | undefined>,
): { drift?: Distance } {
  const name = node.outputs[0] ?? ''
  const got = values.get(name)
  for (const output of node.outputs) own.set(output, values.get(output))
  if (!got) return {}
  try {
    const value = computeNode({ ...callOf(node, opset, own), outputs: [got] }, got)
    own.set(name, value)
    return { drift: distance(got, value) }
  } catch (error) {
    if (error instanceof Unmapped) return {}
    throw error
  }
}
