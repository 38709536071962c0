/**
 * Which operator holds the derivative of which, and how it is called: ∂E/∂operand = (∂y/∂operand)ᵀ·dy. The table of operators
 * names the pairs; this file knows what each call is made of.
 */
import type { OperatorName, Tensor } from '../../reference/contract.ts'
import { type AnyOperands, type AttributeBag, operatorRow, operators } from '../../reference/operators.ts'
import type { Case } from '../case.ts'

export interface GradientPair {
  readonly forward: OperatorName
  readonly operand: string
  readonly gradient: OperatorName
  /** Where the gradient's operands come from, where the names differ: its x is the dy of a transposed convolution. */
  readonly names: Readonly<Record<string, string>>
}

/** The transposed convolution is conv2d's input gradient: its own gradients are conv2d and conv2d's weight gradient. */
const transposed: readonly GradientPair[] = [
  { forward: 'convTranspose2d', operand: 'x', gradient: 'conv2d', names: { x: 'dy' } },
  { forward: 'convTranspose2d', operand: 'w', gradient: 'conv2dWeightGradient', names: { x: 'dy', dy: 'x' } },
]

/** Every pair, in the order of the table. */
export const gradientPairs: readonly GradientPair[] = operators.flatMap((row) => [
  ...transposed.filter((pair) => pair.forward === row.name),
  ...Object.entries(row.derivatives ?? {}).map(([operand, gradient]) => ({
    forward: row.name,
    operand,
    gradient,
    names: {},
  })),
])

/** The pairs of one forward operator: all of them, or those of one gradient. Throws RangeError that names the mend. */
export function pairsOf(operator: OperatorName, c: Case): readonly GradientPair[] {
  const own = gradientPairs.filter((pair) => pair.forward === c.operator)
  if (own.length === 0) {
    const differentiable = [...new Set(gradientPairs.map((pair) => pair.forward))].join(', ')
    throw new RangeError(`${c.operator} has no gradient in the table; take a case of one of ${differentiable}`)
  }
  const asked = operator === c.operator ? own : own.filter((pair) => pair.gradient === operator)
  if (asked.length > 0) return asked
  throw new RangeError(
    `${operator} is no gradient of ${c.operator}, the operator of the case; its gradients are ${own.map((pair) => pair.gradient).join(', ')}`,
  )
}

/** Operands and attributes of the gradient's call, for operands, attributes and result of the forward one. */
export function gradientCall(
  pair: GradientPair,
  c: Case,
  forward: { readonly operands: AnyOperands<number>; readonly attributes: AttributeBag },
  y: Tensor,
  dy: Tensor,
): { operands: Record<string, Tensor>; attributes: AttributeBag } {
  const row = operatorRow(pair.gradient)
  const pool: Readonly<Record<string, unknown>> = { y, dy, ...forward.operands }
  const operands: Record<string, Tensor> = {}
  for (const name of row.operands) {
    if (name === row.optional) continue
    const found = pool[pair.names[name] ?? name]
    if (isTensor(found)) operands[name] = found
  }
  const attributes = Object.fromEntries(row.attributes.map((name) => [name, forward.attributes[name]]))
  return { operands, attributes: { ...attributes, ...row.derived?.(c.sizes) } }
}

const isTensor = (value: unknown): value is Tensor => typeof value === 'object' && value !== null && 'data' in value

/** Whether the gradient is that of a scalar cost: it takes no dy. */
export const isCost = ({ gradient, names }: GradientPair): boolean =>
  !operatorRow(gradient).operands.some((name) => (names[name] ?? name) === 'dy')

/** Operands of the gradient that are rounded results of the forward operator: the y of sigmoidGradient. */
export const roundedOperands = (pair: GradientPair): readonly string[] =>
  operatorRow(pair.gradient).operands.includes('y') && !operatorRow(pair.forward).operands.includes('y') ? ['y'] : []
