/**
 * ONNX's node tests as audit/pipe/python/onnx_node_tests.py prints them: a node, its inputs, and the outputs that its
 * authors computed with NumPy or wrote by hand.
 */
import { z } from 'zod'
import type { OperatorName } from '../../../reference/contract.ts'
import type { AttributeBag } from '../../../reference/operators.ts'
import type { Tensor } from '../../../reference/tensor.ts'
import { fromWire, wireTensor } from '../../pipe/wire.ts'

const attribute = z.union([z.number(), z.string(), z.array(z.number())])

const line = z.object({
  name: z.string(),
  /** Operator of each node of the model. */
  nodes: z.array(z.string()).min(1),
  attributes: z.record(z.string(), attribute),
  inputs: z.array(wireTensor.extend({ was: z.string().optional() }).nullable()),
  outputs: z.array(wireTensor.extend({ was: z.string().optional() })),
})

/** A tensor of integers is handed over as float64; `was` then is its type. */
export interface Value extends Tensor {
  readonly was?: string | undefined
}

export interface NodeTest {
  readonly name: string
  readonly nodes: readonly string[]
  readonly attributes: Readonly<Record<string, z.infer<typeof attribute>>>
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly Value[]
}

/** What a node test comes to in the contract: a call, and what ONNX says it gives. */
export interface MappedCall {
  readonly operator: OperatorName
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
  readonly got: Tensor
}

/** The contract cannot say it; the message says why. */
export class Unmapped extends Error {
  override readonly name = 'Unmapped'
}

/** Throws where a line is not of the form above. */
export function parseNodeTest(text: string): NodeTest {
  const { inputs, outputs, ...rest } = line.parse(JSON.parse(text))
  const value = ({ was, ...wire }: z.infer<typeof line>['outputs'][number]): Value => ({ ...fromWire(wire), was })
  return {
    ...rest,
    inputs: inputs.map((input) => (input === null ? undefined : value(input))),
    outputs: outputs.map(value),
  }
}

/** Input or output i. Throws where the node has none. */
export function present(values: readonly (Value | undefined)[], i: number): Value {
  const value = values[i]
  if (value === undefined) throw new Error(`the node has no operand ${i}`)
  return value
}

/** An attribute that is a number, or what ONNX takes when it is left out. */
export function numberOf({ attributes }: NodeTest, name: string, otherwise: number): number {
  const value = attributes[name] ?? otherwise
  if (typeof value !== 'number') throw new Error(`${name} is ${JSON.stringify(value)}, a number is expected`)
  return value
}

/** An attribute that is a name. */
export function textOf({ attributes }: NodeTest, name: string, otherwise: string): string {
  const value = attributes[name] ?? otherwise
  if (typeof value !== 'string') throw new Error(`${name} is ${JSON.stringify(value)}, a name is expected`)
  return value
}

/** An attribute that is a list; undefined when it is left out. */
export function listOf({ attributes }: NodeTest, name: string): readonly number[] | undefined {
  const value = attributes[name]
  if (value !== undefined && !Array.isArray(value))
    throw new Error(`${name} is ${JSON.stringify(value)}, a list is expected`)
  return value
}
