/**
 * One node of a model, held against what it must give for the inputs that it had: by the textbook where the contract has the
 * operator, by a float64 formula with its bound (elementwise.ts), or, where numbers only move, to the bit.
 */

import { agreement } from '../../properties/agreement.ts'
import { type Expectation, expectation } from '../../properties/bound.ts'
import { formats, gamma } from '../../properties/format.ts'
import { type Fault, type Grade, type Verdict, verdict } from '../../properties/verdict.ts'
import { type Numerics, type Precision, ShapeError } from '../../reference/contract.ts'
import { operatorRow } from '../../reference/operators.ts'
import { shapeText } from '../../reference/tensor.ts'
import { type Elementwise, elementwise, isElementwise } from './elementwise.ts'
import { isMapped, mappedCalls } from './mapping.ts'
import { moved } from './movement.ts'
import { type MappedCall, type NodeCall, present, Unmapped, type Value } from './node.ts'

type Way = 'textbook' | 'formula' | 'to the bit'

export interface NodeVerdict {
  readonly by: Way
  readonly grade: Grade
  readonly fault?: Fault
  readonly counts: Readonly<Record<Grade, number>>
  /** Largest error in units of its bound. */
  readonly worst: number
  readonly message?: string
  /** What must come out is constant or nearly all zero, so that it proves little. */
  readonly weak: boolean
  /** The call of the contract that deviates. */
  readonly call?: MappedCall
}

export type VerdictOutcome = Grade | 'convention'

export const verdictOutcome = ({ fault, grade }: NodeVerdict): VerdictOutcome =>
  fault === 'convention' ? 'convention' : grade

/** What somebody made of a node, and how convolutions were computed. */
export interface NodeResult {
  readonly got: Value
  readonly numerics?: Numerics
}

/** Several results of a node on the same inputs: what they must be is computed once. Throws Unmapped where nothing here computes the node. */
export function judgeResults(node: NodeCall, results: readonly NodeResult[]): NodeVerdict[] {
  if (isMapped(node.opType)) {
    const must = expectationsOf()
    return results.map((result) => byTextbook(node, result, must))
  }
  if (isElementwise(node.opType))
    return results.map(({ got }) => ({ by: 'formula', ...held(node, got, formulaExpectation(node, got)) }))
  const value = moved(node)
  const numbers = Float64Array.from(value.data)
  const zero = new Float64Array(numbers.length)
  return results.map(({ got }) => ({
    by: 'to the bit',
    ...held(node, got, agreement(node.opType, precisionOf(got), value.shape, numbers, zero), value.was),
  }))
}

/** The outputs that a node has. Throws Unmapped. */
export const judgeNode = (node: NodeCall): NodeVerdict => judgeResults(node, [{ got: present(node.outputs, 0) }])[0]!

function byTextbook(node: NodeCall, { got: output, numerics }: NodeResult, must: Expectations): NodeVerdict {
  const whole = node.inputs.find((input) => input?.was !== undefined)
  if (whole) throw new Unmapped(`${node.opType} of ${whole.was}; the textbook computes in floats`)
  const form = formFault(node, output)
  if (form !== undefined) {
    const none = { exact: 0, accurate: 0, tolerable: 0, wrong: 0 }
    return { by: 'textbook', grade: 'wrong', fault: 'shape', counts: none, worst: Infinity, message: form, weak: false }
  }
  let all: NodeVerdict | undefined
  for (const [i, call] of mappedCalls({ ...node, outputs: [output] }).entries()) {
    const found = verdict(call.got, must(call, i, precisionOf(call.got), numerics))
    all = merged(all, { by: 'textbook', ...brief(found), ...(found.grade === 'wrong' ? { call } : {}) })
  }
  if (!all) throw new Unmapped(`${node.opType} of nothing`)
  return all
}

