/**
 * ONNX's elementwise operators that the contract does not have: the value in float64, Σ|terms| as S, and how many roundings
 * a float32 or float64 program makes at most, so that |ŷ − y| ≤ γ(n)·S + γ(n + 2)·S in float64 (our own error) + n·η.
 *
 *   Add, Sub        a ± b             n = 1, S = |a ± b|: IEEE 754 rounds a sum of two once
 *   Mul             a·b               n = 1, S = |a·b|
 *   Div             a/b               n = 2, S = |a/b|: once, or by way of the reciprocal
 *   Sqrt            √x                n = 1, S = √x
 *   LeakyRelu       αx below 0        n = 1, S = |αx|
 *   HardSigmoid     αx + β in [0, 1]  n = 2, S = |αx| + |β|: clamping brings nothing apart
 *   BatchNormalization  s·(x − μ)/√(σ² + ε) + b   n = 8, S = |a·x| + |a·μ| + |b|, a = s/√(σ² + ε): as it stands 6 roundings,
 *                   folded to a·x + (b − a·μ) as many, and 2 for a reciprocal root
 *   Clip, Max, Min, Neg, Abs          n = 0: they select
 *
 * Integers come out exact. Source: ONNX operator documentation, https://onnx.ai/onnx/operators/.
 */
import { shapeText } from '../../reference/tensor.ts'
import { broadcastShape, repeated } from './broadcast.ts'
import { type NodeCall, numberOf, present, Unmapped, type Value } from './node.ts'

/** What an element comes to: its value, Σ|terms|, and how many roundings a program makes. */
export interface Elementwise {
  readonly shape: readonly number[]
  readonly value: Float64Array
  readonly scale: Float64Array
  readonly roundings: number
}

type Formula = (operands: readonly number[], i: number) => readonly [value: number, scale: number]

const formulas: Readonly<Record<string, (node: NodeCall) => Elementwise>> = {
  Add: (node) => each(node, [0, 1], 1, ([a, b]) => once(a! + b!)),
  Sub: (node) => each(node, [0, 1], 1, ([a, b]) => once(a! - b!)),
  Mul: (node) => each(node, [0, 1], 1, ([a, b]) => once(a! * b!)),
  Div: (node) => {
    const whole = present(node.inputs, 0).was !== undefined
    return each(node, [0, 1], 2, ([a, b]) => once(whole ? Math.trunc(a! / b!) : a! / b!))
  },
  Sqrt: (node) => each(node, [0], 1, ([x]) => once(Math.sqrt(x!))),
  Neg: (node) => each(node, [0], 0, ([x]) => once(-x!)),
  Abs: (node) => each(node, [0], 0, ([x]) => once(Math.abs(x!))),
  Max: (node) => each(node, [...node.inputs.keys()], 0, (all) => once(Math.max(...all))),
  Min: (node) => each(node, [...node.inputs.keys()], 0, (all) => once(Math.min(...all))),
  LeakyRelu: (node) => {
    const alpha = numberOf(node, 'alpha', Math.fround(0.01))
    return each(node, [0], 1, ([x]) => once(x! < 0 ? alpha * x! : x!))
  },
  HardSigmoid: (node) => {
    const [alpha, beta] = [numberOf(node, 'alpha', Math.fround(0.2)), numberOf(node, 'beta', 0.5)]
    return each(node, [0], 2, ([x]) => [clamp(alpha * x! + beta, 0, 1), Math.abs(alpha * x!) + Math.abs(beta)])
  },
  Clip: (node) => {
    const [least, most] = [limit(node, 1, 'min', -Infinity), limit(node, 2, 'max', Infinity)]
    return each(node, [0], 0, ([x]) => once(clamp(x!, least, most)))
  },
  BatchNormalization: batchNormalization,
}

export const isElementwise = (opType: string): boolean => Object.hasOwn(formulas, opType)

/** Throws Unmapped for an operator without a formula, and for operands that it does not cover. */
export function elementwise(node: NodeCall): Elementwise {
  const formula = isElementwise(node.opType) ? formulas[node.opType] : undefined
  if (!formula) throw new Unmapped(`there is no formula of ${node.opType}`)
  return formula(node)
}

/** The value is itself what is rounded. */
const once = (value: number): readonly [number, number] => [value, Math.abs(value)]

/** NaN stays NaN; where the limits cross, the upper one counts. */
const clamp = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most)

function each(node: NodeCall, which: readonly number[], roundings: number, formula: Formula): Elementwise {
  const operands = which.map((i) => present(node.inputs, i))
  const shape = broadcastShape(operands.map((operand) => operand.shape))
  return compute(
    shape,
    operands.map((operand) => repeated(operand, shape)),
    roundings,
    formula,
  )
}

function compute(
  shape: readonly number[],
  operands: readonly Float64Array[],
  roundings: number,
  formula: Formula,
): Elementwise {
  const size = operands[0]!.length
  const [value, scale] = [new Float64Array(size), new Float64Array(size)]
  for (let i = 0; i < size; i++) {
    const [v, s] = formula(
      operands.map((operand) => operand[i]!),
      i,
    )
    value[i] = v
    scale[i] = s
  }
  return { shape, value, scale, roundings }
}

/** Up to operator set 10 an attribute, then an input. */
function limit(node: NodeCall, i: number, name: string, otherwise: number): number {
  const value: Value | undefined = node.inputs[i]
  if (value) return value.data[0] ?? otherwise
  return numberOf(node, name, otherwise)
}

function batchNormalization(node: NodeCall): Elementwise {
  if (numberOf(node, 'training_mode', 0) === 1 || node.outputs.length > 1)
    throw new Unmapped('BatchNormalization in training mode is not computed; export the model for inference')
  if (node.opset < 9 && numberOf(node, 'spatial', 1) !== 1)
    throw new Unmapped('spatial=0 is not computed; export the model with a newer operator set')
  const x = present(node.inputs, 0)
  const C = x.shape[1] ?? 1
  const perChannel = [1, 2, 3, 4].map((i) => present(node.inputs, i))
  const other = perChannel.find(({ data }) => data.length !== C)
  if (other) throw new Unmapped(`x ${shapeText(x.shape)} has ${C} channels, a parameter ${shapeText(other.shape)}`)
  const epsilon = numberOf(node, 'epsilon', Math.fround(1e-5))
  const perMap = x.shape.slice(2).reduce((size, extent) => size * extent, 1)
  return compute(x.shape, [Float64Array.from(x.data)], 8, ([v], i) => {
    const c = Math.floor(i / perMap) % C
    const [scale, bias, mean, variance] = perChannel.map(({ data }) => data[c]!)
    const a = scale! / Math.sqrt(variance! + epsilon)
    return [a * (v! - mean!) + bias!, Math.abs(a * v!) + Math.abs(a * mean!) + Math.abs(bias!)]
  })
}
