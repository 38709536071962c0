/** A call of one of ONNX's operators, with what came of it, and the contract's calls that it comes to. */
import type { OperatorName } from '../../reference/contract.ts'
import type { AttributeBag } from '../../reference/operators.ts'
import type { Tensor } from '../../reference/tensor.ts'
import type { Value } from '../target/onnx/tensorProto.ts'

export type { Value } from '../target/onnx/tensorProto.ts'

/** Value of an attribute; floats are those that float32 holds. */
export type AttributeValue = number | string | readonly number[] | Value

export interface NodeCall {
  readonly opType: string
  /** Version of the default operator set, which decides what the operator means. */
  readonly opset: number
  readonly attributes: Readonly<Record<string, AttributeValue>>
  /** An input that is left out is undefined. */
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly Value[]
}

/** A call of the contract, and what it gave, elements in the order of the contract's result. */
export interface MappedCall {
  readonly operator: OperatorName
  readonly operands: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: AttributeBag
  readonly got: Tensor
}

/** It cannot be said in the contract, nor computed here; the message says why. */
export class Unmapped extends Error {
  override readonly name = 'Unmapped'
}

/** Input or output i. Throws where the node has none. */
export function present(values: readonly (Value | undefined)[], i: number): Value {
  const value = values[i]
  if (value === undefined) throw new Unmapped(`the node has no operand ${i}`)
  return value
}

type Attributed = Pick<NodeCall, 'attributes'>

/** An attribute that is a number, or what ONNX takes when it is left out. */
export function numberOf({ attributes }: Attributed, name: string, otherwise: number): number {
  const value = attributes[name] ?? otherwise
  if (typeof value !== 'number') throw new Unmapped(`${name} is ${JSON.stringify(value)}, a number is expected`)
  return value
}

/** An attribute that is a name. */
export function textOf({ attributes }: Attributed, name: string, otherwise: string): string {
  const value = attributes[name] ?? otherwise
  if (typeof value !== 'string') throw new Unmapped(`${name} is ${JSON.stringify(value)}, a name is expected`)
  return value
}

/** An attribute that is a list; undefined when it is left out. */
export function listOf({ attributes }: Attributed, name: string): readonly number[] | undefined {
  const value = attributes[name]
  if (value !== undefined && !isList(value))
    throw new Unmapped(`${name} is ${JSON.stringify(value)}, a list is expected`)
  return value
}

const isList = (value: AttributeValue): value is readonly number[] => Array.isArray(value)