/** A result that has another number of axes than the operands, or cannot be laid out as theirs are: the mapping needs both right. */
function formFault({ opType, inputs }: NodeCall, got: Value): string | undefined {
  const x = present(inputs, 0)
  const rank = opType === 'Gemm' ? 2 : Math.max(...inputs.map((input) => input?.shape.length ?? 0))
  if (got.shape.length !== rank) return `${opType}: shape ${shapeText(got.shape)}, expected ${rank} axes`
  const sameAsInput = ['Softmax', 'Relu', 'Sigmoid', 'Tanh'].includes(opType)
  if (sameAsInput && got.shape.join() !== x.shape.join())
    return `${opType}: shape ${shapeText(got.shape)}, expected ${shapeText(x.shape)}`
  const [M, N] = [x.shape.at(-2), inputs[1]?.shape.at(-1)]
  if (opType === 'MatMul' && (got.shape.at(-2) !== M || got.shape.at(-1) !== N))
    return `${opType}: shape ${shapeText(got.shape)}, expected (…,${M},${N})`
  return undefined
}

type Expectations = (call: MappedCall, i: number, precision: Precision, numerics?: Numerics) => Expectation

/** What call i of a node must come to, computed once for each precision and way of computing. */
function expectationsOf(): Expectations {
  const known = new Map<string, Expectation>()
  return ({ operator, operands, attributes }, i, precision, numerics = 'sum') => {
    const key = `${i} ${precision} ${numerics}`
    const found =
      known.get(key) ??
      refusedAsUnmapped(() => expectation(operatorRow(operator), operands, attributes, precision, numerics))
    known.set(key, found)
    return found
  }
}

function refusedAsUnmapped<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ShapeError) throw new Unmapped(`the contract refuses it: ${error.message}`)
    throw error
  }
}

const precisionOf = ({ data }: { data: Float32Array | Float64Array }): Precision =>
  data instanceof Float32Array ? 'float32' : 'float64'

function held(
  node: NodeCall,
  got: Value,
  expected: Expectation,
  was: string | undefined = node.inputs[0]?.was,
): Omit<NodeVerdict, 'by'> {
  const none = { exact: 0, accurate: 0, tolerable: 0, wrong: 0 }
  if (got.was !== was && node.opType !== 'Cast') {
    const message = `${node.opType}: the result is of ${got.was ?? 'floats'}, ${was ?? 'floats'} are expected`
    return { grade: 'wrong', fault: 'type', counts: none, worst: Infinity, message, weak: false }
  }
  // A tensor without elements, of which a verdict cannot speak, has only a shape to be right.
  const empty = got.data.length === 0 && got.shape.join() === expected.shape.join()
  return empty ? { grade: 'exact', counts: none, worst: 0, weak: true } : brief(verdict(got, expected))
}

function brief({ grade, fault, counts, worst, message, weak }: Verdict): Omit<NodeVerdict, 'by'> {
  return {
    grade,
    counts,
    worst,
    weak,
    ...(fault === undefined ? {} : { fault }),
    ...(message === undefined ? {} : { message }),
  }
}

const severity: readonly Grade[] = ['exact', 'accurate', 'tolerable', 'wrong']

/** Both in one: the worse grade with its message, the first of equals. */
function merged(a: NodeVerdict | undefined, b: NodeVerdict): NodeVerdict {
  if (!a) return b
  const worse =
    severity.indexOf(b.grade) > severity.indexOf(a.grade) || (a.fault === 'convention' && b.fault === 'wrong')
  const counts = { ...a.counts }
  for (const grade of severity) counts[grade] += b.counts[grade]
  return { ...(worse ? b : a), counts, worst: Math.max(a.worst, b.worst), weak: a.weak && b.weak }
}

function formulaExpectation(node: NodeCall, got: Value): Expectation {
  const { shape, value, scale, roundings }: Elementwise = elementwise(node)
  const precision = precisionOf(got)
  const { u, eta, tiny, huge } = formats[precision]
  const whole = node.inputs[0]?.was !== undefined
  const n = whole ? 0 : roundings
  const bound = scale.map((s) => {
    if (n === 0 || !Number.isFinite(s)) return 0
    return s >= huge ? Infinity : (gamma(n, u) + gamma(n + 2, formats.float64.u)) * s + n * eta
  })
  const special = node.inputs.some((input) => input?.data.some((v) => !Number.isFinite(v)))
  return { ...agreement(node.opType, precision, shape, value, bound), special, flush: () => (n + 1) * tiny }
}
