/** Holds one call of an implementation against the textbook. */

import { isDeepStrictEqual } from 'node:util'
import { type Expectation, expectation } from '../properties/bound.ts'
import { type Case, instantiate } from '../properties/case.ts'
import { refuseImplementation } from '../properties/given.ts'
import { type Verdict, verdict } from '../properties/verdict.ts'
import { type Implementation, ShapeError, type Tensor } from '../reference/contract.ts'
import { type AnyOperands, type AttributeBag, callOperator } from '../reference/operators.ts'
import type { FindingKind } from './finding.ts'

export type Outcome =
  | { readonly status: 'held'; readonly verdict: Verdict; readonly result: Tensor }
  | { readonly status: 'unsupported'; readonly message: string }
  | { readonly status: 'not offered' }
  | {
      readonly status: 'failed'
      readonly kind: FindingKind
      readonly message: string
      readonly verdict?: Verdict
      /** What came, where it is the result that is wrong. */
      readonly result?: unknown
    }

/** A case with all that judging a call of it takes. */
export interface Scene {
  readonly case: Case
  readonly operands: AnyOperands<number>
  readonly attributes: AttributeBag
  readonly expected: Expectation
}

/** The textbook comes first: a case that it refuses is our own fault and throws. */
export function sceneOf({ precision, numerics }: Implementation, c: Case): Scene {
  const { row, operands, attributes } = instantiate(c, precision)
  return { case: c, operands, attributes, expected: expectation(row, operands, attributes, precision, numerics) }
}

/** One call and its verdict. The call has attributes and shapes of its own: what it changes of them no other call sees. */
export async function answerOf(
  implementation: Implementation,
  { case: c, attributes, expected }: Scene,
  operands: AnyOperands<number>,
): Promise<Outcome> {
  const given = structuredClone(attributes)
  const shapes = shapesOf(operands)
  let result: unknown
  try {
    result = await callOperator(implementation, c.operator, operands, given)
    read(result)
  } catch (error) {
    return thrown(c, error)
  }
  const found = verdict(result, expected)
  if (found.grade === 'wrong')
    return { status: 'failed', kind: found.fault ?? 'wrong', message: found.message ?? '', verdict: found, result }
  const changed =
    firstChanged('attribute', attributes, given) ?? firstChanged('the shape of', shapes, shapesOf(operands))
  if (changed !== undefined)
    return { status: 'failed', kind: 'operand-changed', message: `${c.operator}: the call changed ${changed}` }
  return { status: 'held', verdict: found, result: result as Tensor }
}

const shapesOf = (operands: AnyOperands<number>): Record<string, readonly number[] | undefined> =>
  Object.fromEntries(Object.entries(operands).map(([name, t]) => [name, t && [...t.shape]]))

/** The first entry that is another than before, in words. */
function firstChanged(what: string, before: object, after: object): string | undefined {
  const [old, now] = [entriesOf(before), entriesOf(after)]
  const name = [...new Set([...old.keys(), ...now.keys()])].find(
    (key) => !isDeepStrictEqual(old.get(key), now.get(key)),
  )
  return name === undefined ? undefined : `${what} ${name} from ${told(old.get(name))} to ${told(now.get(name))}`
}
const entriesOf = (o: object): ReadonlyMap<string, unknown> => new Map(Object.entries(o))
const told = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

/**
 * Runs one case: the call, then shape, type and every number of the result, then whether operands were changed or handed back,
 * then the same call once more: what a call leaves behind may spoil the next.
 */
export async function judge(implementation: Implementation, c: Case): Promise<Outcome> {
  refuseImplementation('judge', implementation)
  if (implementation.operators[c.operator] === undefined) return { status: 'not offered' }
  const scene = sceneOf(implementation, c)
  const operands = asViews(scene.operands)
  const before = copyOf(operands)
  const first = await answerOf(implementation, scene, operands)
  if (first.status !== 'held') return first
  const changed = Object.keys(before).find((name) => !sameBits(before[name], operands[name]?.data))
  if (changed !== undefined) {
    return {
      status: 'failed',
      kind: 'operand-changed',
      message: `${c.operator}: the call changed its operand ${changed}`,
    }
  }
  const shared = Object.entries(operands).find(([, operand]) => operand?.data.buffer === first.result.data.buffer)
  if (shared !== undefined) {
    const message = `${c.operator}: the result lives in the memory of its operand ${shared[0]}`
    return { status: 'failed', kind: 'result-shared', message }
  }
  const second = await answerOf(implementation, scene, asViews(scene.operands))
  if (second.status === 'failed')
    return { ...second, message: `${second.message}; the call before, the same, was right` }
  if (second.status === 'held' && overlap(first.result.data, second.result.data)) {
    const message = `${c.operator}: the results of two calls live in the same memory`
    return { status: 'failed', kind: 'result-shared', message }
  }
  return first
}

/** Numbers around an operand within its buffer. */
const BESIDE = 4

/** Operands as views into larger buffers, as they may come: who reads from the start of a buffer, or beyond its view, meets NaN. */
export function asViews(operands: AnyOperands<number>): Record<string, Tensor | undefined> {
  return Object.fromEntries(
    Object.entries(operands).map(([name, t]) => {
      if (!t) return [name, undefined]
      const wide = new (t.data instanceof Float32Array ? Float32Array : Float64Array)(t.data.length + 2 * BESIDE).fill(
        NaN,
      )
      const data = wide.subarray(BESIDE, BESIDE + t.data.length)
      data.set(t.data)
      return [name, { shape: [...t.shape], data }]
    }),
  )
}

/** Whether two arrays share numbers. */
export function overlap(a: Tensor['data'], b: Tensor['data']): boolean {
  const ends = ({ byteOffset, byteLength }: Tensor['data']): number => byteOffset + byteLength
  return a.buffer === b.buffer && a.byteOffset < ends(b) && b.byteOffset < ends(a)
}

/** A getter of the result's that throws is the implementation's fault, not ours. */
function read(result: unknown): void {
  if (typeof result === 'object' && result !== null) for (const part of ['shape', 'data']) Reflect.get(result, part)
}

function thrown(c: Case, error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && error.name === 'Unsupported') return { status: 'unsupported', message }
  const name = error instanceof Error ? error.name : 'a value that is no Error'
  const what = error instanceof ShapeError ? 'refused a case that fits' : 'threw'
  // An answer of a program's that the pipe protocol does not allow, told by name: its class comes with zod.
  const kind = name === 'PipeError' && Reflect.get(Object(error), 'kind') === 'protocol' ? 'protocol' : 'threw'
  return { status: 'failed', kind, message: `${c.operator}: ${what}: ${name}: ${firstLine(message)}` }
}

const firstLine = (text: string): string => text.split('\n')[0]!.slice(0, 300)

function copyOf(operands: AnyOperands<number>): Record<string, ArrayLike<number>> {
  const copy: Record<string, ArrayLike<number>> = {}
  for (const [name, operand] of Object.entries(operands)) if (operand) copy[name] = new Float64Array(operand.data)
  return copy
}

/** Equal to the bit but for the payload of NaN. */
export function sameBits(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}
